// Purge: what no snapshot needs any more leaves memory and pages.
#include <algorithm>
#include <chrono>

#include "storage/transaction_manager.hpp"

namespace basalt::storage {

namespace {
constexpr size_t kWakePurgerAt = 512;
constexpr auto kPurgeInterval = std::chrono::milliseconds(20);
constexpr size_t kSuggestionsMax = 4096;
}  // namespace

// STO-2: publish the candidate, then look at the slots again; only what lies below both is out of everybody's sight.
Lsn TransactionManager::horizon() {
  uint64_t candidate = slots_.oldest(visible_.load(std::memory_order_seq_cst));
  uint64_t published = horizon_.load(std::memory_order_relaxed);
  while (published < candidate && !horizon_.compare_exchange_weak(published, candidate, std::memory_order_seq_cst)) {
  }
  horizon_.fetch_add(0, std::memory_order_seq_cst);  // a full fence, also for tsan, which knows no fences
  return Lsn{slots_.oldest(candidate)};
}

void TransactionManager::queue_for_purge(TransactionState* state) {
  size_t length;
  {
    std::lock_guard guard(queue_lock_);
    incoming_.push_back(state);
    length = incoming_.size();
  }
  if (length == kWakePurgerAt && options_.background_threads) purger_wake_.notify_one();
}

// Drops the undo of a transaction that every snapshot sees, and collects what pages still owe to it.
void TransactionManager::retire(TransactionState* state, std::vector<PurgeWork>& work) {
  for (UndoEntry* entry : state->undo) {
    if (!entry) continue;  // merged away
    TreeId tree{entry->tree};
    if (entry->kind == UndoKind::kHeapDelete) {
      work.push_back({PurgeWork::Kind::kRows, tree, entry->row, 1, {}, {}});
    } else if (entry->kind == UndoKind::kIndexMark) {
      work.push_back({PurgeWork::Kind::kEntry, tree, entry->row, 0, std::string(entry->data(), entry->bytes), {}});
    } else if (entry->kind == UndoKind::kHeapUpdate && state->wide_before_images) {
      uint16_t column;
      CellRef cell;
      for (ImageReader reader(entry->data()); reader.next(&column, &cell);)
        if (cell.tag == kCellOverflow)
          work.push_back({PurgeWork::Kind::kOverflow, tree, entry->row, 0, {}, cell.overflow()});
    }
    undo_.drop(entry);
  }
  delete state;
}

void TransactionManager::run_purge_work(std::vector<PurgeWork>& work, Lsn horizon) {
  for (PurgeWork& item : work) {
    switch (item.kind) {
      case PurgeWork::Kind::kRows:
        trees_->purge_rows(item.tree, item.row, item.count, horizon);
        break;
      case PurgeWork::Kind::kEntry:
        trees_->purge_index_entry(item.tree, item.key, item.row, horizon);
        break;
      case PurgeWork::Kind::kOverflow:
        trees_->free_overflow(item.tree, item.overflow, horizon);
        break;
    }
  }
  work.clear();
}

// True: nothing is left of the transaction.
bool TransactionManager::merge_chains(TransactionState& state, const std::vector<uint64_t>& snapshots) {
  bool all_gone = true;
  for (UndoEntry*& entry : state.undo) {
    if (!entry) continue;
    // Index entries and overflow values of a merged-away entry must still be purged: only plain updates merge.
    if (entry->kind == UndoKind::kHeapUpdate && !state.wide_before_images && undo_.merge(entry, snapshots))
      entry = nullptr;
    else
      all_gone = false;
  }
  return all_gone;
}

void TransactionManager::purge() {
  std::lock_guard purge_guard(purge_mutex_);
  size_t old_waiting = waiting_.size();
  {
    std::lock_guard guard(queue_lock_);
    waiting_.insert(waiting_.end(), incoming_.begin(), incoming_.end());
    incoming_.clear();
  }
  Lsn limit = horizon();
  std::vector<PurgeWork> work;
  {
    std::lock_guard guard(suggestions_mutex_);
    work.swap(suggestions_);
  }
  while (!waiting_.empty() && waiting_.front()->commit_lsn.load() <= limit.value) {
    TransactionState* state = waiting_.front();
    waiting_.pop_front();
    if (old_waiting) --old_waiting;
    retire(state, work);
    if (work.size() > 1024) run_purge_work(work, limit);
  }
  run_purge_work(work, limit);
  if (waiting_.size() == old_waiting) return;
  // Behind an old snapshot: entries that nobody can tell apart are merged, once for each new transaction.
  std::vector<uint64_t> snapshots;
  uint64_t visible = visible_.load(std::memory_order_seq_cst);
  slots_.collect(snapshots);
  std::sort(snapshots.begin(), snapshots.end());
  for (size_t i = old_waiting; i < waiting_.size(); ++i) {
    if (waiting_[i]->commit_lsn.load() > visible || !merge_chains(*waiting_[i], snapshots)) continue;
    delete waiting_[i];
    waiting_[i] = nullptr;
  }
  std::erase(waiting_, nullptr);
}

void TransactionManager::suggest_purge_rows(TreeId tree, uint64_t row, uint32_t count) {
  std::lock_guard guard(suggestions_mutex_);
  if (suggestions_.size() < kSuggestionsMax) suggestions_.push_back({PurgeWork::Kind::kRows, tree, row, count, {}, {}});
}
void TransactionManager::suggest_purge_index(TreeId tree, std::string key, uint64_t row) {
  std::lock_guard guard(suggestions_mutex_);
  if (suggestions_.size() < kSuggestionsMax)
    suggestions_.push_back({PurgeWork::Kind::kEntry, tree, row, 0, std::move(key), {}});
}

void TransactionManager::start() {
  if (!options_.background_threads) return;
  purger_ = std::thread([this] { purge_main(); });
  rollbacks_.start();
}

void TransactionManager::stop(bool finish_rollbacks) {
  rollbacks_.stop(finish_rollbacks);
  {
    std::lock_guard guard(purger_mutex_);
    stopping_ = true;
  }
  purger_wake_.notify_all();
  if (purger_.joinable()) purger_.join();
}

void TransactionManager::purge_main() {
  for (;;) {
    {
      std::unique_lock guard(purger_mutex_);
      purger_wake_.wait_for(guard, kPurgeInterval);
      if (stopping_) return;
    }
    try {
      purge();
    } catch (const common::SqlError&) {
      // A page that cannot be read or a full disk: what was to be purged is found again by its marks.
    }
  }
}

}  // namespace basalt::storage
