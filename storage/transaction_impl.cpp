// TransactionImpl: what a session does with its transaction; and the slots of snapshots.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "storage/newest_snapshot.hpp"
#include "storage/transaction_manager.hpp"

namespace basalt::storage {

// ---- SnapshotSlots ----

SnapshotSlots::SnapshotSlots() : chunks_(std::make_unique<std::atomic<Slot*>[]>(kChunks)) {}

uint32_t SnapshotSlots::acquire() {
  std::lock_guard guard(lock_);
  if (!free_.empty()) {
    uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }
  uint32_t slot = used_.load(std::memory_order_relaxed);
  ENSURE(slot < kChunk * kChunks, "too many transactions with snapshots");
  if (slot % kChunk == 0) {
    owned_.push_back(std::make_unique<Slot[]>(kChunk));
    chunks_[slot / kChunk].store(owned_.back().get(), std::memory_order_release);
  }
  used_.store(slot + 1, std::memory_order_seq_cst);
  return slot;
}

void SnapshotSlots::release(uint32_t slot) {
  Slot& freed = at(slot);
  {
    std::lock_guard guard(freed.lock);
    freed.held.clear();
    freed.oldest.store(0, std::memory_order_release);
  }
  std::lock_guard guard(lock_);
  free_.push_back(slot);
}

uint64_t SnapshotSlots::oldest(uint64_t limit) const {
  uint32_t used = used_.load(std::memory_order_seq_cst);
  for (uint32_t i = 0; i < used; ++i) {
    uint64_t lsn = at(i).oldest.load(std::memory_order_seq_cst);
    if (lsn != 0 && lsn < limit) limit = lsn;
  }
  return limit;
}

void SnapshotSlots::collect(std::vector<uint64_t>& out) const {
  uint32_t used = used_.load(std::memory_order_seq_cst);
  for (uint32_t i = 0; i < used; ++i) {
    Slot& slot = at(i);
    std::lock_guard guard(slot.lock);
    out.insert(out.end(), slot.held.begin(), slot.held.end());
  }
}

// ---- TransactionImpl ----

TransactionImpl::TransactionImpl(TransactionManager& manager, IsolationLevel isolation, uint64_t owner,
                                 int64_t start_time)
    : manager_(manager),
      isolation_(isolation),
      locks_(owner),
      space_(manager.core()),
      wait_limits_{0, manager.options_.deadlock_timeout_ms},
      synchronous_commit_(manager.options_.synchronous_commit),
      start_time_(start_time) {}

TransactionImpl::~TransactionImpl() {
  if (finished_) return;
  try {
    manager_.abort(*this);
  } catch (const std::exception& error) {
    common::fatal(std::string("rollback of an abandoned transaction failed: ") + error.what());
  }
}

TransactionState& TransactionImpl::state() {
  if (!state_) assign_id();
  return *state_;
}

TxnId TransactionImpl::assign_id() {
  if (!state_) {
    ENSURE(!finished_, "write in a finished transaction");
    state_ = manager_.new_state(locks_.session);
    locks_.transaction = state_->id;
  }
  return state_->id;
}

SpaceReservation* TransactionImpl::reserve_space(uint32_t pages, uint64_t wal_bytes) {
  manager_.undo_.memory().ensure_room();  // STO-3: undo has a budget. Rollback does not come here.
  space_.require(pages + 8, wal_bytes + rollback_bytes_);
  return &space_;
}

// The newest visible position, announced so that nobody purges or merges away what it sees.
uint64_t TransactionImpl::announce_newest() {
  if (slot_ == ~0u) slot_ = manager_.slots_.acquire();
  SnapshotSlots::Slot& slot = manager_.slots_.at(slot_);
  std::lock_guard guard(slot.lock);
  uint64_t lsn = manager_.visible_.load(std::memory_order_seq_cst);
  if (slot.held.empty()) {  // else an older snapshot keeps the horizon
    // STO-2: announce, fence, and retry if the horizon has gone past.
    for (;; lsn = manager_.visible_.load(std::memory_order_seq_cst)) {
      slot.oldest.store(lsn, std::memory_order_seq_cst);
      if (manager_.horizon_.load(std::memory_order_seq_cst) <= lsn) break;
    }
  }
  slot.held.push_back(lsn);
  return lsn;
}

Snapshot TransactionImpl::take_snapshot() {
  if (isolation_ == IsolationLevel::kReadCommitted) return take_newest_snapshot();
  if (first_snapshot_ == 0) first_snapshot_ = announce_newest();
  return {Lsn{first_snapshot_}, id(), CommandId{command_}};
}

Snapshot TransactionImpl::take_newest_snapshot() { return {Lsn{announce_newest()}, id(), CommandId{command_}}; }

Snapshot take_newest_snapshot(Transaction& transaction) {
  return static_cast<TransactionImpl&>(transaction).take_newest_snapshot();
}

void TransactionImpl::release_snapshot(const Snapshot& snapshot) {
  if (slot_ == ~0u) return;
  SnapshotSlots::Slot& slot = manager_.slots_.at(slot_);
  std::lock_guard guard(slot.lock);
  auto at = std::find(slot.held.rbegin(), slot.held.rend(), snapshot.lsn.value);
  if (at == slot.held.rend()) return;
  // REPEATABLE READ keeps its snapshot; the newest one may have been taken at the same position.
  if (snapshot.lsn.value == first_snapshot_ && std::count(slot.held.begin(), slot.held.end(), first_snapshot_) == 1)
    return;
  slot.held.erase(std::next(at).base());
  auto oldest = std::min_element(slot.held.begin(), slot.held.end());
  slot.oldest.store(oldest == slot.held.end() ? 0 : *oldest, std::memory_order_release);
}

void TransactionImpl::end_snapshots() {
  first_snapshot_ = 0;
  if (slot_ != ~0u) manager_.slots_.release(slot_);
  slot_ = ~0u;
}

SavepointId TransactionImpl::savepoint() {
  savepoints_.push_back({next_savepoint_++, state_ ? state_->undo.size() : 0, locks_.held.size(),
                         state_ ? state_->row_locks.size() : 0, on_commit_.size(), on_abort_.size()});
  return savepoints_.back().id;
}

void TransactionImpl::rollback_to(SavepointId savepoint) {
  while (!savepoints_.empty() && savepoints_.back().id > savepoint) savepoints_.pop_back();
  ENSURE(!savepoints_.empty() && savepoints_.back().id == savepoint, "savepoint does not exist");
  Savepoint to = savepoints_.back();
  if (state_) {
    manager_.roll_back(*state_, to.undo, &space_);
    manager_.release_row_locks(*state_, to.row_locks);
    // Who waits for one of these rows may have it now; the others find that they still have to wait.
    if (state_->waited_for.load()) manager_.locks_.transaction_ended(state_->id);
  }
  on_commit_.resize(to.on_commit);
  std::vector<std::function<void()>> undone(on_abort_.begin() + static_cast<ptrdiff_t>(to.on_abort), on_abort_.end());
  on_abort_.resize(to.on_abort);
  for (auto& action : undone) action();
  manager_.locks_.release_after(locks_, to.locks);
}

void TransactionImpl::release(SavepointId savepoint) {
  while (!savepoints_.empty() && savepoints_.back().id >= savepoint) savepoints_.pop_back();
}

bool TransactionImpl::lock(const LockTag& tag, LockMode mode, WaitPolicy policy) {
  return manager_.locks_.lock(locks_, tag, mode, wait_options(policy));
}
void TransactionImpl::unlock(const LockTag& tag, LockMode mode) { manager_.locks_.unlock(locks_, tag, mode); }

void TransactionImpl::wait_for(TxnId other) {
  if (!manager_.mark_waited(other)) return;
  manager_.locks_.wait_for_transaction(locks_, other, wait_options(WaitPolicy::kWait),
                                       [&] { return !manager_.is_in_progress(other); });
}

}  // namespace basalt::storage
