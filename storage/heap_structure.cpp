// Structure changes of a heap tree. One at a time per tree; each is one record (STO-4).
#include "storage/heap_tree.hpp"

namespace basalt::storage {

namespace {
constexpr uint32_t kPagesPerChange = 4;
constexpr uint64_t kChangeBytes = 128 << 10;

void clear(Page& page, PageType type) {
  std::memset(page.bytes(), 0, kPageSize);
  page.header.type = type;
}
}  // namespace

// The root's contents move to a new page; the root becomes an inner node above it.
void HeapTreeImpl::grow_root(SpaceReservation* space) {
  space->require(kPagesPerChange, kChangeBytes);
  ExclusiveGuard root = core_.pool().exclusive(root_);
  bool leaf = root->header.type == PageType::kHeapLeaf;
  PageChange change(core_, RecordType::kHeapStructure, TxnId{}, space);
  ExclusiveGuard below = change.new_page(id_, root->header.type, root_);
  change.image(below, root.page());
  Page scratch;
  clear(scratch, PageType::kHeapInner);
  HeapInner inner(scratch.bytes());
  inner.format(leaf ? 1 : static_cast<uint16_t>(HeapInner(root->bytes()).level() + 1));
  inner.insert({0, below.id().value});
  change.image(root, scratch);
  change.commit();
}

// Splits the first full inner node on the way to `row`. False: there is none.
bool HeapTreeImpl::split_full_inner(uint64_t row, SpaceReservation* space) {
  PageId parent, page = root_;
  for (;;) {
    SharedGuard guard = core_.pool().shared(page);
    if (guard->header.type != PageType::kHeapInner) return false;
    HeapInner inner(guard->bytes());
    if (inner.full()) break;
    parent = page;
    page = PageId{inner.entry(inner.position(row)).child};
  }
  if (!parent.valid()) {
    grow_root(space);
    return true;
  }
  space->require(kPagesPerChange, kChangeBytes);
  ExclusiveGuard above = core_.pool().exclusive(parent);
  ExclusiveGuard left = core_.pool().exclusive(page);
  HeapInner inner(left->bytes());
  uint16_t keep = inner.count() / 2;
  // Row ids ascend: nodes that grow at their end are left full.
  if (inner.position(row) == inner.count() - 1u) keep = static_cast<uint16_t>(inner.count() - 1);
  PageChange change(core_, RecordType::kHeapStructure, TxnId{}, space);
  ExclusiveGuard right = change.new_page(id_, PageType::kHeapInner, page);
  Page scratch;
  clear(scratch, PageType::kHeapInner);
  HeapInner fresh(scratch.bytes());
  fresh.format(inner.level());
  inner.copy_tail(keep, fresh);
  HeapInnerEntry separator{inner.entry(keep).first_row, right.id().value};
  change.add(above, block_op(TreeOp::kHeapInnerInsert), {reinterpret_cast<const char*>(&separator), sizeof separator});
  change.add(left, block_op(TreeOp::kHeapInnerTruncate), {reinterpret_cast<const char*>(&keep), sizeof keep});
  change.image(right, scratch);
  change.commit();
  return true;
}

// The lowest inner node on the way to `row`; none while the root is a leaf.
PageId HeapTreeImpl::path_parent(uint64_t row) {
  PageId page = root_, parent;
  for (;;) {
    SharedGuard guard = core_.pool().shared(page);
    if (guard->header.type != PageType::kHeapInner) return parent;
    HeapInner inner(guard->bytes());
    parent = page;
    if (inner.level() == 1) return parent;
    page = PageId{inner.entry(inner.position(row)).child};
  }
}

// `append`: a new leaf that begins with `row`, which the tree does not have yet. Otherwise the leaf of `row` is halved.
// Called without latches.
void HeapTreeImpl::split_leaf(uint64_t row, bool append, SpaceReservation* space) {
  std::lock_guard structure(structure_mutex_);
  while (split_full_inner(row, space)) {
  }
  PageId above = path_parent(row);
  if (!above.valid()) {
    grow_root(space);
    above = path_parent(row);
  }
  space->require(kPagesPerChange, kChangeBytes);
  ExclusiveGuard parent = core_.pool().exclusive(above);
  HeapInner inner(parent->bytes());
  ExclusiveGuard left = core_.pool().exclusive(PageId{inner.entry(inner.position(row)).child});
  ENSURE(covers(left.page(), row), "heap leaf does not cover the row that led to it");
  HeapLeaf leaf(left->bytes());
  uint64_t boundary;
  uint16_t slot;
  PageChange change(core_, RecordType::kHeapStructure, TxnId{}, space);
  Page scratch;
  clear(scratch, PageType::kHeapLeaf);
  if (append) {
    boundary = row;
    slot = leaf.rows();
    if (leaf.base_row() + slot > row || leaf.base_row() == row) return;  // somebody else did it
    std::vector<common::PhysicalType> types;
    for (const ColumnLayout& column : layout().columns) types.push_back(column.type);
    HeapLeaf(scratch.bytes()).format(types, row, leaf.end_row());
  } else {
    if (leaf.rows() < 2) return;
    slot = leaf.rows() / 2;
    boundary = leaf.base_row() + slot;
    leaf.split(slot, scratch.bytes());
  }
  ExclusiveGuard right = change.new_page(id_, PageType::kHeapLeaf, left.id());
  HeapInnerEntry separator{boundary, right.id().value};
  char truncation[10];
  store(truncation, boundary);
  store(truncation + 8, slot);
  change.add(parent, block_op(TreeOp::kHeapInnerInsert), {reinterpret_cast<const char*>(&separator), sizeof separator});
  change.add(left, block_op(TreeOp::kHeapTruncate), {truncation, sizeof truncation});
  change.image(right, scratch);
  change.commit();
}

// A leaf whose rows are all gone leaves the tree; its left neighbour's range covers it from then on. The rightmost leaf
// stays, because it knows which row ids have been used (STO-11), and so does the first child of a node.
void HeapTreeImpl::free_empty_leaf(uint64_t row, Lsn horizon) {
  std::lock_guard structure(structure_mutex_);
  PageId above = path_parent(row);
  if (!above.valid()) return;
  SpaceReservation space(core_);
  space.require(1, kChangeBytes);
  ExclusiveGuard parent = core_.pool().exclusive(above);
  HeapInner inner(parent->bytes());
  uint32_t at = inner.position(row);
  if (at == 0) return;
  ExclusiveGuard left = core_.pool().exclusive(PageId{inner.entry(at - 1).child});
  ExclusiveGuard empty = core_.pool().exclusive(PageId{inner.entry(at).child});
  HeapLeaf leaf(empty->bytes()), neighbour(left->bytes());
  uint64_t base = leaf.base_row();
  uint32_t rows = leaf.rows();
  if (leaf.end_row() == common::kRowIdLimit || leaf.deleted_rows() != rows) return;
  if (undo_.may_have(id_.value, base, base + rows)) return;
  for (uint32_t slot = 0; slot < rows; ++slot)
    for (uint32_t c = 0; c < leaf.columns(); ++c)
      if (!leaf.cell(slot, c).is_null()) return;
  uint64_t first_row = inner.entry(at).first_row;
  char fence[10];
  store(fence, leaf.end_row());
  store(fence + 8, neighbour.rows());
  PageChange change(core_, RecordType::kHeapPurge, TxnId{}, &space);
  change.add(parent, block_op(TreeOp::kHeapInnerRemove), {reinterpret_cast<const char*>(&first_row), sizeof first_row});
  change.add(left, block_op(TreeOp::kHeapTruncate), {fence, sizeof fence});
  change.add(empty, block_op(TreeOp::kOverflowErase), {});
  change.free_page(empty);
  change.logical({reinterpret_cast<const char*>(&horizon), sizeof horizon});
  change.commit();
}

}  // namespace basalt::storage
