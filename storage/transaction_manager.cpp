// Ids, commit, abort, prepared transactions. Purge stands in purge.cpp, replay in transaction_replay.cpp.
#include "storage/transaction_manager.hpp"

#include <algorithm>
#include <cstdio>

#include "common/sqlstate.hpp"

namespace basalt::storage {

namespace {
constexpr uint64_t kIdsPerNote = 8192;
constexpr size_t kAbortedKept = 4096;
// Owner numbers of prepared transactions lie above all sessions.
constexpr uint64_t kPreparedOwner = uint64_t{1} << 62;
// And those of transactions that are rolled back in the background.
constexpr uint64_t kRollbackOwner = uint64_t{3} << 61;
// As many undo entries are undone within the session.
constexpr size_t kUndoneAtOnce = 512;

struct StampHook final : InsertHook {
  explicit StampHook(TransactionState& s) : state(s) {}
  void inserted(Lsn, Lsn end) override { state.commit_lsn.store(end.value, std::memory_order_release); }
  TransactionState& state;
};

std::vector<TreeId> trees_to_drop(const TransactionState& state) {
  std::vector<TreeId> drops;
  for (const UndoEntry* entry : state.undo)
    if (entry->kind == UndoKind::kTreeDrop) drops.push_back(TreeId{entry->tree});
  return drops;
}
}  // namespace

TransactionManager::TransactionManager(StorageCore& core, const MvccOptions& options)
    : core_(core),
      options_(options),
      undo_(options.spill_directory, options.undo_bytes_max),
      locks_(*options.clock),
      rollbacks_(
          [this](BackgroundRollback::Work& work) {
            const TxnId id = work.transaction->id();
            abort(*work.transaction);
            locks_.release_after(*work.locks, 0);
            locks_.transaction_ended(id);
          },
          [this](BackgroundRollback::Work& work) { abandon(*work.transaction); }) {}

TransactionManager::~TransactionManager() {
  stop();
  // What is left after a simulated crash: entries are freed with their states.
  auto discard = [this](TransactionState* state) {
    for (UndoEntry* entry : state->undo)
      if (entry) undo_.drop(entry);
    release_row_locks(*state, 0);
    delete state;
  };
  for (TransactionState* state : incoming_) discard(state);
  for (TransactionState* state : waiting_) discard(state);
  for (Active& shard : active_)
    for (auto& [id, state] : shard.states) discard(state);
}

std::unique_ptr<Transaction> TransactionManager::begin(IsolationLevel isolation, uint64_t owner) {
  if (isolation == IsolationLevel::kSerializable) throw common::not_supported("isolation level SERIALIZABLE");
  return std::make_unique<TransactionImpl>(*this, isolation, owner, options_.clock->now_microseconds());
}

TxnId TransactionManager::next_id() {
  uint64_t id = next_id_.fetch_add(1, std::memory_order_relaxed);
  if (id >= id_limit_.load(std::memory_order_acquire)) {
    std::lock_guard guard(id_mutex_);
    if (id >= id_limit_.load(std::memory_order_relaxed)) {
      // STO-11: no record of these ids can be durable without this one before it.
      uint64_t limit = id + kIdsPerNote;
      core_.wal().insert(RecordType::kTransactionNote, TxnId{}, 0, {reinterpret_cast<const char*>(&limit), 8});
      id_limit_.store(limit, std::memory_order_release);
    }
  }
  return TxnId{id};
}

TransactionState* TransactionManager::new_state(uint64_t owner) {
  auto* state = new TransactionState(undo_.memory());
  state->id = next_id();
  state->owner = owner;
  Active& shard = active(state->id);
  std::lock_guard guard(shard.mutex);
  state->first_lsn = core_.wal().insert_lsn().value;
  shard.states.emplace(state->id.value, state);
  return state;
}

bool TransactionManager::is_in_progress(TxnId id) const {
  Active& shard = active(id);
  std::lock_guard guard(shard.mutex);
  return shard.states.contains(id.value);
}

bool TransactionManager::is_committed(TxnId id) const {
  if (!id.valid() || id.value >= next_id_.load() || is_in_progress(id)) return false;
  std::lock_guard guard(aborted_mutex_);
  return std::find(aborted_.begin(), aborted_.end(), id.value) == aborted_.end();
}

// True: `id` is in progress, and its end will wake waiters.
bool TransactionManager::mark_waited(TxnId id) {
  Active& shard = active(id);
  std::lock_guard guard(shard.mutex);
  auto found = shard.states.find(id.value);
  if (found == shard.states.end()) return false;
  found->second->waited_for.store(true);
  return true;
}

// The transaction is over for everybody who asks.
void TransactionManager::leave(TransactionState& state) {
  Active& shard = active(state.id);
  std::lock_guard guard(shard.mutex);
  shard.states.erase(state.id.value);
}

void TransactionManager::publish(uint64_t lsn) {
  uint64_t now = visible_.load(std::memory_order_relaxed);
  while (now < lsn && !visible_.compare_exchange_weak(now, lsn, std::memory_order_seq_cst)) {
  }
}

// Inserts the commit record and returns when the commit is published (STO-1).
Lsn TransactionManager::log_commit(TransactionState& state, bool synchronous) {
  std::vector<TreeId> drops = trees_to_drop(state);
  StampHook hook(state);
  committing_.fetch_add(1, std::memory_order_seq_cst);
  Lsn lsn;
  {
    std::lock_guard guard(state.carry_mutex);  // no carry after the commit
    lsn = core_.insert_commit(state.id, drops, {}, &hook);
  }
  // An asynchronous commit may be published at once, unless an earlier one is still on its way to the disk: everything
  // up to here must be stamped and, if it asked for it, durable.
  if (!synchronous && committing_.load(std::memory_order_seq_cst) == 1) {
    publish(lsn.value);
  } else {
    core_.wal().flush(lsn);
    publish(core_.wal().flushed_lsn().value);
  }
  committing_.fetch_sub(1, std::memory_order_seq_cst);
  if (!drops.empty()) finish_drops(drops);
  return lsn;
}

// What follows the commit record cannot undo the commit: the pages of the trees are then freed at the next start.
void TransactionManager::finish_drops(std::span<const TreeId> drops) {
  try {
    trees_->forget(drops);
    core_.finish_drops(drops);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "WARNING:  the space of dropped relations is not freed yet: %s\n", error.what());
  }
}

// Caches that miss what was committed would give wrong answers: better no server than that.
void TransactionManager::run_commit_actions(TransactionImpl& t, Lsn lsn) {
  auto actions = std::move(t.on_commit_);
  try {
    for (auto& action : actions) action(lsn);
  } catch (const std::exception& error) {
    common::fatal(std::string("an action that follows a commit failed: ") + error.what());
  }
}

void TransactionManager::release_row_locks(TransactionState& state, size_t keep) {
  while (state.row_locks.size() > keep) {
    TransactionState::RowLockGrant grant = state.row_locks.back();
    state.row_locks.pop_back();
    undo_.unlock(state, grant.tree, grant.row, grant.strength);
  }
}

// Locks, snapshots and space of a transaction that has ended.
void TransactionManager::finish(TransactionImpl& t) {
  t.finished_ = true;
  t.end_snapshots();
  t.space_.release();
  locks_.release_after(t.locks_, 0);
}

Lsn TransactionManager::commit(Transaction& transaction) {
  auto& t = static_cast<TransactionImpl&>(transaction);
  ENSURE(!t.finished_, "commit of a finished transaction");
  Lsn lsn = visible_lsn();
  if (TransactionState* state = t.state_) {
    bool wrote = !state->undo.empty();
    if (wrote) lsn = log_commit(*state, t.synchronous_commit_);
    leave(*state);
    release_row_locks(*state, 0);
    TxnId id = state->id;
    bool waited = state->waited_for.load();
    if (wrote) {
      queue_for_purge(state);
    } else {
      delete state;
    }
    // Before the locks are given back: who waits for one must not meet what the commit has made stale (STO-12).
    run_commit_actions(t, lsn);
    finish(t);
    if (waited) locks_.transaction_ended(id);
  } else {
    run_commit_actions(t, lsn);
    finish(t);
  }
  return lsn;
}

void TransactionManager::roll_back(TransactionState& state, size_t keep, SpaceReservation* space) {
  while (state.undo.size() > keep) trees_->roll_back_entry(state, space);
}

void TransactionManager::log_abort(TransactionState& state) {
  {
    std::lock_guard guard(state.carry_mutex);
    core_.wal().insert(RecordType::kAbort, state.id, 0, {});
    state.commit_lsn.store(kAbortedLsn);
  }
  std::lock_guard guard(aborted_mutex_);
  aborted_.push_back(state.id.value);
  if (aborted_.size() > kAbortedKept) aborted_.pop_front();
}

// Before the locks are given back, as in commit().
void TransactionManager::run_abort_actions(TransactionImpl& t) {
  auto actions = std::move(t.on_abort_);
  for (auto& action : actions) action();
}

void TransactionManager::abort(Transaction& transaction) {
  auto& t = static_cast<TransactionImpl&>(transaction);
  if (t.finished_) return;
  if (TransactionState* state = t.state_) {
    roll_back(*state, 0, &t.space_);
    log_abort(*state);
    leave(*state);
    release_row_locks(*state, 0);
    TxnId id = state->id;
    bool waited = state->waited_for.load();
    delete state;
    run_abort_actions(t);
    finish(t);
    if (waited) locks_.transaction_ended(id);
  } else {
    run_abort_actions(t);
    finish(t);
  }
}

void TransactionManager::abort_soon(std::unique_ptr<Transaction> transaction) {
  auto& t = static_cast<TransactionImpl&>(*transaction);
  if (!t.state_ || t.state_->undo.size() <= kUndoneAtOnce) return abort(t);
  // They belong to the session's thread. Nobody else has seen what the transaction did: no cache waits for the undo.
  run_abort_actions(t);
  t.interrupt_ = nullptr;
  t.end_snapshots();
  BackgroundRollback::Work work{std::move(transaction),
                                std::make_unique<LockOwner>(kRollbackOwner + t.state_->id.value)};
  work.locks->transaction = t.state_->id;
  locks_.transfer(t.locks_, *work.locks);
  if (rollbacks_.add(work)) return;
  abort(t);
  locks_.release_after(*work.locks, 0);
}

void TransactionManager::abandon(Transaction& transaction) {
  auto& t = static_cast<TransactionImpl&>(transaction);
  t.finished_ = true;
  t.state_ = nullptr;
  t.space_.release();
}

// ---- prepared transactions ----

//  body: u32 gid bytes, gid; u32 locks, each LockTag fields and mode; u32 row locks; u32 dropped trees
std::string TransactionManager::prepare_body(const TransactionState& state, const LockOwner& locks) const {
  std::string body;
  append_raw(body, static_cast<uint32_t>(state.gid.size()));
  body += state.gid;
  append_raw(body, static_cast<uint32_t>(locks.held.size()));
  for (const LockOwner::Held& held : locks.held) {
    append_raw(body, held.tag);
    append_raw(body, held.mode);
  }
  append_raw(body, static_cast<uint32_t>(state.row_locks.size()));
  for (const auto& grant : state.row_locks) append_raw(body, grant);
  std::vector<TreeId> drops = trees_to_drop(state);
  append_raw(body, static_cast<uint32_t>(drops.size()));
  for (TreeId tree : drops) append_raw(body, tree.value);
  return body;
}

void TransactionManager::prepare(Transaction& transaction, const std::string& gid) {
  auto& t = static_cast<TransactionImpl&>(transaction);
  TransactionState& state = t.state();
  Prepared prepared{&state, std::make_unique<LockOwner>(kPreparedOwner + state.id.value)};
  {
    std::lock_guard guard(prepared_mutex_);
    if (prepared_.contains(gid))
      throw common::SqlError(common::sqlstate::kDuplicateObject,
                             "transaction identifier \"" + gid + "\" is already in use");
    prepared_.emplace(gid, Prepared{&state, nullptr});
  }
  prepared.locks->transaction = state.id;
  Lsn end;
  {
    std::lock_guard guard(state.carry_mutex);
    state.gid = gid;
    state.prepared = true;
    state.prepare_body = prepare_body(state, t.locks_);
    end = core_.wal().insert(RecordType::kPrepare, state.id, 0, state.prepare_body);
  }
  core_.wal().flush(end);
  locks_.transfer(t.locks_, *prepared.locks);
  t.state_ = nullptr;
  finish(t);
  std::lock_guard guard(prepared_mutex_);
  prepared_[gid] = std::move(prepared);
}

void TransactionManager::finish_prepared(const std::string& gid, bool commit) {
  Prepared prepared;
  {
    std::lock_guard guard(prepared_mutex_);
    auto found = prepared_.find(gid);
    if (found == prepared_.end() || !found->second.locks)
      throw common::SqlError(common::sqlstate::kUndefinedObject,
                             "prepared transaction with identifier \"" + gid + "\" does not exist");
    prepared = std::move(found->second);
    prepared_.erase(found);
  }
  TransactionState& state = *prepared.state;
  TxnId id = state.id;
  if (commit) {
    log_commit(state, true);
    leave(state);
    release_row_locks(state, 0);
    queue_for_purge(&state);
  } else {
    SpaceReservation space(core_);
    roll_back(state, 0, &space);
    log_abort(state);
    core_.wal().flush(core_.wal().insert_lsn());
    leave(state);
    release_row_locks(state, 0);
    delete &state;
  }
  locks_.release_after(*prepared.locks, 0);
  locks_.transaction_ended(id);
}

std::vector<std::string> TransactionManager::prepared_gids() const {
  std::lock_guard guard(prepared_mutex_);
  std::vector<std::string> out;
  for (const auto& [gid, prepared] : prepared_) out.push_back(gid);
  return out;
}

}  // namespace basalt::storage
