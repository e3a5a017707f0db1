#include "storage/tree_cache.hpp"

#include <unordered_set>

#include "common/sqlstate.hpp"
#include "storage/undo_log.hpp"

namespace basalt::storage {

TreeCache::TreeCache(StorageCore& core, TransactionManager& transactions) : core_(core), transactions_(transactions) {
  transactions.set_trees(this);
}

std::shared_ptr<TreeCache::Entry> TreeCache::find(TreeId tree) {
  {
    std::shared_lock lock(mutex_);
    auto found = trees_.find(tree);
    if (found != trees_.end()) return found->second;
  }
  auto record = core_.directory().find(tree);
  if (!record) return nullptr;
  auto entry = std::make_shared<Entry>();
  if (record->kind == TreeKind::kHeap) entry->heap = std::make_unique<HeapTreeImpl>(core_, transactions_, *record);
  if (record->kind == TreeKind::kIndex) entry->index = std::make_unique<IndexTree>(core_, transactions_, *record);
  std::unique_lock lock(mutex_);
  return trees_.emplace(tree, std::move(entry)).first->second;
}

HeapTree& TreeCache::heap(TreeId tree) {
  auto entry = find(tree);
  ENSURE(entry && entry->heap, "heap tree " + std::to_string(tree.value) + " does not exist");
  return *entry->heap;
}
Index& TreeCache::index(TreeId tree) {
  auto entry = find(tree);
  ENSURE(entry && entry->index, "index tree " + std::to_string(tree.value) + " does not exist");
  return *entry->index;
}

// ---- creation and drop ----

// `format` fills the root page; without it the tree has none.
TreeId TreeCache::create(Transaction& transaction, TreeKind kind, std::string descriptor,
                         const std::function<void(Page&)>& format) {
  auto& t = static_cast<TransactionImpl&>(transaction);
  TransactionState& state = t.state();
  TreeId id = core_.directory().allocate_id();
  SpaceReservation* space = t.reserve_space(2, 256 << 10);
  PageChange change(core_, RecordType::kTreeCreate, state.id, space);
  ExclusiveGuard root;
  if (format) {
    Page scratch;
    format(scratch);
    root = change.new_page(id, scratch.header.type, PageId{});
    change.image(root, scratch);
  }
  UndoRecord record{id.value, 0, 0, 0, 0, UndoKind::kTreeCreate, 0};
  add_undo(change, record, nullptr);
  core_.directory().put(change, TreeRecord{id, kind, root.id(), std::move(descriptor)});
  commit_with_undo(change, transactions_.undo(), state, record, nullptr, t.command().value);
  return id;
}

TreeId TreeCache::create_sequence(Transaction& transaction, std::string descriptor) {
  return create(transaction, TreeKind::kSequence, std::move(descriptor), nullptr);
}

TreeId TreeCache::create_heap(Transaction& transaction, const HeapLayout& layout) {
  return create(transaction, TreeKind::kHeap, encode_heap_layout(layout),
                [&](Page& page) { HeapTreeImpl::format_root(page, layout); });
}

TreeId TreeCache::create_index(Transaction& transaction, const IndexLayout& layout) {
  return create(transaction, TreeKind::kIndex, IndexDescriptor{layout}.encode(),
                [](Page& page) { IndexTree::format_root(page); });
}

void TreeCache::drop_tree(Transaction& transaction, TreeId tree) {
  auto& t = static_cast<TransactionImpl&>(transaction);
  UndoRecord record{tree.value, 0, 0, 0, 0, UndoKind::kTreeDrop, 0};
  TransactionState& state = t.state();
  std::lock_guard guard(state.carry_mutex);
  transactions_.undo().push(state, record, nullptr, t.command().value);
}

std::unique_ptr<IndexBuilder> TreeCache::build_index(Transaction& transaction, TreeId index, size_t sort_bytes) {
  auto entry = find(index);
  ENSURE(entry && entry->index, "index tree " + std::to_string(index.value) + " does not exist");
  return make_index_builder(core_, *entry->index, transaction, sort_bytes);
}

void TreeCache::forget(std::span<const TreeId> trees) {
  for (TreeId tree : trees) {
    std::shared_ptr<Entry> entry;
    {
      std::unique_lock lock(mutex_);
      auto found = trees_.find(tree);
      if (found == trees_.end()) {
        // Never opened: a placeholder keeps it closed until its directory entry is gone.
        entry = std::make_shared<Entry>();
        trees_.emplace(tree, entry);
      } else {
        entry = found->second;
      }
    }
    std::unique_lock use(entry->use);
    entry->dropped = true;
    entry->heap.reset();
    entry->index.reset();
  }
}

// The tree goes first, which may be done twice; then the record that says so.
void TreeCache::undo_creation(TransactionState& state) {
  UndoEntry& entry = *state.undo.back();
  TreeId tree{entry.tree};
  forget({&tree, 1});
  core_.directory().drop(tree);
  PageChange change(core_, RecordType::kTreeCreateUndo, state.id);
  commit_compensation(change, transactions_.undo(), state, 0);
}

// ---- services ----

void TreeCache::roll_back_entry(TransactionState& state, SpaceReservation* space) {
  UndoEntry& entry = *state.undo.back();
  switch (entry.kind) {
    case UndoKind::kTreeCreate:
      return undo_creation(state);
    case UndoKind::kTreeDrop: {
      std::lock_guard guard(state.carry_mutex);
      state.undo.pop_back();
      transactions_.undo().drop(&entry);
      return;
    }
    case UndoKind::kIndexInsert:
    case UndoKind::kIndexMark:
    case UndoKind::kIndexUnmark: {
      auto tree = find(TreeId{entry.tree});
      ENSURE(tree && tree->index, "STO-6: undo of an index that does not exist");
      return tree->index->roll_back_entry(state, space);
    }
    default: {
      auto tree = find(TreeId{entry.tree});
      ENSURE(tree && tree->heap, "STO-6: undo of a heap tree that does not exist");
      return tree->heap->roll_back_entry(state, space);
    }
  }
}

void TreeCache::purge_rows(TreeId tree, uint64_t row, uint32_t count, Lsn horizon) {
  auto entry = find(tree);
  if (!entry) return;
  std::shared_lock use(entry->use);
  if (entry->heap) entry->heap->purge_rows(row, count, horizon);
}
void TreeCache::purge_index_entry(TreeId tree, std::string_view key, uint64_t row, Lsn horizon) {
  auto entry = find(tree);
  if (!entry) return;
  std::shared_lock use(entry->use);
  if (entry->index) entry->index->purge_entry(key, row, horizon);
}
void TreeCache::free_overflow(TreeId tree, const OverflowRef& ref, Lsn horizon) {
  auto entry = find(tree);
  if (!entry) return;
  std::shared_lock use(entry->use);
  if (entry->heap) entry->heap->free_overflow(ref, RecordType::kHeapPurge, horizon);
}

// ---- check ----

void TreeCache::check(TreeId only, const KeyOfRow& key_of, uint64_t& entries, std::vector<CheckFinding>& findings) {
  for (const TreeRecord& record : core_.directory().all()) {
    if (only.valid() && record.id != only) continue;
    auto entry = find(record.id);
    if (!entry) continue;
    std::shared_lock use(entry->use);
    try {
      if (entry->heap) entry->heap->check(findings);
      if (!entry->index) continue;
      auto heap_entry = find(entry->index->layout().heap);
      auto* heap = heap_entry ? heap_entry->heap.get() : nullptr;
      std::string text = "entry of index " + std::to_string(record.id.value) + " for row ";
      entry->index->check(findings, [&](std::string_view key, std::string_view, uint64_t row, bool marked) {
        entries += !marked;
        if (!heap || marked || transactions_.undo().has_chain(heap->id().value, row)) return;
        if (!heap->row_exists(row))
          findings.push_back({record.id, 0, text + std::to_string(row) + ": there is no such row"});
        if (!key_of) return;
        auto expected = key_of(RowId{row});
        if (!expected || *expected != key)
          findings.push_back({record.id, 0, text + std::to_string(row) + " does not have the row's key"});
      });
    } catch (const common::SqlError& error) {
      findings.push_back({record.id, 0, error.what()});
    }
  }
}

}  // namespace basalt::storage
