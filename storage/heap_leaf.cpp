#include "storage/heap_leaf.hpp"

#include <algorithm>
#include <cmath>

namespace basalt::storage {

using common::PhysicalType;

namespace {

constexpr uint32_t stored_size(PhysicalType type) {
  return type == PhysicalType::kString ? 4 : static_cast<uint32_t>(common::physical_size(type));
}
constexpr uint32_t align4(uint32_t n) { return (n + 3) & ~3u; }
constexpr uint32_t bitmap_bytes(uint32_t rows) { return (rows + 7) / 8; }
constexpr uint32_t arrays_at(uint32_t columns) {
  return kLeafDirectoryAt + 4 * columns + 16 * std::min(columns, kLeafMinMaxColumns);
}
bool has_ordered_range(PhysicalType type) {
  return type != PhysicalType::kString && type != PhysicalType::kFixed16 && type != PhysicalType::kInt128;
}
uint32_t cell_var_bytes(const CellRef& cell) {
  return cell.tag == kCellString || cell.tag == kCellOverflow ? cell.size : 0;
}

// Bytes of the values of one row, strings apart.
uint64_t row_values_bytes(std::span<const PhysicalType> types) {
  uint64_t bytes = 0;
  for (PhysicalType type : types) bytes += stored_size(type);
  return bytes;
}
// Where the arrays of so many rows end, newly laid out.
uint64_t packed_end(uint64_t rows, uint64_t values_bytes, size_t columns) {
  auto bits = (rows + 7) / 8;
  auto deleted_end = (arrays_at(static_cast<uint32_t>(columns)) + bits + 3) & ~uint64_t{3};
  return deleted_end + rows * (4 + values_bytes) + columns * bits;
}
uint32_t nulls_at(const LeafColumn& column, uint32_t capacity) {
  uint32_t bytes = capacity * stored_size(static_cast<PhysicalType>(column.type));
  return column.offset + (column.flags & kLeafPacked ? bytes : align4(bytes));
}

template <typename T>
bool value_less(const char* a, const char* b) {
  T x = load<T>(a), y = load<T>(b);
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(y)) return !std::isnan(x);  // NaN is greatest
    if (std::isnan(x)) return false;
  }
  return x < y;
}
bool value_less(PhysicalType type, const char* a, const char* b) {
  switch (type) {
    case PhysicalType::kBool:
      return value_less<uint8_t>(a, b);
    case PhysicalType::kInt16:
      return value_less<int16_t>(a, b);
    case PhysicalType::kInt32:
      return value_less<int32_t>(a, b);
    case PhysicalType::kInt64:
      return value_less<int64_t>(a, b);
    case PhysicalType::kFloat32:
      return value_less<float>(a, b);
    case PhysicalType::kFloat64:
      return value_less<double>(a, b);
    default:
      return false;
  }
}

uint64_t row_values_bytes(const HeapLeaf& leaf) {
  uint64_t bytes = 0;
  for (uint32_t c = 0; c < leaf.columns(); ++c) bytes += stored_size(leaf.type(c));
  return bytes;
}

std::vector<PhysicalType> column_types(const HeapLeaf& leaf) {
  std::vector<PhysicalType> types(leaf.columns());
  for (uint32_t c = 0; c < types.size(); ++c) types[c] = leaf.type(c);
  return types;
}

}  // namespace

bool HeapLeaf::is_deleted(uint32_t slot) const {
  uint32_t at = field(offsetof(LeafHeader, arrays_at)) + slot / 8;
  if (at >= kPageSize) return true;
  return static_cast<uint8_t>(page_[at]) >> (slot % 8) & 1;
}

uint64_t HeapLeaf::writer(uint32_t slot) const {
  uint32_t capacity = field(offsetof(LeafHeader, capacity));
  uint32_t at = align4(field(offsetof(LeafHeader, arrays_at)) + bitmap_bytes(capacity)) + 4 * slot;
  if (at + 4 > kPageSize) return 0;
  uint32_t delta = load<uint32_t>(page_ + at);
  return delta ? load<uint64_t>(page_ + kLeafHeaderAt + offsetof(LeafHeader, writer_base)) + delta : 0;
}

CellRef HeapLeaf::cell(uint32_t slot, uint32_t c) const {
  constexpr CellRef kTorn{nullptr, 0, kCellInvalid};
  if (kLeafDirectoryAt + 4 * c + 4 > kPageSize) return kTorn;
  LeafColumn dir = column(c);
  if (dir.type >= common::kPhysicalTypeCount) return kTorn;
  auto type = static_cast<PhysicalType>(dir.type);
  uint32_t size = stored_size(type);
  uint32_t capacity = field(offsetof(LeafHeader, capacity));
  uint32_t nulls = nulls_at(dir, capacity);
  if (slot >= capacity || nulls + bitmap_bytes(capacity) > kPageSize) return kTorn;
  if (static_cast<uint8_t>(page_[nulls + slot / 8]) >> (slot % 8) & 1) return {nullptr, 0, kCellNull};
  const char* at = page_ + dir.offset + slot * size;
  if (type != PhysicalType::kString) return {at, size, static_cast<uint8_t>(size)};
  uint32_t offset = load<uint16_t>(at), length = load<uint16_t>(at + 2);
  bool overflow = length == kLeafOverflow;
  if (overflow) length = sizeof(OverflowRef);
  if (offset + length > kPageSize) return kTorn;
  return {page_ + offset, length, overflow ? kCellOverflow : kCellString};
}

const char* HeapLeaf::null_bits(uint32_t c) const {
  return page_ + nulls_at(column(c), field(offsetof(LeafHeader, capacity)));
}

bool HeapLeaf::range(uint32_t c, const char** min, const char** max) const {
  if (c >= kLeafMinMaxColumns || !(column(c).flags & kLeafRange)) return false;
  *min = page_ + kLeafDirectoryAt + 4 * columns() + 16 * c;
  *max = *min + 8;
  return true;
}

void HeapLeaf::widen_range(uint32_t c, const char* value) {
  LeafColumn dir = column(c);
  auto type = static_cast<PhysicalType>(dir.type);
  if (c >= kLeafMinMaxColumns || !has_ordered_range(type)) return;
  char* min = page_ + kLeafDirectoryAt + 4 * columns() + 16 * c;
  char* max = min + 8;
  uint32_t size = stored_size(type);
  if (!(dir.flags & kLeafRange)) {
    dir.flags |= kLeafRange;
    store(page_ + kLeafDirectoryAt + 4 * c, dir);
    std::memcpy(min, value, size);
    std::memcpy(max, value, size);
    return;
  }
  if (value_less(type, value, min)) std::memcpy(min, value, size);
  if (value_less(type, max, value)) std::memcpy(max, value, size);
}

// Writes the directory's offsets for `capacity`; types and row counts are there already.
void HeapLeaf::lay_arrays(uint32_t capacity) {
  LeafHeader h = header();
  h.capacity = static_cast<uint16_t>(capacity);
  h.arrays_at = static_cast<uint16_t>(arrays_at(h.columns));
  h.var_begin = kPageSize;
  h.var_garbage = 0;
  uint32_t at = align4(h.arrays_at + bitmap_bytes(capacity)) + 4 * capacity;
  for (uint32_t c = 0; c < h.columns; ++c) {
    LeafColumn dir = column(c);
    dir.offset = static_cast<uint16_t>(at);
    dir.flags |= kLeafPacked;
    store(page_ + kLeafDirectoryAt + 4 * c, dir);
    at = nulls_at(dir, capacity) + bitmap_bytes(capacity);
  }
  ENSURE(at <= kPageSize, "arrays of a heap leaf do not fit");
  set_header(h);
}

namespace {
uint32_t arrays_end(const HeapLeaf& leaf, const LeafHeader& h) {
  if (h.columns == 0) return align4(h.arrays_at + bitmap_bytes(h.capacity)) + 4u * h.capacity;
  return nulls_at(leaf.column(h.columns - 1u), h.capacity) + bitmap_bytes(h.capacity);
}
}  // namespace

void HeapLeaf::format(std::span<const PhysicalType> types, uint64_t base_row, uint64_t end_row) {
  std::memset(page_ + kPageHeaderSize, 0, kPageBodySize);
  LeafHeader h{};
  h.base_row = base_row;
  h.end_row = end_row;
  h.columns = static_cast<uint16_t>(types.size());
  set_header(h);
  for (size_t c = 0; c < types.size(); ++c)
    store(page_ + kLeafDirectoryAt + 4 * c, LeafColumn{0, static_cast<uint8_t>(types[c]), 0});
  lay_arrays(0);
}

uint64_t HeapLeaf::stamp(LeafHeader& h, uint64_t writer) {
  constexpr uint64_t kHalf = uint64_t{1} << 31;
  if (writer == 0) return 0;
  if (writer > h.writer_base && writer - h.writer_base <= 0xffffffffu) return writer - h.writer_base;
  if (writer <= h.writer_base) return 0;  // more than two billion transactions older than the newest: frozen
  uint64_t base = writer - kHalf;
  uint64_t shift = base - h.writer_base;
  char* at = page_ + align4(h.arrays_at + bitmap_bytes(h.capacity));
  for (uint32_t slot = 0; slot < h.rows; ++slot, at += 4) {
    uint32_t delta = load<uint32_t>(at);
    store(at, delta > shift ? static_cast<uint32_t>(delta - shift) : 0u);
  }
  h.writer_base = base;
  return kHalf;
}

void HeapLeaf::put_cell(LeafHeader& h, uint32_t slot, uint32_t c, const CellRef& cell) {
  LeafColumn dir = column(c);
  auto type = static_cast<PhysicalType>(dir.type);
  uint32_t size = stored_size(type);
  char* at = page_ + dir.offset + slot * size;
  char* nulls = page_ + nulls_at(dir, h.capacity) + slot / 8;
  if (cell.is_null()) {
    *nulls = static_cast<char>(*nulls | 1 << (slot % 8));
    std::memset(at, 0, size);
    return;
  }
  *nulls = static_cast<char>(*nulls & ~(1 << (slot % 8)));
  if (type != PhysicalType::kString) {
    ENSURE(cell.tag == size, "cell of another type");
    std::memcpy(at, cell.data, size);
    widen_range(c, cell.data);
    return;
  }
  ENSURE(cell.tag == kCellString || cell.tag == kCellOverflow, "cell of another type");
  uint32_t offset = 0;
  if (cell.size) {
    offset = h.var_begin - cell.size;
    std::memcpy(page_ + offset, cell.data, cell.size);
    h.var_begin = static_cast<uint16_t>(offset);
  }
  store(at, static_cast<uint16_t>(offset));
  store(at + 2, static_cast<uint16_t>(cell.tag == kCellOverflow ? kLeafOverflow : cell.size));
}

// Frees the variable-length bytes of a value.
void HeapLeaf::drop_cell(LeafHeader& h, uint32_t slot, uint32_t c) {
  CellRef old = cell(slot, c);
  uint32_t bytes = cell_var_bytes(old);
  if (bytes == 0) return;
  std::memset(const_cast<char*>(old.data), 0, bytes);
  h.var_garbage = static_cast<uint16_t>(h.var_garbage + bytes);
  char* at = page_ + column(c).offset + slot * 4;
  std::memset(at, 0, 4);
}

bool HeapLeaf::relayout(uint32_t first, uint32_t keep, uint32_t extra_rows, uint32_t extra_var, char* target,
                        uint64_t end, std::span<const PhysicalType> added, const char* added_cells) const {
  LeafHeader old = header();
  std::vector<PhysicalType> types = column_types(*this);
  uint64_t var = extra_var;
  for (uint32_t c = 0; c < old.columns; ++c) {
    if (types[c] != PhysicalType::kString) continue;
    for (uint32_t slot = first; slot < first + keep; ++slot) var += cell_var_bytes(cell(slot, c));
  }
  std::vector<CellRef> fill;
  for (const char* at = added_cells; fill.size() < added.size();) {
    fill.push_back(read_cell(&at));
    var += uint64_t{cell_var_bytes(fill.back())} * (keep + extra_rows);
  }
  types.insert(types.end(), added.begin(), added.end());
  uint64_t values_bytes = row_values_bytes(types), total = keep + extra_rows;
  uint64_t need = packed_end(total, values_bytes, types.size()) + var;
  if (need > kPageSize) return false;
  // What is left over is shared between arrays and strings as the rows so far suggest.
  uint64_t average_bits = 33 + values_bytes * 8 + types.size() + (total ? var * 8 / total : 0);
  uint64_t spare = std::min<uint64_t>((kPageSize - need) * 8 / average_bits, 0xfff0 - total);
  while (spare > 0 && packed_end(total + spare, values_bytes, types.size()) + var > kPageSize) --spare;

  alignas(8) char buffer[kPageSize];
  HeapLeaf fresh(buffer);
  fresh.format(types, old.base_row + first, end);
  fresh.lay_arrays(static_cast<uint32_t>(total + spare));
  LeafHeader h = fresh.header();
  h.writer_base = old.writer_base;
  h.rows = static_cast<uint16_t>(keep);
  const char* old_writers = page_ + align4(old.arrays_at + bitmap_bytes(old.capacity)) + 4 * first;
  if (keep) std::memcpy(buffer + align4(h.arrays_at + bitmap_bytes(h.capacity)), old_writers, 4 * keep);
  for (uint32_t i = 0; i < keep; ++i) {
    if (!is_deleted(first + i)) continue;
    buffer[h.arrays_at + i / 8] = static_cast<char>(buffer[h.arrays_at + i / 8] | 1 << (i % 8));
    ++h.deleted;
  }
  for (uint32_t c = 0; c < types.size(); ++c) {
    for (uint32_t i = 0; i < keep; ++i)
      fresh.put_cell(h, i, c, c < old.columns ? cell(first + i, c) : fill[c - old.columns]);
  }
  // Deleted rows that still have values: exact only when nothing is left behind, an upper bound otherwise.
  h.residue = std::min(old.residue, h.deleted);
  fresh.set_header(h);
  std::memcpy(target + kPageHeaderSize, buffer + kPageHeaderSize, kPageBodySize);
  return true;
}

uint32_t HeapLeaf::rows_that_fit(const char* cells, uint32_t count) const {
  LeafHeader h = header();
  uint64_t values_bytes = row_values_bytes(*this);
  uint64_t var = kPageSize - h.var_begin - h.var_garbage;
  for (uint32_t i = 0; i < count; ++i) {
    for (uint32_t c = 0; c < h.columns; ++c) var += cell_var_bytes(read_cell(&cells));
    if (packed_end(h.rows + i + 1, values_bytes, h.columns) + var > kPageSize) return i;
  }
  return count;
}

bool HeapLeaf::append_rows(const char* cells, uint32_t count, uint64_t writer) {
  LeafHeader h = header();
  uint32_t var = 0;
  const char* at = cells;
  for (uint32_t i = 0; i < count * h.columns; ++i) var += cell_var_bytes(read_cell(&at));
  if (h.rows + count > h.capacity || arrays_end(*this, h) + var > h.var_begin) {
    if (!relayout(0, h.rows, count, var, page_, h.end_row, {}, nullptr)) return false;
    h = header();
  }
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t slot = h.rows;
    auto delta = static_cast<uint32_t>(stamp(h, writer));
    store(page_ + align4(h.arrays_at + bitmap_bytes(h.capacity)) + 4 * slot, delta);
    for (uint32_t c = 0; c < h.columns; ++c) put_cell(h, slot, c, read_cell(&cells));
    ++h.rows;
  }
  set_header(h);
  return true;
}

// Bytes of strings that the images need.
static uint32_t images_var_bytes(const char* images) {
  uint32_t need = 0;
  uint16_t c;
  CellRef cell;
  for (ImageReader reader(images); reader.next(&c, &cell);) need += cell_var_bytes(cell);
  return need;
}

bool HeapLeaf::update_fits(uint32_t slot, const char* images) const {
  uint32_t need = images_var_bytes(images), freed = 0;
  if (need == 0) return true;
  LeafHeader h = header();
  uint16_t c;
  CellRef cell_new;
  for (ImageReader reader(images); reader.next(&c, &cell_new);) freed += cell_var_bytes(cell(slot, c));
  uint64_t live = kPageSize - h.var_begin - h.var_garbage - freed;
  return packed_end(h.rows, row_values_bytes(*this), h.columns) + live + need <= kPageSize;
}

bool HeapLeaf::update(uint32_t slot, const char* images, uint64_t writer) {
  if (!update_fits(slot, images)) return false;
  LeafHeader h = header();
  uint32_t need = images_var_bytes(images);
  uint16_t c;
  CellRef cell_new;
  for (ImageReader reader(images); reader.next(&c, &cell_new);) drop_cell(h, slot, c);
  if (need > 0 && arrays_end(*this, h) + need > h.var_begin) {
    set_header(h);
    bool done = relayout(0, h.rows, 0, need, page_, h.end_row, {}, nullptr);
    ENSURE(done, "a heap leaf that has room cannot be laid out");
    h = header();
  }
  for (ImageReader reader(images); reader.next(&c, &cell_new);) put_cell(h, slot, c, cell_new);
  auto delta = static_cast<uint32_t>(stamp(h, writer));
  store(page_ + align4(h.arrays_at + bitmap_bytes(h.capacity)) + 4 * slot, delta);
  set_header(h);
  return true;
}

void HeapLeaf::set_deleted(uint32_t slot, bool deleted, uint64_t writer) {
  LeafHeader h = header();
  if (is_deleted(slot) != deleted) {
    char* at = page_ + h.arrays_at + slot / 8;
    *at = static_cast<char>(*at ^ 1 << (slot % 8));
    h.deleted = static_cast<uint16_t>(deleted ? h.deleted + 1 : h.deleted - 1);
    h.residue = static_cast<uint16_t>(deleted ? h.residue + 1 : h.residue ? h.residue - 1 : 0);
  }
  auto delta = static_cast<uint32_t>(stamp(h, writer));
  store(page_ + align4(h.arrays_at + bitmap_bytes(h.capacity)) + 4 * slot, delta);
  set_header(h);
}

void HeapLeaf::clear_row(uint32_t slot) {
  set_deleted(slot, true, 0);
  LeafHeader h = header();
  for (uint32_t c = 0; c < h.columns; ++c) {
    drop_cell(h, slot, c);
    put_cell(h, slot, c, CellRef{});
  }
  if (h.residue) --h.residue;
  set_header(h);
}

void HeapLeaf::split(uint32_t slot, char* right) const {
  bool done = relayout(slot, rows() - slot, 0, 0, right, end_row(), {}, nullptr);
  ENSURE(done, "half of a heap leaf does not fit a page");
}

void HeapLeaf::truncate(uint32_t slot, uint64_t end_row) {
  if (slot == rows()) {
    LeafHeader h = header();
    h.end_row = end_row;
    set_header(h);
    return;
  }
  bool done = relayout(0, slot, 0, 0, page_, end_row, {}, nullptr);
  ENSURE(done, "half of a heap leaf does not fit a page");
}

bool HeapLeaf::upgrade(std::span<const PhysicalType> added, const char* cells) {
  return relayout(0, rows(), 0, 0, page_, end_row(), added, cells);
}

bool HeapLeaf::upgrade_fits(std::span<const PhysicalType> added, const char* cells) const {
  alignas(8) char scratch[kPageSize];
  return relayout(0, rows(), 0, 0, scratch, end_row(), added, cells);
}

void HeapLeaf::append_row_cells(uint32_t slot, std::string& out) const {
  for (uint32_t c = 0; c < columns(); ++c) append_cell(out, cell(slot, c));
}

size_t HeapLeaf::row_bytes(std::span<const PhysicalType> types, size_t var_bytes) {
  return packed_end(1, row_values_bytes(types), types.size()) - arrays_at(static_cast<uint32_t>(types.size())) +
         var_bytes;
}
size_t HeapLeaf::row_bytes_max(size_t columns) {
  size_t fixed = arrays_at(static_cast<uint32_t>(columns));
  return fixed < kPageSize ? kPageSize - fixed : 0;
}

std::string HeapLeaf::check() const {
  LeafHeader h = header();
  if (h.arrays_at != arrays_at(h.columns) || h.rows > h.capacity) return "heap leaf header is inconsistent";
  if (h.base_row + h.rows > h.end_row) return "heap leaf has rows past its fence";
  if (arrays_end(*this, h) > h.var_begin || h.var_begin > kPageSize) return "heap leaf arrays overlap its strings";
  uint32_t deleted = 0;
  for (uint32_t slot = 0; slot < h.rows; ++slot) {
    deleted += is_deleted(slot);
    for (uint32_t c = 0; c < h.columns; ++c) {
      CellRef value = cell(slot, c);
      if (value.tag == kCellInvalid) return "heap leaf row " + std::to_string(h.base_row + slot) + " is out of bounds";
      if (cell_var_bytes(value) && value.data < page_ + h.var_begin)
        return "heap leaf row " + std::to_string(h.base_row + slot) + " points outside its strings";
    }
  }
  if (deleted != h.deleted) return "heap leaf counts its deleted rows wrongly";
  return "";
}

}  // namespace basalt::storage
