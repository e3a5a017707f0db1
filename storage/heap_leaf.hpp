// Heap leaf: the rows of one range of row ids, column by column (PAX; Ailamaki et al., VLDB 2001).
//
//   | page header | LeafHeader | directory: 4 bytes a column | min,max: 16 bytes each of the first 32 columns |
//   | deleted bits | last writer: u32 a row | column 0: array, null bits | column 1: ... | free | <- variable-length
//   bytes |
//
// Nothing is aligned but the writers: readers copy values out, and in a table of very many columns, of which one row
// must fit, each byte of rounding would be paid once a column.
//
// Slot i holds row base_row + i: a row keeps its slot for ever, also when it is deleted or its insertion was undone
// (its deleted bit is set then, and purge takes its values away). Fixed-width columns are arrays of values, strings
// arrays of (u16 offset, u16 length) into the area at the page's end; length 0xffff marks an OverflowRef there. A page
// describes itself (the directory has the types), so every function here is a pure function of the page's bytes and its
// arguments: redo repeats it (STO-4). Free bytes are zero. The array capacity is not fixed: when it or the string area
// runs out, the leaf is laid out anew for the row sizes seen so far. Columns added to the table after the leaf was laid
// out are absent until upgrade(). The last writer is a u32 above the leaf's writer_base; 0 stands for a writer so old
// that it no longer matters.
//
// Readers of a shared or exclusively latched page, and optimistic readers, use the same cell(): it checks all bounds,
// and answers kCellInvalid for what can only be a torn page.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "common/physical_type.hpp"
#include "storage/cell.hpp"
#include "storage/page.hpp"

namespace basalt::storage {

struct LeafHeader {
  uint64_t base_row;
  uint64_t end_row;  // upper fence: rows of this leaf are below it
  uint64_t writer_base;
  uint16_t rows;
  uint16_t capacity;
  uint16_t columns;
  uint16_t deleted;    // set deleted bits
  uint16_t arrays_at;  // where the deleted bits begin
  uint16_t var_begin;  // first byte of the variable-length area; at first kPageSize
  uint16_t var_garbage;
  uint16_t residue;  // deleted rows whose values have not been taken away
};
static_assert(sizeof(LeafHeader) == 40);

inline constexpr uint32_t kLeafHeaderAt = kPageHeaderSize;
inline constexpr uint32_t kLeafDirectoryAt = kPageHeaderSize + sizeof(LeafHeader);
inline constexpr uint32_t kLeafMinMaxColumns = 32;
inline constexpr uint16_t kLeafOverflow = 0xffff;

struct LeafColumn {  // a directory entry
  uint16_t offset;
  uint8_t type;
  uint8_t flags;
};
inline constexpr uint8_t kLeafRange = 1;   // min and max are set
inline constexpr uint8_t kLeafPacked = 2;  // the null bits follow the values at once; otherwise at a multiple of four

class HeapLeaf {
 public:
  explicit HeapLeaf(char* page) : page_(page) {}
  explicit HeapLeaf(const char* page) : page_(const_cast<char*>(page)) {}

  LeafHeader header() const { return load<LeafHeader>(page_ + kLeafHeaderAt); }
  uint64_t base_row() const { return load<uint64_t>(page_ + kLeafHeaderAt); }
  uint64_t end_row() const { return load<uint64_t>(page_ + kLeafHeaderAt + 8); }
  uint16_t rows() const { return field(offsetof(LeafHeader, rows)); }
  uint16_t columns() const { return field(offsetof(LeafHeader, columns)); }
  uint16_t deleted_rows() const { return field(offsetof(LeafHeader, deleted)); }
  uint16_t residue() const { return field(offsetof(LeafHeader, residue)); }
  LeafColumn column(uint32_t c) const { return load<LeafColumn>(page_ + kLeafDirectoryAt + 4 * c); }
  common::PhysicalType type(uint32_t c) const { return static_cast<common::PhysicalType>(column(c).type); }

  bool is_deleted(uint32_t slot) const;
  uint64_t writer(uint32_t slot) const;
  const char* page() const { return page_; }
  // The value of a stored column (c < columns()).
  CellRef cell(uint32_t slot, uint32_t c) const;
  // Where the array of a fixed-width column begins, and its null bits (bit set: NULL). Latched readers only.
  const char* array(uint32_t c) const { return page_ + column(c).offset; }
  const char* null_bits(uint32_t c) const;
  // Min and max of all values that rows of the leaf ever had since it was laid out. False: none.
  bool range(uint32_t c, const char** min, const char** max) const;

  void format(std::span<const common::PhysicalType> types, uint64_t base_row, uint64_t end_row);
  // Appends `count` rows of cells (for all columns of this leaf). False, and nothing changed, if they do not fit.
  bool append_rows(const char* cells, uint32_t count, uint64_t writer);
  // How many of the `count` rows fit, for a writer that wants to fill the leaf.
  uint32_t rows_that_fit(const char* cells, uint32_t count) const;
  // Replaces columns of one row by an image list. False, and nothing changed, if the leaf is too full.
  bool update(uint32_t slot, const char* images, uint64_t writer);
  bool update_fits(uint32_t slot, const char* images) const;
  void set_deleted(uint32_t slot, bool deleted, uint64_t writer);
  // Takes the values of a deleted row away (purge, and the undoing of an insert).
  void clear_row(uint32_t slot);
  // Moves the rows from `slot` on to `right`, which is overwritten. slot == rows() moves none.
  void split(uint32_t slot, char* right) const;
  // The left half of a split: keeps rows below `slot`, and the fence becomes their end.
  void truncate(uint32_t slot, uint64_t end_row);
  // Adds columns, all rows getting the given cells. False if they do not fit.
  bool upgrade(std::span<const common::PhysicalType> added, const char* cells);
  bool upgrade_fits(std::span<const common::PhysicalType> added, const char* cells) const;

  // Cells of the whole row appended to `out`.
  void append_row_cells(uint32_t slot, std::string& out) const;
  // Bytes of one row when it is alone in a leaf, as a share of what a leaf can hold.
  static size_t row_bytes(std::span<const common::PhysicalType> types, size_t var_bytes);
  static size_t row_bytes_max(size_t columns);

  // What is wrong with the page, or nothing.
  std::string check() const;

 private:
  struct Shape;
  uint16_t field(size_t offset) const { return load<uint16_t>(page_ + kLeafHeaderAt + offset); }
  void set_header(const LeafHeader& header) { store(page_ + kLeafHeaderAt, header); }
  bool relayout(uint32_t first, uint32_t keep, uint32_t extra_rows, uint32_t extra_var, char* target, uint64_t end,
                std::span<const common::PhysicalType> added, const char* added_cells) const;
  void lay_arrays(uint32_t capacity);
  void put_cell(LeafHeader& header, uint32_t slot, uint32_t c, const CellRef& cell);
  void drop_cell(LeafHeader& header, uint32_t slot, uint32_t c);
  void widen_range(uint32_t c, const char* value);
  uint64_t stamp(LeafHeader& header, uint64_t writer);

  char* page_;
};

}  // namespace basalt::storage
