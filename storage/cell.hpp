// Cell: one stored column value in the self-delimiting form shared by heap leaves, WAL payloads and before-images.
//
//   tag 0          NULL
//   tag 1..16      fixed-width value of that many bytes
//   tag 0x20       string: u16 length, bytes
//   tag 0x21       value in overflow pages: an OverflowRef
//
// A row is its cells in column order. A column image list (updates, before-images) is u16 count, then (u16 column,
// cell) each. Because a cell carries its own size, before-images can be read without the layout.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "common/ids.hpp"
#include "common/vector.hpp"

namespace basalt::storage {

// Where a wide value lives. Overflow values are immutable (STO-9); `value_id` is repeated on each of their pages, so
// that a second attempt to free one is recognised.
struct OverflowRef {
  uint64_t first_page;
  uint64_t value_id;
  uint32_t raw_bytes;
  uint32_t stored_bytes;  // less than raw_bytes: LZ4
};
static_assert(sizeof(OverflowRef) == 24);

inline constexpr uint8_t kCellNull = 0;
inline constexpr uint8_t kCellString = 0x20;
inline constexpr uint8_t kCellOverflow = 0x21;
inline constexpr uint8_t kCellInvalid = 0xff;  // a torn read; only before validation

// A cell's bytes, wherever they are. For strings `data` is the bytes themselves, without the length.
struct CellRef {
  const char* data = nullptr;
  uint32_t size = 0;
  uint8_t tag = kCellNull;
  bool is_null() const { return tag == kCellNull; }
  OverflowRef overflow() const {
    OverflowRef ref;
    std::memcpy(&ref, data, sizeof ref);
    return ref;
  }
};

template <typename T>
inline T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
template <typename T>
inline void store(char* at, T value) {
  std::memcpy(at, &value, sizeof value);
}
template <typename T>
inline void append_raw(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline void append_cell(std::string& out, const CellRef& cell) {
  out.push_back(static_cast<char>(cell.tag));
  if (cell.tag == kCellString) append_raw(out, static_cast<uint16_t>(cell.size));
  out.append(cell.data, cell.size);
}

// Reads the cell at *at and moves past it.
inline CellRef read_cell(const char** at) {
  CellRef cell;
  const char* p = *at;
  cell.tag = static_cast<uint8_t>(*p++);
  if (cell.tag == kCellString) {
    cell.size = load<uint16_t>(p);
    p += 2;
  } else {
    cell.size = cell.tag == kCellOverflow ? sizeof(OverflowRef) : cell.tag;
  }
  cell.data = p;
  *at = p + cell.size;
  return cell;
}

// Walks a column image list.
class ImageReader {
 public:
  explicit ImageReader(const char* images) : at_(images + 2), left_(load<uint16_t>(images)) {}
  bool next(uint16_t* column, CellRef* cell) {
    if (left_ == 0) return false;
    --left_;
    *column = load<uint16_t>(at_);
    at_ += 2;
    *cell = read_cell(&at_);
    return true;
  }
  const char* end() const { return at_; }

 private:
  const char* at_;
  uint16_t left_;
};

// Bytes of the image list at `images`.
inline size_t images_size(const char* images) {
  ImageReader reader(images);
  uint16_t column;
  CellRef cell;
  while (reader.next(&column, &cell)) {
  }
  return static_cast<size_t>(reader.end() - images);
}

inline bool cells_identical(const CellRef& a, const CellRef& b) {
  return a.tag == b.tag && a.size == b.size && (a.size == 0 || std::memcmp(a.data, b.data, a.size) == 0);
}

}  // namespace basalt::storage
