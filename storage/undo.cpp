#include "storage/undo.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

namespace basalt::storage {

void SpinLock::pause(unsigned spins) {
  if (spins % 64 == 63) {
    std::this_thread::yield();
  } else {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
}

bool row_locks_conflict(RowLockStrength a, RowLockStrength b) {
  // Rows and columns: key share, share, no key update, update (PostgreSQL's table of row-level locks).
  static constexpr bool kConflict[4][4] = {
      {false, false, false, true}, {false, false, true, true}, {false, true, true, true}, {true, true, true, true}};
  return kConflict[static_cast<int>(a)][static_cast<int>(b)];
}

UndoEntry* BlockUndo::newest(uint8_t slot) const {
  auto at = std::lower_bound(rows.begin(), rows.end(), slot, [](const Row& r, uint8_t s) { return r.slot < s; });
  return at != rows.end() && at->slot == slot ? at->newest : nullptr;
}

UndoEntry* BlockUndo::run(uint8_t slot) const {
  for (const Run& r : runs)
    if (r.first <= slot && slot <= r.last) return r.entry;
  return nullptr;
}

UndoStore::UndoStore(std::string spill_directory, uint64_t bytes_max)
    : memory_(std::move(spill_directory), bytes_max), buckets_(std::make_unique<Bucket[]>(kBuckets)) {}

UndoStore::~UndoStore() {
  for (uint64_t i = 0; i < kBuckets; ++i) {
    for (BlockUndo* b = buckets_[i].first.load(); b;) {
      BlockUndo* next = b->next;
      delete b;
      b = next;
    }
  }
}

bool UndoStore::may_have(uint64_t tree, uint64_t first, uint64_t end) const {
  if (end <= first) return false;
  for (uint64_t block = first / kBlockRows; block <= (end - 1) / kBlockRows; ++block)
    if (bucket(tree, block).first.load(std::memory_order_acquire)) return true;
  return false;
}

UndoStore::View::View(UndoStore& store, uint64_t tree, uint64_t row) {
  Bucket& b = store.bucket(tree, row / kBlockRows);
  lock_ = &b.lock;
  lock_->lock();
  block_ = find(b, tree, row / kBlockRows);
}

bool UndoStore::has_chain(uint64_t tree, uint64_t row) {
  if (!may_have(tree, row)) return false;
  return View(*this, tree, row).walk(row, [](const UndoEntry&) { return false; });
}

BlockUndo* UndoStore::find(const Bucket& bucket, uint64_t tree, uint64_t block) {
  for (BlockUndo* b = bucket.first.load(std::memory_order_relaxed); b; b = b->next)
    if (b->block == block && b->tree == tree) return b;
  return nullptr;
}

BlockUndo& UndoStore::find_or_make(Bucket& bucket, uint64_t tree, uint64_t block) {
  if (BlockUndo* found = find(bucket, tree, block)) return *found;
  auto* made = new BlockUndo(memory_, tree, block);
  made->next = bucket.first.load(std::memory_order_relaxed);
  bucket.first.store(made, std::memory_order_release);
  return *made;
}

void UndoStore::remove_if_empty(Bucket& bucket, BlockUndo* block) {
  if (!block->empty()) return;
  BlockUndo* first = bucket.first.load(std::memory_order_relaxed);
  if (first == block) {
    bucket.first.store(block->next, std::memory_order_release);
  } else {
    while (first->next != block) first = first->next;
    first->next = block->next;
  }
  delete block;
}

UndoEntry* UndoStore::push(TransactionState& transaction, const UndoRecord& record, const char* data,
                           uint32_t command) {
  void* memory = memory_.allocate(sizeof(UndoEntry) + record.bytes);
  auto* entry = new (memory)
      UndoEntry{&transaction,           nullptr,      record.tree,    record.row,
                record.previous_writer, record.count, command,        static_cast<uint32_t>(transaction.undo.size()),
                record.bytes,           record.kind,  record.strength};
  if (record.bytes) std::memcpy(entry->data(), data, record.bytes);
  transaction.undo.push_back(entry);
  transaction.carry_bytes.fetch_add(sizeof(UndoRecord) + record.bytes, std::memory_order_relaxed);
  link(entry);
  return entry;
}

void UndoStore::link(UndoEntry* entry) {
  if (entry->kind == UndoKind::kHeapInsert) {
    uint64_t end = entry->row + entry->count;
    for (uint64_t block = entry->row / kBlockRows; block * kBlockRows < end; ++block) {
      uint64_t first = std::max(entry->row, block * kBlockRows), last = std::min(end, (block + 1) * kBlockRows) - 1;
      Bucket& b = bucket(entry->tree, block);
      std::lock_guard lock(b.lock);
      find_or_make(b, entry->tree, block)
          .runs.push_back({static_cast<uint8_t>(first % kBlockRows), static_cast<uint8_t>(last % kBlockRows), entry});
    }
    return;
  }
  if (entry->kind != UndoKind::kHeapUpdate && entry->kind != UndoKind::kHeapDelete) return;
  Bucket& b = bucket(entry->tree, entry->row / kBlockRows);
  std::lock_guard lock(b.lock);
  BlockUndo& block = find_or_make(b, entry->tree, entry->row / kBlockRows);
  auto slot = static_cast<uint8_t>(entry->row % kBlockRows);
  auto at = std::lower_bound(block.rows.begin(), block.rows.end(), slot,
                             [](const BlockUndo::Row& r, uint8_t s) { return r.slot < s; });
  if (at == block.rows.end() || at->slot != slot) at = block.rows.insert(at, {slot, nullptr});
  entry->older = at->newest;
  at->newest = entry;
}

void UndoStore::unlink_run(UndoEntry* entry, uint64_t first, uint64_t end) {
  for (uint64_t number = first / kBlockRows; number * kBlockRows < end; ++number) {
    Bucket& b = bucket(entry->tree, number);
    std::lock_guard lock(b.lock);
    BlockUndo* block = find(b, entry->tree, number);
    if (!block) continue;
    for (size_t i = 0; i < block->runs.size(); ++i) {
      BlockUndo::Run& run = block->runs[i];
      if (run.entry != entry) continue;
      uint64_t run_first = number * kBlockRows + run.first;
      if (run_first < first) {
        run.last = static_cast<uint8_t>((first - 1) % kBlockRows);
      } else {
        block->runs.erase(block->runs.begin() + static_cast<ptrdiff_t>(i));
      }
      break;
    }
    remove_if_empty(b, block);
  }
}

void UndoStore::trim_run(UndoEntry* entry, uint32_t count) {
  unlink_run(entry, entry->row + count, entry->row + entry->count);
  entry->count = count;
}

void UndoStore::drop(UndoEntry* entry) {
  entry->transaction->carry_bytes.fetch_sub(sizeof(UndoRecord) + entry->bytes, std::memory_order_relaxed);
  if (entry->kind == UndoKind::kHeapInsert) {
    if (entry->count) unlink_run(entry, entry->row, entry->row + entry->count);
  } else if (entry->kind == UndoKind::kHeapUpdate || entry->kind == UndoKind::kHeapDelete) {
    Bucket& b = bucket(entry->tree, entry->row / kBlockRows);
    std::lock_guard lock(b.lock);
    BlockUndo* block = find(b, entry->tree, entry->row / kBlockRows);
    ENSURE(block, "STO-3: undo entry without its block");
    auto slot = static_cast<uint8_t>(entry->row % kBlockRows);
    auto at = std::lower_bound(block->rows.begin(), block->rows.end(), slot,
                               [](const BlockUndo::Row& r, uint8_t s) { return r.slot < s; });
    ENSURE(at != block->rows.end() && at->slot == slot, "STO-3: undo entry without its chain");
    UndoEntry** link = &at->newest;
    while (*link && *link != entry) link = &(*link)->older;
    ENSURE(*link == entry, "STO-3: undo entry is not on its chain");
    *link = entry->older;
    if (!at->newest) block->rows.erase(at);
    remove_if_empty(b, block);
  }
  free_entry(entry);
}

bool UndoStore::merge(UndoEntry* entry, const std::vector<uint64_t>& snapshots) {
  if (entry->kind != UndoKind::kHeapUpdate) return false;
  Bucket& b = bucket(entry->tree, entry->row / kBlockRows);
  std::lock_guard lock(b.lock);
  BlockUndo* block = find(b, entry->tree, entry->row / kBlockRows);
  ENSURE(block, "STO-3: undo entry without its block");
  UndoEntry* older = entry->older;
  if (!older || older->kind != UndoKind::kHeapUpdate) return false;
  uint64_t from = older->transaction->commit_lsn.load(), to = entry->transaction->commit_lsn.load();
  auto between = std::lower_bound(snapshots.begin(), snapshots.end(), from);
  if (between != snapshots.end() && *between < to) return false;
  // The older entry takes over the columns it lacks; its own are older, and stay.
  std::map<uint16_t, CellRef> cells;
  uint16_t column;
  CellRef cell;
  for (ImageReader reader(older->data()); reader.next(&column, &cell);) cells.emplace(column, cell);
  bool lacks = false;
  for (ImageReader reader(entry->data()); reader.next(&column, &cell);) lacks |= cells.emplace(column, cell).second;
  auto slot = static_cast<uint8_t>(entry->row % kBlockRows);
  auto at = std::lower_bound(block->rows.begin(), block->rows.end(), slot,
                             [](const BlockUndo::Row& r, uint8_t s) { return r.slot < s; });
  UndoEntry** link = &at->newest;
  while (*link != entry) link = &(*link)->older;
  if (lacks) {
    std::string data;
    append_raw(data, static_cast<uint16_t>(cells.size()));
    for (const auto& [c, image] : cells) {
      append_raw(data, c);
      append_cell(data, image);
    }
    void* memory = memory_.allocate(sizeof(UndoEntry) + data.size());
    auto* wider = new (memory) UndoEntry(*older);
    wider->bytes = static_cast<uint32_t>(data.size());
    std::memcpy(wider->data(), data.data(), data.size());
    wider->transaction->undo[wider->position] = wider;
    free_entry(older);
    older = wider;
  }
  *link = older;
  free_entry(entry);
  return true;
}

TransactionState* UndoStore::lock_conflict(const BlockUndo& block, uint64_t row, RowLockStrength strength,
                                           const TransactionState* self) const {
  uint64_t slot = row % kBlockRows;
  for (const RowLockHolder& holder : block.locks) {
    if (holder.transaction == self || !(holder.rows[slot / 64] >> (slot % 64) & 1)) continue;
    if (row_locks_conflict(holder.strength, strength)) return holder.transaction;
  }
  return nullptr;
}

bool UndoStore::holds_lock(const TransactionState& transaction, uint64_t tree, uint64_t row, RowLockStrength strength) {
  if (transaction.row_locks.empty()) return false;
  View view(*this, tree, row);
  if (!view.block()) return false;
  uint64_t slot = row % kBlockRows;
  for (const RowLockHolder& holder : view.block()->locks)
    if (holder.transaction == &transaction && holder.strength == strength &&
        (holder.rows[slot / 64] >> (slot % 64) & 1))
      return true;
  return false;
}

TxnId UndoStore::try_lock(TransactionState& transaction, uint64_t tree, uint64_t row, RowLockStrength strength) {
  Bucket& b = bucket(tree, row / kBlockRows);
  std::lock_guard lock(b.lock);
  BlockUndo& block = find_or_make(b, tree, row / kBlockRows);
  if (TransactionState* other = lock_conflict(block, row, strength, &transaction)) return other->id;
  uint64_t slot = row % kBlockRows;
  RowLockHolder* mine = nullptr;
  for (RowLockHolder& holder : block.locks)
    if (holder.transaction == &transaction && holder.strength == strength) mine = &holder;
  if (!mine) mine = &block.locks.emplace_back(RowLockHolder{&transaction, strength, {}});
  uint64_t bit = uint64_t{1} << (slot % 64);
  if (!(mine->rows[slot / 64] & bit)) {
    mine->rows[slot / 64] |= bit;
    transaction.row_locks.push_back({tree, row, strength});
  }
  return TxnId{};
}

void UndoStore::unlock(TransactionState& transaction, uint64_t tree, uint64_t row, RowLockStrength strength) {
  Bucket& b = bucket(tree, row / kBlockRows);
  std::lock_guard lock(b.lock);
  BlockUndo* block = find(b, tree, row / kBlockRows);
  if (!block) return;
  uint64_t slot = row % kBlockRows;
  for (size_t i = 0; i < block->locks.size(); ++i) {
    RowLockHolder& holder = block->locks[i];
    if (holder.transaction != &transaction || holder.strength != strength) continue;
    holder.rows[slot / 64] &= ~(uint64_t{1} << (slot % 64));
    if ((holder.rows[0] | holder.rows[1] | holder.rows[2] | holder.rows[3]) == 0)
      block->locks.erase(block->locks.begin() + static_cast<ptrdiff_t>(i));
    break;
  }
  remove_if_empty(b, block);
}

}  // namespace basalt::storage
