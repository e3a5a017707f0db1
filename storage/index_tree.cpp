// Index entries: descent, insert, mark, unique check, rollback, purge.
#include "storage/index_tree.hpp"

#include <algorithm>

#include "common/sqlstate.hpp"
#include "storage/undo_log.hpp"

namespace basalt::storage {

namespace {
constexpr uint64_t kChangeBytes = 64 << 10;

[[noreturn]] void corrupt(TreeId tree, const char* what) {
  throw common::SqlError(common::sqlstate::kIndexCorrupted,
                         "index tree " + std::to_string(tree.value) + " is corrupt: " + what);
}

char* entry_payload(PageChange& change, ExclusiveGuard& guard, TreeOp op, uint64_t row, std::string_view key,
                    size_t extra_head, std::string_view tail) {
  char* to = change.add_space(guard, block_op(op), static_cast<uint32_t>(8 + extra_head + key.size() + tail.size()));
  store(to, row);
  if (!key.empty()) std::memcpy(to + 8 + extra_head, key.data(), key.size());
  if (!tail.empty()) std::memcpy(to + 8 + extra_head + key.size(), tail.data(), tail.size());
  return to + 8;
}
void add_insert(PageChange& change, ExclusiveGuard& guard, std::string_view key, uint64_t row,
                std::string_view payload) {
  store(entry_payload(change, guard, TreeOp::kIndexInsert, row, key, 2, payload), static_cast<uint16_t>(key.size()));
}
void add_mark(PageChange& change, ExclusiveGuard& guard, std::string_view key, uint64_t row, bool marked) {
  *entry_payload(change, guard, TreeOp::kIndexSetMark, row, key, 1, {}) = marked;
}
void add_remove(PageChange& change, ExclusiveGuard& guard, std::string_view key, uint64_t row) {
  entry_payload(change, guard, TreeOp::kIndexRemove, row, key, 0, {});
}
}  // namespace

std::string IndexDescriptor::encode() const {
  std::string out;
  out.push_back(static_cast<char>(layout.unique));
  append_raw(out, layout.heap.value);
  return out;
}
IndexDescriptor IndexDescriptor::decode(std::string_view bytes) {
  IndexDescriptor out;
  out.layout.unique = bytes[0] != 0;
  out.layout.heap = TreeId{load<uint64_t>(bytes.data() + 1)};
  return out;
}

IndexTree::IndexTree(StorageCore& core, TransactionManager& transactions, const TreeRecord& record)
    : core_(core),
      transactions_(transactions),
      undo_(transactions.undo()),
      id_(record.id),
      root_(record.root),
      layout_(IndexDescriptor::decode(record.descriptor).layout) {}

void IndexTree::format_root(Page& page) {
  std::memset(page.bytes(), 0, kPageSize);
  page.header.type = PageType::kIndexLeaf;
  IndexNode(page.bytes()).format(0, nullptr, nullptr, 0);
}

// ---- descent ----

OptimisticGuard IndexTree::find_leaf(std::string_view key, uint64_t row, bool below, bool at_end) {
  BufferPool& pool = core_.pool();
  for (int attempt = 0; attempt < 1'000'000; ++attempt) {
    OptimisticGuard guard = pool.optimistic(root_);
    for (;;) {
      PageType type = guard->header.type;
      if (type == PageType::kIndexLeaf) return guard;
      if (type != PageType::kIndexInner) {
        if (guard.validate()) corrupt(id_, "a page of another kind is linked");
        break;
      }
      IndexNode node(guard->bytes());
      bool exact;
      uint32_t at = at_end ? node.count() : below ? node.lower_bound(key, row, &exact) : node.child_position(key, row);
      PageId child{node.child(at)};
      if (!guard.validate()) break;
      OptimisticGuard next = pool.optimistic(child);
      if (!guard.validate()) break;
      guard = std::move(next);
    }
  }
  corrupt(id_, "no leaf is found");
}

bool IndexTree::covers(const Page& page, std::string_view key, uint64_t row, bool below, bool at_end) const {
  if (page.header.type != PageType::kIndexLeaf || page.header.owner != id_.value) return false;
  IndexNode node(page.bytes());
  NodeHeader h = node.header();
  if (at_end) return !h.has_upper;
  if (h.has_lower) {
    IndexKey fence = node.lower_fence();
    int order = compare_keys(fence.key, fence.row, key, row);
    if (below ? order >= 0 : order > 0) return false;
  }
  if (h.has_upper) {
    IndexKey fence = node.upper_fence();
    int order = compare_keys(key, row, fence.key, fence.row);
    if (below ? order > 0 : order >= 0) return false;
  }
  return true;
}

SharedGuard IndexTree::shared_leaf(std::string_view key, uint64_t row, bool below, bool at_end) {
  for (;;) {
    PageId page = find_leaf(key, row, below, at_end).id();
    SharedGuard guard = core_.pool().shared(page);
    if (covers(guard.page(), key, row, below, at_end)) return guard;
  }
}

ExclusiveGuard IndexTree::exclusive_leaf(std::string_view key, uint64_t row) {
  for (;;) {
    PageId page = find_leaf(key, row, false, false).id();
    ExclusiveGuard guard = core_.pool().exclusive(page);
    if (covers(guard.page(), key, row, false, false)) return guard;
  }
}

// ---- changes ----

void IndexTree::replace_entry(PageChange& change, ExclusiveGuard& guard, std::string_view key, uint64_t row,
                              std::string_view payload, bool marked) {
  add_remove(change, guard, key, row);
  add_insert(change, guard, key, row, payload);
  if (marked) add_mark(change, guard, key, row, true);
}

void IndexTree::insert(Transaction& transaction, std::string_view key, std::string_view payload, RowId row) {
  ENSURE(key.size() + payload.size() <= kIndexEntryBytesMax, "index entry is too long; the caller checks its size");
  auto& t = static_cast<TransactionImpl&>(transaction);
  TransactionState& state = t.state();
  for (;;) {
    SpaceReservation* space = t.reserve_space(2, kChangeBytes);
    ExclusiveGuard guard = exclusive_leaf(key, row.value);
    IndexNode node(guard->bytes());
    bool exact;
    uint32_t at = node.lower_bound(key, row.value, &exact);
    UndoRecord record{id_.value, row.value, 0, 0, 0, UndoKind::kIndexInsert, 0};
    if (!exact) {
      if (!node.fits(key.size(), payload.size())) {
        guard.release();
        tidy_or_split(key, row.value, space);
        continue;
      }
      record.bytes = static_cast<uint32_t>(key.size());
      PageChange change(core_, RecordType::kIndexInsert, state.id, space);
      add_insert(change, guard, key, row.value, payload);
      add_undo(change, record, key.data());
      commit_with_undo(change, undo_, state, record, key.data(), t.command().value);
      t.owe_rollback(key.size() + 128);
      return;
    }
    // The key comes back to its row: the mark goes, and the payload may be another one.
    bool marked = node.is_marked(at), same_payload = node.payload(at) == payload;
    if (!marked && same_payload) return;
    if (!same_payload && !node.fits(key.size(), payload.size())) {
      guard.release();
      split_leaf(key, row.value, space);
      continue;
    }
    std::string old;
    append_raw(old, static_cast<uint16_t>(key.size()));
    old.append(key).append(node.payload(at));
    record.kind = UndoKind::kIndexUnmark;
    record.strength = marked ? 0 : 1;
    record.bytes = static_cast<uint32_t>(old.size());
    PageChange change(core_, RecordType::kIndexUnmark, state.id, space);
    if (same_payload) {
      add_mark(change, guard, key, row.value, false);
    } else {
      replace_entry(change, guard, key, row.value, payload, false);
    }
    add_undo(change, record, old.data());
    commit_with_undo(change, undo_, state, record, old.data(), t.command().value);
    t.owe_rollback(old.size() + 128);
    return;
  }
}

void IndexTree::mark(Transaction& transaction, std::string_view key, RowId row) {
  auto& t = static_cast<TransactionImpl&>(transaction);
  TransactionState& state = t.state();
  SpaceReservation* space = t.reserve_space(0, kChangeBytes);
  ExclusiveGuard guard = exclusive_leaf(key, row.value);
  IndexNode node(guard->bytes());
  bool exact;
  uint32_t at = node.lower_bound(key, row.value, &exact);
  if (!exact) corrupt(id_, "the entry of a changed row is missing");
  if (node.is_marked(at)) return;
  UndoRecord record{id_.value, row.value, 0, 0, static_cast<uint32_t>(key.size()), UndoKind::kIndexMark, 0};
  PageChange change(core_, RecordType::kIndexMark, state.id, space);
  add_mark(change, guard, key, row.value, true);
  add_undo(change, record, key.data());
  commit_with_undo(change, undo_, state, record, key.data(), t.command().value);
  t.owe_rollback(key.size() + 128);
}

// ---- unique ----

// Whether entry i stands for a row that has the key, or may have it. Under the leaf's latch: no rollback can restore a
// mark between the look at the entry and the look at the chain.
UniqueConflict IndexTree::judge(const IndexNode& node, uint32_t i, const TransactionState* self) {
  uint64_t row = node.row(i);
  bool live = !node.is_marked(i);
  UniqueConflict none{}, conflict{RowId{row}, TxnId{}};
  if (!undo_.may_have(layout_.heap.value, row)) return live ? conflict : none;
  UndoStore::View view(undo_, layout_.heap.value, row);
  UniqueConflict result = live ? conflict : none;
  view.walk(row, [&](const UndoEntry& entry) {
    if (entry.transaction != self && transactions_.unpublished(*entry.transaction)) {
      result = {RowId{row}, entry.transaction->id};
    } else if (entry.kind == UndoKind::kHeapDelete) {
      result = none;
    }
    return false;
  });
  return result;
}

UniqueConflict IndexTree::find_conflict(Transaction& transaction, std::string_view key, RowId self) {
  auto& t = static_cast<TransactionImpl&>(transaction);
  const TransactionState* own = t.id().valid() ? &t.state() : nullptr;
  std::string fence_key;
  uint64_t from_row = 0;
  UniqueConflict waiting{};
  for (;;) {
    SharedGuard guard = shared_leaf(key, from_row, false, false);
    IndexNode node(guard->bytes());
    bool exact;
    std::string found;
    uint32_t i = node.lower_bound(key, from_row, &exact);
    for (; i < node.count(); ++i) {
      node.key(i, found);
      if (found != key) return waiting;
      if (node.row(i) == self.value) continue;
      UniqueConflict conflict = judge(node, i, own);
      if (conflict.row.valid() && !conflict.in_progress.valid()) return conflict;
      if (conflict.row.valid() && !waiting.row.valid()) waiting = conflict;
    }
    if (!node.has_upper() || node.upper_fence().key != key) return waiting;
    from_row = node.upper_fence().row;
  }
}

UniqueConflict IndexTree::insert_unique(Transaction& transaction, std::string_view key, std::string_view payload,
                                        RowId row) {
  size_t stripe = std::hash<std::string_view>{}(key) % unique_stripes_.size();
  std::lock_guard critical(unique_stripes_[stripe]);
  UniqueConflict conflict = find_conflict(transaction, key, row);
  if (!conflict.row.valid()) insert(transaction, key, payload, row);
  return conflict;
}

// ---- rollback and purge ----

void IndexTree::roll_back_entry(TransactionState& state, SpaceReservation* space) {
  UndoEntry& entry = *state.undo.back();
  std::string_view key(entry.data(), entry.bytes), payload;
  if (entry.kind == UndoKind::kIndexUnmark) {
    auto size = load<uint16_t>(entry.data());
    key = {entry.data() + 2, size};
    payload = {entry.data() + 2 + size, entry.bytes - 2 - size};
  }
  for (;;) {
    ExclusiveGuard guard = exclusive_leaf(key, entry.row);
    IndexNode node(guard->bytes());
    bool exact;
    uint32_t at = node.lower_bound(key, entry.row, &exact);
    ENSURE(exact, "STO-7: the index entry to undo is missing");
    bool same_payload = entry.kind != UndoKind::kIndexUnmark || node.payload(at) == payload;
    if (!same_payload && !node.fits(key.size(), payload.size())) {
      guard.release();
      split_leaf(key, entry.row, space);
      continue;
    }
    PageChange change(core_, RecordType::kIndexUndo, state.id);
    switch (entry.kind) {
      case UndoKind::kIndexInsert:
        add_remove(change, guard, key, entry.row);
        break;
      case UndoKind::kIndexMark:
        add_mark(change, guard, key, entry.row, false);
        break;
      default:
        if (same_payload) {
          add_mark(change, guard, key, entry.row, entry.strength == 0);
        } else {
          replace_entry(change, guard, key, entry.row, payload, entry.strength == 0);
        }
    }
    commit_compensation(change, undo_, state, 0);
    return;
  }
}

void IndexTree::purge_entry(std::string_view key, uint64_t row, Lsn horizon) {
  ExclusiveGuard guard = exclusive_leaf(key, row);
  IndexNode node(guard->bytes());
  bool exact;
  uint32_t at = node.lower_bound(key, row, &exact);
  if (!exact || !node.is_marked(at) || undo_.has_chain(layout_.heap.value, row)) return;
  PageChange change(core_, RecordType::kIndexPurge, TxnId{});
  add_remove(change, guard, key, row);
  change.logical({reinterpret_cast<const char*>(&horizon), sizeof horizon});
  change.commit();
}

// ---- structure ----

// Before a split: marked entries that nobody needs may make room.
void IndexTree::tidy_or_split(std::string_view key, uint64_t row, SpaceReservation* space) {
  {
    ExclusiveGuard guard = exclusive_leaf(key, row);
    IndexNode node(guard->bytes());
    if (node.marked() > 0) {
      PageChange change(core_, RecordType::kIndexPurge, TxnId{}, space);
      size_t removed = 0;
      std::string victim;
      for (uint32_t i = 0; i < node.count(); ++i) {
        if (!node.is_marked(i) || undo_.has_chain(layout_.heap.value, node.row(i))) continue;
        node.key(i, victim);
        add_remove(change, guard, victim, node.row(i));
        ++removed;
      }
      if (removed > 0) {
        Lsn horizon = transactions_.published_horizon();
        change.logical({reinterpret_cast<const char*>(&horizon), sizeof horizon});
        change.commit();
        return;
      }
    }
  }
  split_leaf(key, row, space);
}

void IndexTree::grow_root(SpaceReservation* space) {
  space->require(4, 2 * kChangeBytes);
  ExclusiveGuard root = core_.pool().exclusive(root_);
  uint16_t level = IndexNode(root->bytes()).level();
  PageChange change(core_, RecordType::kIndexStructure, TxnId{}, space);
  ExclusiveGuard below = change.new_page(id_, root->header.type, root_);
  change.image(below, root.page());
  Page scratch;
  std::memset(scratch.bytes(), 0, kPageSize);
  scratch.header.type = PageType::kIndexInner;
  IndexNode(scratch.bytes()).format(static_cast<uint16_t>(level + 1), nullptr, nullptr, below.id().value);
  change.image(root, scratch);
  change.commit();
}

void IndexTree::split_node(PageId parent, PageId page, std::string_view key, uint64_t row, SpaceReservation* space) {
  space->require(4, 2 * kChangeBytes);
  ExclusiveGuard above = core_.pool().exclusive(parent);
  ExclusiveGuard left = core_.pool().exclusive(page);
  IndexNode node(left->bytes());
  if (node.count() < 2) return;
  uint32_t at = node.split_position(key, row);
  std::string separator;
  uint64_t separator_row;
  node.split_separator(at, &separator, &separator_row);
  PageChange change(core_, RecordType::kIndexStructure, TxnId{}, space);
  ExclusiveGuard right = change.new_page(id_, left->header.type, page);
  Page scratch;
  std::memset(scratch.bytes(), 0, kPageSize);
  scratch.header.type = left->header.type;
  node.split(at, {separator, separator_row}, scratch.bytes());
  uint64_t child = right.id().value;
  store(entry_payload(change, above, TreeOp::kIndexSeparator, separator_row, separator, 8, {}), child);
  char* to = change.add_space(left, block_op(TreeOp::kIndexTruncate), static_cast<uint32_t>(10 + separator.size()));
  store(to, static_cast<uint16_t>(at));
  store(to + 2, separator_row);
  if (!separator.empty()) std::memcpy(to + 10, separator.data(), separator.size());
  change.image(right, scratch);
  change.commit();
}

bool IndexTree::split_full_inner(std::string_view key, uint64_t row, SpaceReservation* space) {
  PageId parent, page = root_;
  for (;;) {
    SharedGuard guard = core_.pool().shared(page);
    if (guard->header.type != PageType::kIndexInner) return false;
    IndexNode node(guard->bytes());
    if (!node.fits(kIndexEntryBytesMax, 0)) break;
    parent = page;
    page = PageId{node.child(node.child_position(key, row))};
  }
  if (parent.valid()) {
    split_node(parent, page, key, row, space);
  } else {
    grow_root(space);
  }
  return true;
}

void IndexTree::split_leaf(std::string_view key, uint64_t row, SpaceReservation* space) {
  std::lock_guard structure(structure_mutex_);
  bool root_is_leaf = core_.pool().shared(root_)->header.type == PageType::kIndexLeaf;
  if (root_is_leaf) grow_root(space);
  while (split_full_inner(key, row, space)) {
  }
  PageId parent, page = root_;
  for (;;) {
    SharedGuard guard = core_.pool().shared(page);
    if (guard->header.type == PageType::kIndexLeaf) break;
    IndexNode node(guard->bytes());
    parent = page;
    page = PageId{node.child(node.child_position(key, row))};
  }
  split_node(parent, page, key, row, space);
}

// ---- figures and checks ----

uint32_t IndexTree::height() const { return IndexNode(core_.pool().shared(root_)->bytes()).level() + 1u; }

uint64_t IndexTree::entry_estimate() const {
  SharedGuard guard = core_.pool().shared(root_);
  IndexNode root(guard->bytes());
  if (root.is_leaf()) return root.count();
  // Leaves are most of the pages; one of them stands for all.
  PageId page{root.child(root.count() / 2)};
  guard.release();
  for (;;) {
    SharedGuard next = core_.pool().shared(page);
    IndexNode node(next->bytes());
    if (next->header.type == PageType::kIndexLeaf) return page_count() * node.count();
    if (next->header.type != PageType::kIndexInner) return 0;
    page = PageId{node.child(node.count() / 2)};
  }
}

void IndexTree::check(std::vector<CheckFinding>& findings,
                      const std::function<void(std::string_view, std::string_view, uint64_t, bool)>& entry) {
  std::string key, found;
  uint64_t row = 0;
  for (;;) {
    SharedGuard guard = shared_leaf(key, row, false, false);
    IndexNode node(guard->bytes());
    std::string wrong = node.check();
    if (!wrong.empty()) {
      findings.push_back({id_, guard->header.id, wrong});
      return;
    }
    for (uint32_t i = 0; i < node.count(); ++i) {
      node.key(i, found);
      entry(found, node.payload(i), node.row(i), node.is_marked(i));
    }
    if (!node.has_upper()) return;
    IndexKey next = node.upper_fence();
    if (compare_keys(next.key, next.row, key, row) <= 0) {
      findings.push_back({id_, guard->header.id, "index fences go backwards"});
      return;
    }
    key.assign(next.key);
    row = next.row;
  }
}

}  // namespace basalt::storage
