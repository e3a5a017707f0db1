// Redo operations of trees: the payload of each block operation, and the inner node of a heap tree.
#pragma once

#include <string>

#include "storage/cell.hpp"
#include "storage/page_change.hpp"

namespace basalt::storage {

// Block operations 32..63. Payloads are packed; integers little-endian.
enum class TreeOp : uint16_t {
  kHeapAppend = 32,         // writer:8 count:4 cells
  kHeapUpdateRow = 33,      // writer:8 slot:2 images
  kHeapSetDeleted = 34,     // writer:8 slot:2 deleted:1
  kHeapClear = 35,          // slot:2 count:2
  kHeapTruncate = 36,       // end_row:8 slot:2
  kHeapUpgrade = 37,        // count:2 types cells
  kHeapInnerInsert = 38,    // first_row:8 child:8
  kHeapInnerTruncate = 39,  // count:2
  kIndexInsert = 40,        // row:8 key bytes:2 key payload
  kIndexSetMark = 41,       // row:8 marked:1 key
  kIndexRemove = 42,        // row:8 key
  kIndexTruncate = 43,      // position:2 row:8 key
  kIndexSeparator = 44,     // row:8 child:8 key
  kOverflowErase = 45,      // nothing
  kHeapInnerRemove = 46,    // first_row:8
};
constexpr BlockOp block_op(TreeOp op) { return static_cast<BlockOp>(op); }

// Call once before replay or any change; further calls do nothing.
void register_tree_redo();

// Inner node of a heap tree: children in order of their first row id.
//   | page header | count:2 level:2 padding:4 | { first_row, child } ... |
struct HeapInnerEntry {
  uint64_t first_row;
  uint64_t child;
};
class HeapInner {
 public:
  explicit HeapInner(char* page) : page_(page) {}
  explicit HeapInner(const char* page) : page_(const_cast<char*>(page)) {}
  static constexpr uint32_t kEntriesAt = kPageHeaderSize + 8;
  static constexpr uint32_t kEntriesMax = (kPageSize - kEntriesAt) / sizeof(HeapInnerEntry);

  uint16_t count() const {
    auto n = load<uint16_t>(page_ + kPageHeaderSize);
    return n <= kEntriesMax ? n : static_cast<uint16_t>(kEntriesMax);
  }
  uint16_t level() const { return load<uint16_t>(page_ + kPageHeaderSize + 2); }
  HeapInnerEntry entry(uint32_t i) const {
    return load<HeapInnerEntry>(page_ + kEntriesAt + i * sizeof(HeapInnerEntry));
  }
  bool full() const { return count() == kEntriesMax; }
  // Position of the child that covers `row`.
  uint32_t position(uint64_t row) const {
    uint32_t low = 0, high = count();
    while (high - low > 1) {
      uint32_t middle = (low + high) / 2;
      if (load<uint64_t>(page_ + kEntriesAt + middle * sizeof(HeapInnerEntry)) <= row) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
  void format(uint16_t level) {
    std::memset(page_ + kPageHeaderSize, 0, kPageBodySize);
    store(page_ + kPageHeaderSize + 2, level);
  }
  void insert(const HeapInnerEntry& e);
  void truncate(uint16_t keep);
  void remove(uint64_t first_row);
  // Entries from `from` on, into a formatted node.
  void copy_tail(uint16_t from, HeapInner& to) const;

 private:
  char* page_;
};

}  // namespace basalt::storage
