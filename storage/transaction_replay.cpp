// The transaction side of replay (STO-3, STO-6) and of checkpoints (STO-5).
#include <algorithm>

#include "storage/transaction_manager.hpp"

namespace basalt::storage {

namespace {
constexpr uint64_t kPreparedOwner = uint64_t{1} << 62;
struct CheckpointState {
  uint64_t next_id;
};
// A carry is cut into records of about this size; the first begins with u32 bytes of the prepare record's body, and
// that body.
constexpr size_t kCarryBytes = 256 << 10;
constexpr uint64_t kCarryOverhead = 256;  // of a record
// A carry may log half of what it makes superfluous: all carries of a transaction then cost less than its own records.
constexpr uint64_t kCarryWorth = 2;
struct CarryHeader {
  uint8_t first, last;
};
template <typename T>
T take(Bytes& bytes) {
  ENSURE(bytes.size() >= sizeof(T), "log record is too short");
  T value = load<T>(bytes.data());
  bytes = bytes.subspan(sizeof(T));
  return value;
}
}  // namespace

void TransactionManager::begin_replay(Bytes checkpoint_state, Lsn checkpoint_end) {
  checkpoint_end_ = checkpoint_end;
  if (checkpoint_state.size() >= sizeof(CheckpointState))
    next_id_ = std::max(next_id_.load(), load<CheckpointState>(checkpoint_state.data()).next_id);
}

void TransactionManager::replay(const RecordView& record) {
  if (record.type() == RecordType::kTransactionNote) {
    uint64_t limit = load<uint64_t>(record.body.data());
    next_id_ = std::max(next_id_.load(), limit);
    return;
  }
  TxnId id = record.transaction();
  if (!id.valid()) return;
  if (id.value >= next_id_.load()) next_id_ = id.value + 1;
  if (record.type() == RecordType::kCommit) return replay_commit(record);
  Active& shard = active(id);
  auto found = shard.states.find(id.value);
  if (record.type() == RecordType::kAbort) {
    if (found == shard.states.end()) return;
    ENSURE(found->second->undo.empty(), "STO-6: a rolled back transaction has undo left");
    forget_prepared(found->second->gid);
    release_row_locks(*found->second, 0);
    delete found->second;
    shard.states.erase(found);
    return;
  }
  if (found == shard.states.end()) {
    auto* state = new TransactionState(undo_.memory());
    state->id = id;
    state->replayed = true;
    state->first_lsn = record.start.value;
    found = shard.states.emplace(id.value, state).first;
  }
  TransactionState& state = *found->second;
  if (record.type() == RecordType::kPrepare) return restore_prepared(state, record.body);
  if (record.type() == RecordType::kCarry) return replay_carry(state, record.body);
  if (!record.is_change()) return;
  Bytes logical = record.logical();
  if (record.is_compensation()) {
    auto compensation = take<CompensationRecord>(logical);
    // The redo point may lie in the middle of a transaction that had ended before the checkpoint: what it changed
    // before that point has no entry here, and needs none.
    while (!state.undo.empty() && state.undo.back()->kind == UndoKind::kTreeDrop) drop_newest(state);  // never logged
    if (state.undo.empty() && record.end <= checkpoint_end_) return;
    ENSURE(!state.undo.empty() && state.undo.back()->kind == compensation.kind,
           "STO-6: compensation of kind " + std::to_string(static_cast<int>(compensation.kind)) + " at " +
               std::to_string(record.start.value) + " without its undo entry; transaction " + std::to_string(id.value) +
               " has " + std::to_string(state.undo.size()));
    UndoEntry* entry = state.undo.back();
    if (compensation.count > 0) {
      undo_.trim_run(entry, compensation.count);
    } else {
      drop_newest(state);
    }
    return;
  }
  push_undo(state, logical);
}

void TransactionManager::drop_newest(TransactionState& state) {
  UndoEntry* entry = state.undo.back();
  state.undo.pop_back();
  undo_.drop(entry);
}

// Undo from the log alone (STO-3).
void TransactionManager::push_undo(TransactionState& state, Bytes logical) {
  while (!logical.empty()) {
    auto undo = take<UndoRecord>(logical);
    ENSURE(logical.size() >= undo.bytes, "log record is too short");
    undo_.memory().try_ensure_room();
    undo_.push(state, undo, logical.data(), 0);
    if (undo.kind == UndoKind::kHeapUpdate) {
      uint16_t column;
      CellRef cell;
      for (ImageReader reader(logical.data()); reader.next(&column, &cell);)
        if (cell.tag == kCellOverflow) state.wide_before_images = true;
    }
    logical = logical.subspan(undo.bytes);
  }
}

void TransactionManager::forget_prepared(const std::string& gid) {
  auto prepared = gid.empty() ? prepared_.end() : prepared_.find(gid);
  if (prepared == prepared_.end()) return;
  locks_.release_after(*prepared->second.locks, 0);
  prepared_.erase(prepared);
}

void TransactionManager::replay_commit(const RecordView& record) {
  Active& shard = active(record.transaction());
  auto found = shard.states.find(record.transaction().value);
  if (found == shard.states.end()) return;
  TransactionState* state = found->second;
  shard.states.erase(found);
  forget_prepared(state->gid);
  release_row_locks(*state, 0);
  state->commit_lsn = record.end.value;
  // Nobody reads: the undo goes at once. Marked entries and deleted rows are found again by their marks; replaced
  // overflow values only here.
  std::vector<PurgeWork> work;
  retire(state, work);
  for (PurgeWork& item : work)
    if (item.kind == PurgeWork::Kind::kOverflow || replay_work_.size() < 100'000)
      replay_work_.push_back(std::move(item));
}

// A carry replaces what replay has gathered so far, once its last part is there (STO-5).
void TransactionManager::replay_carry(TransactionState& state, Bytes body) {
  auto header = take<CarryHeader>(body);
  std::string& gathered = carries_[state.id.value];
  if (header.first) gathered.clear();
  gathered.append(body.data(), body.size());
  if (!header.last) return;
  std::string whole = std::move(gathered);
  carries_.erase(state.id.value);
  forget_prepared(state.gid);
  release_row_locks(state, 0);
  while (!state.undo.empty()) drop_newest(state);
  Bytes rest = whole;
  auto prepare_bytes = take<uint32_t>(rest);
  Bytes prepare = rest.first(prepare_bytes);
  push_undo(state, rest.subspan(prepare_bytes));
  if (prepare_bytes > 0) restore_prepared(state, prepare);
}

void TransactionManager::restore_prepared(TransactionState& state, Bytes body) {
  state.prepare_body.assign(body.data(), body.size());
  auto gid_bytes = take<uint32_t>(body);
  state.gid.assign(body.data(), gid_bytes);
  body = body.subspan(gid_bytes);
  state.prepared = true;
  auto owner = std::make_unique<LockOwner>(kPreparedOwner + state.id.value);
  owner->transaction = state.id;
  for (auto n = take<uint32_t>(body); n > 0; --n) {
    auto tag = take<LockTag>(body);
    auto mode = take<LockMode>(body);
    locks_.lock(*owner, tag, mode, {WaitPolicy::kNoWait, nullptr, 0});
  }
  for (auto n = take<uint32_t>(body); n > 0; --n) {
    auto grant = take<TransactionState::RowLockGrant>(body);
    undo_.try_lock(state, grant.tree, grant.row, grant.strength);
  }
  for (auto n = take<uint32_t>(body); n > 0; --n) {
    UndoRecord drop{};
    drop.tree = take<uint64_t>(body);
    drop.kind = UndoKind::kTreeDrop;
    undo_.push(state, drop, nullptr, 0);
  }
  std::lock_guard guard(prepared_mutex_);
  prepared_[state.gid] = Prepared{&state, std::move(owner)};
}

void TransactionManager::finish_replay() {
  uint64_t end = core_.wal().insert_lsn().value;
  publish(end);
  horizon_ = end;
  id_limit_ = 0;
  std::vector<TransactionState*> losers;
  for (Active& shard : active_)
    for (auto& [id, state] : shard.states)
      if (!state->prepared) losers.push_back(state);
  // The newest first; they cannot have touched the same rows.
  std::sort(losers.begin(), losers.end(), [](auto* a, auto* b) { return a->id > b->id; });
  for (TransactionState* state : losers) {
    SpaceReservation space(core_);
    roll_back(*state, 0, &space);
    log_abort(*state);
    leave(*state);
    release_row_locks(*state, 0);
    delete state;
  }
  core_.wal().flush(core_.wal().insert_lsn());
  publish(core_.wal().insert_lsn().value);
  run_purge_work(replay_work_, Lsn{visible_.load()});
}

// Writes what is left to undo of an open transaction, so that the log before may go. On a full disk it stays instead.
void TransactionManager::write_carry(TransactionState& state) {
  const uint64_t bytes = state.carry_bytes.load() + state.prepare_body.size();
  const uint64_t reserved = bytes + bytes / kCarryBytes * kCarryOverhead + kCarryOverhead;
  if (!core_.wal().reserve(reserved).ok()) return;
  uint64_t start = core_.wal().insert_lsn().value;
  std::string body;
  append_raw(body, CarryHeader{1, 0});
  append_raw(body, static_cast<uint32_t>(state.prepare_body.size()));
  body += state.prepare_body;
  for (const UndoEntry* entry : state.undo) {
    if (entry->kind == UndoKind::kTreeDrop) continue;
    if (body.size() > kCarryBytes) {
      core_.wal().insert(RecordType::kCarry, state.id, 0, body);
      body.clear();
      append_raw(body, CarryHeader{0, 0});
    }
    append_raw(body, UndoRecord{entry->tree, entry->row, entry->previous_writer, entry->count, entry->bytes,
                                entry->kind, entry->strength});
    body.append(entry->data(), entry->bytes);
  }
  body[1] = 1;  // CarryHeader::last
  core_.wal().insert(RecordType::kCarry, state.id, 0, body);
  core_.wal().release(reserved);
  state.first_lsn = start;
}

Lsn TransactionManager::carry(Lsn previous) {
  const uint64_t start = core_.wal().insert_lsn().value;
  uint64_t oldest = start;
  for (Active& shard : active_) {
    std::lock_guard guard(shard.mutex);  // nobody leaves meanwhile
    for (auto& [id, state] : shard.states) {
      std::lock_guard carrying(state->carry_mutex);
      if (state->commit_lsn.load() != 0) continue;  // its end is in the log
      // Log that is not kept has to be worth what is logged again.
      if (state->first_lsn < previous.value && start - state->first_lsn >= kCarryWorth * state->carry_bytes.load())
        write_carry(*state);
      oldest = std::min(oldest, state->first_lsn);
    }
  }
  // Committed, but purge still has to free overflow values that only its before-images name.
  auto keep_wide = [&](const std::deque<TransactionState*>& queue) {
    for (const TransactionState* state : queue)
      if (state->wide_before_images) oldest = std::min(oldest, state->first_lsn);
  };
  std::lock_guard purge_guard(purge_mutex_);
  keep_wide(waiting_);
  std::lock_guard guard(queue_lock_);
  keep_wide(incoming_);
  return Lsn{oldest};
}

std::string TransactionManager::checkpoint_state() {
  std::string out;
  append_raw(out, CheckpointState{next_id_.load()});
  return out;
}

}  // namespace basalt::storage
