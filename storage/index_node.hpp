// Node of a B+-tree index: entries sorted by (key bytes, row id), in one slotted page.
//
//   | page header | NodeHeader | slots: { offset, suffix length, head } ... | free | <- cells, fence keys |
//
//   leaf cell    row:8  payload length:2  marked:1  key suffix  payload
//   inner cell   row:8  child:8  key suffix            (separator: lower bound of the child)
//
// A node covers [lower fence, upper fence); an absent fence is infinite. All keys of a node begin with the common
// prefix of the two fences, which is stored once (in the lower fence). `head` is the first four bytes of the suffix as
// a number, so most comparisons of a search touch the slots only. Separators are cut to the shortest bytes that
// separate. Every mutating function is a pure function of the page's bytes and its arguments (STO-4). Free bytes are
// zero. Reads check bounds, because optimistic readers see torn pages; what they return then is meaningless but
// harmless.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "storage/cell.hpp"
#include "storage/index.hpp"  // kIndexEntryBytesMax: three entries fit a node
#include "storage/page.hpp"

namespace basalt::storage {

struct IndexKey {
  std::string_view key;
  uint64_t row = 0;
};

inline int compare_keys(std::string_view a, uint64_t a_row, std::string_view b, uint64_t b_row) {
  size_t common = a.size() < b.size() ? a.size() : b.size();
  int order = common ? std::memcmp(a.data(), b.data(), common) : 0;
  if (order != 0) return order;
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a_row < b_row ? -1 : a_row > b_row ? 1 : 0;
}

struct NodeHeader {
  uint16_t count;
  uint16_t level;  // 0: leaf
  uint16_t heap_begin;
  uint16_t garbage;
  uint16_t prefix_length;
  uint16_t lower_offset, lower_length;
  uint16_t upper_offset, upper_length;
  uint8_t has_lower, has_upper;
  uint16_t marked;  // marked entries
  uint16_t padding;
  uint64_t lower_row, upper_row;
  uint64_t first_child;
};
static_assert(sizeof(NodeHeader) == 48);

class IndexNode {
 public:
  explicit IndexNode(char* page) : page_(page) {}
  explicit IndexNode(const char* page) : page_(const_cast<char*>(page)) {}

  NodeHeader header() const { return load<NodeHeader>(page_ + kPageHeaderSize); }
  uint16_t count() const { return load<uint16_t>(page_ + kPageHeaderSize + offsetof(NodeHeader, count)); }
  uint16_t level() const { return load<uint16_t>(page_ + kPageHeaderSize + offsetof(NodeHeader, level)); }
  bool is_leaf() const { return level() == 0; }
  uint16_t marked() const { return load<uint16_t>(page_ + kPageHeaderSize + offsetof(NodeHeader, marked)); }
  bool has_lower() const { return header().has_lower; }
  bool has_upper() const { return header().has_upper; }
  IndexKey lower_fence() const;
  IndexKey upper_fence() const;
  std::string_view prefix() const;

  std::string_view suffix(uint32_t i) const;
  uint64_t row(uint32_t i) const;
  bool is_marked(uint32_t i) const;
  std::string_view payload(uint32_t i) const;
  uint64_t child(uint32_t i) const;  // i in [0, count]: the child left of separator i is child(i)
  void key(uint32_t i, std::string& out) const;

  // First entry not below (key, row). `exact`: it is equal.
  uint32_t lower_bound(std::string_view key, uint64_t row, bool* exact) const;
  // Position of the child that covers (key, row).
  uint32_t child_position(std::string_view key, uint64_t row) const;

  void format(uint16_t level, const IndexKey* lower, const IndexKey* upper, uint64_t first_child);
  // Whether an entry of that size fits (after tidying up, if need be).
  bool fits(size_t key_bytes, size_t payload_bytes) const;
  void insert_entry(std::string_view key, uint64_t row, std::string_view payload);
  void insert_separator(std::string_view key, uint64_t row, uint64_t child);
  void set_mark(uint32_t i, bool marked);
  void remove(uint32_t i);

  // Where to split for an insertion of (key, row), and the separator that results.
  uint32_t split_position(std::string_view key, uint64_t row) const;
  void split_separator(uint32_t at, std::string* key, uint64_t* row) const;
  // Builds the right half (leaf: entries from `at`; inner: separator `at` becomes the fence) into `right`.
  void split(uint32_t at, const IndexKey& separator, char* right) const;
  void truncate(uint32_t at, const IndexKey& upper);
  std::string check() const;

 private:
  struct Slot {
    uint16_t offset, length;
    uint32_t head;
  };
  static constexpr uint32_t kSlotsAt = kPageHeaderSize + sizeof(NodeHeader);
  Slot slot(uint32_t i) const;
  uint32_t cell_header() const { return is_leaf() ? 11 : 16; }
  uint32_t cell_bytes(uint32_t i) const;
  std::string_view bytes(uint32_t offset, uint32_t length) const;
  void place(uint32_t at, const std::string_view* parts, size_t part_count, std::string_view suffix);
  void compact();
  void copy_range(uint32_t first, uint32_t end, const IndexKey* lower, const IndexKey* upper, uint64_t first_child,
                  char* target) const;

  char* page_;
};

}  // namespace basalt::storage
