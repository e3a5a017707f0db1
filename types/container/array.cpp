#include "types/container/array.hpp"

#include "common/sqlstate.hpp"
#include "types/container/value_codec.hpp"

namespace basalt::types {

using common::PhysicalType;
using common::Value;

namespace {
constexpr size_t kHeaderBytes = 8;
}

ArrayView::ArrayView(std::string_view bytes) {
  ENSURE(bytes.size() >= kHeaderBytes, "array bytes end too early");
  std::memcpy(&element_type_.value, bytes.data(), 4);
  physical_ = static_cast<PhysicalType>(bytes[4]);
  bool nulls = bytes[5] != 0;
  dimensions_ = static_cast<unsigned char>(bytes[6]);
  ENSURE(static_cast<int>(physical_) < common::kPhysicalTypeCount && dimensions_ <= kArrayDimensionsMax,
         "array header is damaged");
  size_t at = kHeaderBytes;
  ENSURE(bytes.size() >= at + static_cast<size_t>(dimensions_) * sizeof(ArrayDimension), "array bytes end too early");
  dims_ = bytes.data() + at;
  at += static_cast<size_t>(dimensions_) * sizeof(ArrayDimension);
  size_t count = dimensions_ > 0 ? 1 : 0;
  for (int d = 0; d < dimensions_; ++d) count *= static_cast<uint32_t>(dimension(d).length);
  size_ = static_cast<uint32_t>(count);
  if (nulls) {
    nulls_ = reinterpret_cast<const unsigned char*>(bytes.data()) + at;
    at += (count + 7) / 8;
  }
  bool strings = physical_ == PhysicalType::kString;
  size_t width = strings ? 4 : common::physical_size(physical_);
  ENSURE(bytes.size() >= at + count * width, "array bytes end too early");
  elements_ = bytes.data() + at;
  if (!strings) return;
  strings_ = elements_ + count * 4;
  ENSURE(count == 0 || bytes.size() >= at + count * 4 + end_of(size_ - 1), "array bytes end too early");
}

std::vector<ArrayDimension> ArrayView::shape() const {
  std::vector<ArrayDimension> out;
  out.reserve(static_cast<size_t>(dimensions_));
  for (int d = 0; d < dimensions_; ++d) out.push_back(dimension(d));
  return out;
}

Value ArrayView::value(uint32_t i) const {
  if (is_null(i)) return Value::null(physical_);
  if (physical_ == PhysicalType::kString) return Value::of(string(i));
  size_t width = common::physical_size(physical_);
  return value_of_bytes(physical_, {elements_ + i * width, width});
}

void ArrayBuilder::count_one() {
  if (size_ >= kArrayElementsMax) {
    throw common::SqlError(common::sqlstate::kProgramLimitExceeded,
                           "array size exceeds the maximum allowed (" + std::to_string(kArrayElementsMax) + ")");
  }
  ++size_;
}

void ArrayBuilder::append_null() {
  nulls_.resize(size_ / 8 + 1, 0);
  nulls_[size_ / 8] |= static_cast<unsigned char>(1u << (size_ % 8));
  any_null_ = true;
  count_one();
  if (physical_ == PhysicalType::kString)
    ends_.push_back(static_cast<uint32_t>(data_.size()));
  else
    data_.append(common::physical_size(physical_), '\0');
}

void ArrayBuilder::append(const Value& value) {
  if (value.is_null()) return append_null();
  DEBUG_ENSURE(value.type() == physical_, "array element of another physical type");
  count_one();
  append_bare_value(data_, value);
  if (physical_ == PhysicalType::kString) ends_.push_back(static_cast<uint32_t>(data_.size()));
}

void ArrayBuilder::append_string(std::string_view value) {
  DEBUG_ENSURE(physical_ == PhysicalType::kString, "array element of another type");
  count_one();
  data_.append(value);
  ends_.push_back(static_cast<uint32_t>(data_.size()));
}

void ArrayBuilder::append_from(const ArrayView& source, uint32_t i) {
  DEBUG_ENSURE(source.physical() == physical_, "array of another element type");
  if (source.is_null(i))
    append_null();
  else if (physical_ == PhysicalType::kString)
    append_string(source.string(i));
  else
    append(source.value(i));
}

std::string ArrayBuilder::finish() {
  if (size_ == 0) return finish(std::span<const ArrayDimension>{});
  ArrayDimension one{static_cast<int32_t>(size_), 1};
  return finish({&one, 1});
}

std::string ArrayBuilder::finish_vector() {
  ENSURE(!any_null_, "NULL in an int2vector or oidvector");
  ArrayDimension one{static_cast<int32_t>(size_), 0};
  return finish({&one, 1});
}

std::string ArrayBuilder::finish(std::span<const ArrayDimension> shape) {
  uint64_t product = shape.empty() ? 0 : 1;
  for (const ArrayDimension& d : shape) product *= static_cast<uint32_t>(d.length);
  ENSURE(product == size_ && shape.size() <= kArrayDimensionsMax, "array elements do not fill its dimensions");
  std::string out;
  out.reserve(kHeaderBytes + shape.size() * sizeof(ArrayDimension) + size_ / 8 + 1 + ends_.size() * 4 + data_.size());
  append_raw(out, element_type_.value);
  out.push_back(static_cast<char>(physical_));
  out.push_back(any_null_ ? 1 : 0);
  out.push_back(static_cast<char>(shape.size()));
  out.push_back(0);
  for (const ArrayDimension& d : shape) append_raw(out, d);
  if (any_null_) {
    nulls_.resize((size_ + 7) / 8, 0);
    out.append(reinterpret_cast<const char*>(nulls_.data()), nulls_.size());
  }
  out.append(reinterpret_cast<const char*>(ends_.data()), ends_.size() * 4);
  out.append(data_);
  size_ = 0;
  any_null_ = false;
  data_.clear();
  ends_.clear();
  nulls_.clear();
  return out;
}

std::string empty_array(Oid element_type, PhysicalType physical) {
  return ArrayBuilder(element_type, physical).finish();
}

uint32_t checked_element_count(std::span<const ArrayDimension> shape) {
  int64_t count = shape.empty() ? 0 : 1;
  for (const ArrayDimension& d : shape) {
    count *= d.length;
    if (d.length < 0 || count > kArrayElementsMax) {
      throw common::SqlError(common::sqlstate::kProgramLimitExceeded,
                             "array size exceeds the maximum allowed (" + std::to_string(kArrayElementsMax) + ")");
    }
  }
  return static_cast<uint32_t>(count);
}

int64_t array_offset(const ArrayView& array, std::span<const int32_t> subscripts) {
  if (static_cast<int>(subscripts.size()) != array.dimensions() || subscripts.empty()) return -1;
  int64_t offset = 0;
  for (size_t d = 0; d < subscripts.size(); ++d) {
    ArrayDimension dim = array.dimension(static_cast<int>(d));
    int64_t within = static_cast<int64_t>(subscripts[d]) - dim.lower;
    if (within < 0 || within >= dim.length) return -1;
    offset = offset * dim.length + within;
  }
  return offset;
}

}  // namespace basalt::types
