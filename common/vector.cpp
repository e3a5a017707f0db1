#include "common/vector.hpp"

#include <algorithm>
#include <atomic>

namespace basalt::common {

namespace {
std::atomic<uint32_t> g_chunk_rows{kChunkRowsMax};
}

uint32_t chunk_rows() { return g_chunk_rows.load(std::memory_order_relaxed); }
void set_chunk_rows(uint32_t rows) { g_chunk_rows = std::clamp<uint32_t>(rows, 1, kChunkRowsMax); }

Vector Vector::constant(PhysicalType type, const Value& value) {
  Vector v(type, 1);
  if (value.is_null()) {
    v.set_null(0);
  } else {
    v.set_value(0, value);
  }
  v.make_constant();
  return v;
}

void Vector::reset(PhysicalType type, uint32_t capacity) {
  size_t bytes = std::max<size_t>(16, physical_size(type) * std::max<uint32_t>(capacity, 1));
  type_ = type;
  encoding_ = VectorEncoding::kFlat;
  selection_.reset();
  capacity_ = capacity;
  if (!buffer_ || buffer_.use_count() > 1) {
    buffer_ = std::make_shared<Buffer>();
  } else {
    buffer_->validity.clear();
    buffer_->borrowed.clear();
    if (buffer_->heap) {
      if (buffer_->heap.use_count() == 1) {
        buffer_->heap->clear();
      } else {
        buffer_->heap.reset();
      }
    }
  }
  if (buffer_->bytes_size < bytes) {
    buffer_->bytes = std::make_unique_for_overwrite<char[]>(bytes);
    buffer_->bytes_size = bytes;
  }
  // A StringRef is read even where the row is NULL (to copy it): it must not point anywhere. Kernels compute with the
  // bool of a NULL row before they look whether it is NULL: another byte than 0 and 1 would come out as a third truth
  // value.
  if (type == PhysicalType::kString || type == PhysicalType::kBool) std::memset(buffer_->bytes.get(), 0, bytes);
}

void Vector::grow(uint32_t capacity) {
  ENSURE(encoding_ == VectorEncoding::kFlat, "only a flat vector grows");
  if (capacity <= capacity_) return;
  size_t bytes = physical_size(type_) * capacity;
  if (buffer_->bytes_size < bytes) {
    auto larger = std::make_unique_for_overwrite<char[]>(bytes);
    size_t old = physical_size(type_) * capacity_;
    std::memcpy(larger.get(), buffer_->bytes.get(), old);
    std::memset(larger.get() + old, 0, bytes - old);
    buffer_->bytes = std::move(larger);
    buffer_->bytes_size = bytes;
  }
  buffer_->validity.resize(capacity);
  capacity_ = capacity;
}

StringHeap& Vector::own_heap() {
  if (!buffer_->heap) buffer_->heap = std::make_shared<StringHeap>();
  return *buffer_->heap;
}

void Vector::keep_strings_of(const Vector& other) {
  if (other.buffer_ == buffer_ || !other.buffer_) return;
  auto keep = [this](const std::shared_ptr<const StringHeap>& heap) {
    auto& list = buffer_->borrowed;
    if (heap != buffer_->heap && std::find(list.begin(), list.end(), heap) == list.end()) list.push_back(heap);
  };
  if (other.buffer_->heap) keep(other.buffer_->heap);
  for (const auto& heap : other.buffer_->borrowed) keep(heap);
}

Value Vector::value(uint32_t row) const {
  uint32_t i = index_of(row);
  if (!buffer_->validity.is_valid(i)) return Value::null(type_);
  return dispatch_physical(type_, [&]<typename T>() { return Value::of<T>(data<T>()[i]); });
}

void Vector::set_value(uint32_t row, const Value& value) {
  if (value.is_null()) {
    set_null(row);
    return;
  }
  ENSURE(value.type() == type_, "value of another type");
  if (type_ == PhysicalType::kString) {
    data<StringRef>()[row] = add_string(value.string());
  } else {
    size_t size = physical_size(type_);
    std::memcpy(static_cast<char*>(raw_data()) + size * row, value.fixed_data(), size);
  }
  buffer_->validity.set_valid(row);
}

void Vector::copy_row(uint32_t to, const Vector& source, uint32_t from) {
  uint32_t i = source.index_of(from);
  if (!source.buffer_->validity.is_valid(i)) {
    set_null(to);
    return;
  }
  buffer_->validity.set_valid(to);
  if (type_ == PhysicalType::kString) {
    data<StringRef>()[to] = add_string(source.data<StringRef>()[i].view());
  } else {
    size_t size = physical_size(type_);
    std::memcpy(static_cast<char*>(raw_data()) + size * to, static_cast<const char*>(source.raw_data()) + size * i,
                size);
  }
}

Vector Vector::slice(const SharedSelection& selection) const {
  Vector out = *this;
  if (encoding_ == VectorEncoding::kConstant) return out;
  out.capacity_ = static_cast<uint32_t>(selection->size());
  if (encoding_ == VectorEncoding::kFlat) {
    out.encoding_ = VectorEncoding::kDictionary;
    out.selection_ = selection;
    return out;
  }
  auto composed = std::make_shared<Selection>(selection->size());
  for (size_t i = 0; i < selection->size(); ++i) (*composed)[i] = (*selection_)[(*selection)[i]];
  out.selection_ = std::move(composed);
  return out;
}

Vector Vector::flatten(uint32_t rows) const {
  if (encoding_ == VectorEncoding::kFlat) return *this;
  Vector out(type_, rows);
  dispatch_physical(type_, [&]<typename T>() {
    const T* from = data<T>();
    T* to = out.data<T>();
    if (encoding_ == VectorEncoding::kConstant) {
      std::fill(to, to + rows, from[0]);
    } else {
      const uint32_t* sel = selection_->data();
      for (uint32_t i = 0; i < rows; ++i) to[i] = from[sel[i]];
    }
  });
  if (!buffer_->validity.all_valid()) {
    for (uint32_t i = 0; i < rows; ++i)
      if (is_null(i)) out.set_null(i);
  }
  if (type_ == PhysicalType::kString) out.keep_strings_of(*this);
  return out;
}

void Chunk::reset(std::span<const PhysicalType> types, uint32_t capacity) {
  columns.resize(types.size());
  for (size_t i = 0; i < types.size(); ++i) columns[i].reset(types[i], capacity);
  rows = 0;
}

void Chunk::slice(const SharedSelection& selection) {
  for (Vector& column : columns) column = column.slice(selection);
  rows = static_cast<uint32_t>(selection->size());
}

void Chunk::append_row(const Chunk& source, uint32_t from) {
  for (size_t c = 0; c < columns.size(); ++c) columns[c].copy_row(rows, source.columns[c], from);
  ++rows;
}

size_t Chunk::bytes() const {
  size_t total = 0;
  for (const Vector& column : columns) {
    total += physical_size(column.type()) * (column.is_constant() ? 1 : rows);
    if (column.type() != PhysicalType::kString) continue;
    auto view = column.view<StringRef>();
    for (uint32_t i = 0; i < (column.is_constant() ? std::min<uint32_t>(rows, 1) : rows); ++i)
      if (!view.is_null(i) && !view[i].is_inline()) total += view[i].size();
  }
  return total;
}

}  // namespace basalt::common
