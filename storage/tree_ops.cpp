#include "storage/tree_ops.hpp"

#include "storage/heap_leaf.hpp"
#include "storage/index_node.hpp"

namespace basalt::storage {

void HeapInner::insert(const HeapInnerEntry& e) {
  uint16_t n = count();
  ENSURE(n < kEntriesMax, "inner node of a heap tree is full");
  uint32_t at = n == 0 ? 0 : position(e.first_row) + 1;
  char* entries = page_ + kEntriesAt;
  std::memmove(entries + (at + 1) * sizeof e, entries + at * sizeof e, (n - at) * sizeof e);
  store(entries + at * sizeof e, e);
  store(page_ + kPageHeaderSize, static_cast<uint16_t>(n + 1));
}

void HeapInner::truncate(uint16_t keep) {
  std::memset(page_ + kEntriesAt + keep * sizeof(HeapInnerEntry), 0, (count() - keep) * sizeof(HeapInnerEntry));
  store(page_ + kPageHeaderSize, keep);
}

void HeapInner::remove(uint64_t first_row) {
  uint16_t n = count();
  uint32_t at = position(first_row);
  ENSURE(n > 1 && entry(at).first_row == first_row, "STO-4: the child to remove is not in its inner node");
  char* entries = page_ + kEntriesAt;
  std::memmove(entries + at * sizeof(HeapInnerEntry), entries + (at + 1) * sizeof(HeapInnerEntry),
               (n - at - 1) * sizeof(HeapInnerEntry));
  std::memset(entries + (n - 1) * sizeof(HeapInnerEntry), 0, sizeof(HeapInnerEntry));
  store(page_ + kPageHeaderSize, static_cast<uint16_t>(n - 1));
}

void HeapInner::copy_tail(uint16_t from, HeapInner& to) const {
  uint16_t n = static_cast<uint16_t>(count() - from);
  std::memcpy(to.page_ + kEntriesAt, page_ + kEntriesAt + from * sizeof(HeapInnerEntry), n * sizeof(HeapInnerEntry));
  store(to.page_ + kPageHeaderSize, n);
}

namespace {

void heap_append(Page& page, Bytes p) {
  bool done = HeapLeaf(page.bytes()).append_rows(p.data() + 12, load<uint32_t>(p.data() + 8), load<uint64_t>(p.data()));
  ENSURE(done, "STO-4: logged rows do not fit their leaf");
}
void heap_update_row(Page& page, Bytes p) {
  bool done = HeapLeaf(page.bytes()).update(load<uint16_t>(p.data() + 8), p.data() + 10, load<uint64_t>(p.data()));
  ENSURE(done, "STO-4: a logged update does not fit its leaf");
}
void heap_set_deleted(Page& page, Bytes p) {
  HeapLeaf(page.bytes()).set_deleted(load<uint16_t>(p.data() + 8), p[10] != 0, load<uint64_t>(p.data()));
}
void heap_clear(Page& page, Bytes p) {
  uint32_t slot = load<uint16_t>(p.data()), count = load<uint16_t>(p.data() + 2);
  for (uint32_t i = 0; i < count; ++i) HeapLeaf(page.bytes()).clear_row(slot + i);
}
void heap_truncate(Page& page, Bytes p) {
  HeapLeaf(page.bytes()).truncate(load<uint16_t>(p.data() + 8), load<uint64_t>(p.data()));
}
void heap_upgrade(Page& page, Bytes p) {
  auto count = load<uint16_t>(p.data());
  std::vector<common::PhysicalType> types(count);
  for (uint16_t i = 0; i < count; ++i) types[i] = static_cast<common::PhysicalType>(p[2 + i]);
  bool done = HeapLeaf(page.bytes()).upgrade(types, p.data() + 2 + count);
  ENSURE(done, "STO-4: a logged layout does not fit its leaf");
}
void heap_inner_insert(Page& page, Bytes p) { HeapInner(page.bytes()).insert(load<HeapInnerEntry>(p.data())); }
void heap_inner_truncate(Page& page, Bytes p) { HeapInner(page.bytes()).truncate(load<uint16_t>(p.data())); }

void heap_inner_remove(Page& page, Bytes p) { HeapInner(page.bytes()).remove(load<uint64_t>(p.data())); }

std::string_view rest(Bytes p, size_t from) { return {p.data() + from, p.size() - from}; }
uint32_t find_entry(const IndexNode& node, std::string_view key, uint64_t row) {
  bool exact;
  uint32_t at = node.lower_bound(key, row, &exact);
  ENSURE(exact, "STO-4: a logged index entry is not in its leaf");
  return at;
}
void index_insert(Page& page, Bytes p) {
  auto key_bytes = load<uint16_t>(p.data() + 8);
  IndexNode(page.bytes()).insert_entry({p.data() + 10, key_bytes}, load<uint64_t>(p.data()), rest(p, 10 + key_bytes));
}
void index_set_mark(Page& page, Bytes p) {
  IndexNode node(page.bytes());
  node.set_mark(find_entry(node, rest(p, 9), load<uint64_t>(p.data())), p[8] != 0);
}
void index_remove(Page& page, Bytes p) {
  IndexNode node(page.bytes());
  node.remove(find_entry(node, rest(p, 8), load<uint64_t>(p.data())));
}
void index_truncate(Page& page, Bytes p) {
  IndexNode(page.bytes()).truncate(load<uint16_t>(p.data()), {rest(p, 10), load<uint64_t>(p.data() + 2)});
}
void index_separator(Page& page, Bytes p) {
  IndexNode(page.bytes()).insert_separator(rest(p, 16), load<uint64_t>(p.data()), load<uint64_t>(p.data() + 8));
}
void overflow_erase(Page& page, Bytes) {
  page.header.type = PageType::kNone;
  std::memset(page.body, 0, kPageBodySize);
}

}  // namespace

void register_tree_redo() {
  register_redo(block_op(TreeOp::kHeapAppend), heap_append);
  register_redo(block_op(TreeOp::kHeapUpdateRow), heap_update_row);
  register_redo(block_op(TreeOp::kHeapSetDeleted), heap_set_deleted);
  register_redo(block_op(TreeOp::kHeapClear), heap_clear);
  register_redo(block_op(TreeOp::kHeapTruncate), heap_truncate);
  register_redo(block_op(TreeOp::kHeapUpgrade), heap_upgrade);
  register_redo(block_op(TreeOp::kHeapInnerInsert), heap_inner_insert);
  register_redo(block_op(TreeOp::kHeapInnerTruncate), heap_inner_truncate);
  register_redo(block_op(TreeOp::kIndexInsert), index_insert);
  register_redo(block_op(TreeOp::kIndexSetMark), index_set_mark);
  register_redo(block_op(TreeOp::kIndexRemove), index_remove);
  register_redo(block_op(TreeOp::kIndexTruncate), index_truncate);
  register_redo(block_op(TreeOp::kIndexSeparator), index_separator);
  register_redo(block_op(TreeOp::kOverflowErase), overflow_erase);
  register_redo(block_op(TreeOp::kHeapInnerRemove), heap_inner_remove);
}

}  // namespace basalt::storage
