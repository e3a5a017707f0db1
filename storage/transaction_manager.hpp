// Transaction manager: ids, snapshots (STO-2), commit and its publishing (STO-1), rollback (STO-6), prepared
// transactions, purge of what no snapshot needs (STO-3, STO-7), and the transaction side of replay.
//
//   life of a COMMIT: insert the commit record (its hook stamps the state before the bytes may be flushed) -> flush ->
//   raise V -> leave the table of active transactions -> drop trees -> release locks, wake waiters -> queue for purge
//
// The state of a transaction that has written outlives its Transaction object: chains refer to it until purge.
#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "storage/background_rollback.hpp"
#include "storage/core.hpp"
#include "storage/lock_manager.hpp"
#include "storage/undo.hpp"

namespace basalt::storage {

class TransactionManager;

// What trees do for transactions. Implemented by TreeCache.
class TreeServices {
 public:
  virtual ~TreeServices() = default;
  // Undoes the newest entry of the transaction with one compensation record (a run: with one a leaf), and takes it off.
  virtual void roll_back_entry(TransactionState& state, SpaceReservation* space) = 0;
  // Purge, each idempotent: the row if it is deleted, the index entry if it is marked, and neither has a chain.
  virtual void purge_rows(TreeId tree, uint64_t row, uint32_t count, Lsn horizon) = 0;
  virtual void purge_index_entry(TreeId tree, std::string_view key, uint64_t row, Lsn horizon) = 0;
  virtual void free_overflow(TreeId tree, const OverflowRef& ref, Lsn horizon) = 0;
  // The trees are about to be dropped: nobody may touch them any more.
  virtual void forget(std::span<const TreeId> trees) = 0;
};

struct MvccOptions {
  common::Clock* clock = &common::Clock::real();
  bool synchronous_commit = true;
  int64_t deadlock_timeout_ms = 1000;
  uint64_t undo_bytes_max = uint64_t{1} << 30;
  std::string spill_directory;  // for undo beyond that; empty: none
  bool background_threads = true;
};

// Snapshots announced by readers (STO-2). A slot is one transaction's: its oldest snapshot, which the horizon looks at
// without a lock, and all that it holds, since chains behind an old snapshot are merged between the snapshots (STO-3).
// Taking one and reading the newest position are one step under the slot's lock: whoever has collected a slot knows
// that what is taken later is no older than what it took for newest before.
class SnapshotSlots {
 public:
  struct alignas(64) Slot {
    std::atomic<uint64_t> oldest{0};  // 0: none
    SpinLock lock;
    std::vector<uint64_t> held;  // under `lock`
  };
  SnapshotSlots();
  uint32_t acquire();
  void release(uint32_t slot);
  Slot& at(uint32_t slot) const { return chunks_[slot / kChunk].load(std::memory_order_acquire)[slot % kChunk]; }
  // The smallest announced LSN, at most `limit`.
  uint64_t oldest(uint64_t limit) const;
  // Everything that is held.
  void collect(std::vector<uint64_t>& out) const;

 private:
  static constexpr uint32_t kChunk = 256, kChunks = 1024;
  std::unique_ptr<std::atomic<Slot*>[]> chunks_;
  std::vector<std::unique_ptr<Slot[]>> owned_;
  mutable SpinLock lock_;
  std::vector<uint32_t> free_;
  std::atomic<uint32_t> used_{0};
};

class TransactionImpl final : public Transaction {
 public:
  TransactionImpl(TransactionManager& manager, IsolationLevel isolation, uint64_t owner, int64_t start_time);
  ~TransactionImpl() override;

  IsolationLevel isolation() const override { return isolation_; }
  TxnId id() const override { return state_ ? state_->id : TxnId{}; }
  TxnId assign_id() override;
  bool has_written() const override { return state_ && !state_->undo.empty(); }
  CommandId command() const override { return CommandId{command_}; }
  void advance_command() override { command_ = ++last_command_; }
  void set_command(CommandId command) override { command_ = command.value; }
  Snapshot take_snapshot() override;
  Snapshot take_newest_snapshot();
  void release_snapshot(const Snapshot& snapshot) override;
  SavepointId savepoint() override;
  void rollback_to(SavepointId savepoint) override;
  void release(SavepointId savepoint) override;
  bool lock(const LockTag& tag, LockMode mode, WaitPolicy policy) override;
  void unlock(const LockTag& tag, LockMode mode) override;
  void wait_for(TxnId other) override;
  void set_interrupt(common::Interrupt* interrupt) override { interrupt_ = interrupt; }
  void set_wait_limits(const WaitLimits& limits) override { wait_limits_ = limits; }
  void set_synchronous_commit(bool wait_for_disk) override { synchronous_commit_ = wait_for_disk; }
  void on_commit(std::function<void(Lsn)> action) override { on_commit_.push_back(std::move(action)); }
  void on_abort(std::function<void()> action) override { on_abort_.push_back(std::move(action)); }
  int64_t start_time() const override { return start_time_; }

  // For tree code. The state, made at the first write; space for the next change and for undoing it (STO-6), to be
  // called without latches.
  TransactionState& state();
  SpaceReservation* reserve_space(uint32_t pages, uint64_t wal_bytes);
  // Rollback of one entry will log about this much.
  void owe_rollback(uint64_t bytes) { rollback_bytes_ += bytes; }
  common::Interrupt* interrupt() const { return interrupt_; }
  void check_interrupt() const {
    if (interrupt_) interrupt_->check();
  }

 private:
  friend class TransactionManager;
  struct Savepoint {
    SavepointId id;
    size_t undo, locks, row_locks, on_commit, on_abort;
  };
  LockWaitOptions wait_options(WaitPolicy policy) const { return {policy, interrupt_, wait_limits_}; }
  uint64_t announce_newest();
  void end_snapshots();

  TransactionManager& manager_;
  IsolationLevel isolation_;
  TransactionState* state_ = nullptr;
  bool finished_ = false;
  uint32_t command_ = 0, last_command_ = 0;
  uint32_t slot_ = ~0u;
  uint64_t first_snapshot_ = 0;  // REPEATABLE READ: kept to the end
  std::vector<Savepoint> savepoints_;
  SavepointId next_savepoint_ = 1;
  LockOwner locks_;
  SpaceReservation space_;
  uint64_t rollback_bytes_ = 0;
  common::Interrupt* interrupt_ = nullptr;
  WaitLimits wait_limits_;
  bool synchronous_commit_;
  int64_t start_time_;
  std::vector<std::function<void(Lsn)>> on_commit_;
  std::vector<std::function<void()>> on_abort_;
};

class TransactionManager final : public ReplayParticipant {
 public:
  TransactionManager(StorageCore& core, const MvccOptions& options);
  ~TransactionManager() override;

  void set_trees(TreeServices* trees) { trees_ = trees; }
  void start();  // threads for purge and rollback
  // `finish_rollbacks`: those under way in the background are brought to their end.
  void stop(bool finish_rollbacks = false);

  std::unique_ptr<Transaction> begin(IsolationLevel isolation, uint64_t owner);
  Lsn commit(Transaction& transaction);
  void abort(Transaction& transaction);
  void abort_soon(std::unique_ptr<Transaction> transaction);
  void wait_for_rollbacks(common::Interrupt* interrupt) { rollbacks_.wait(interrupt); }
  // For tests that simulate a crash: the session is gone and nothing is logged; the manager must be destroyed next.
  void abandon(Transaction& transaction);
  void prepare(Transaction& transaction, const std::string& gid);
  void finish_prepared(const std::string& gid, bool commit);
  bool is_committed(TxnId transaction) const;
  bool is_in_progress(TxnId transaction) const;
  Lsn visible_lsn() const { return Lsn{visible_.load(std::memory_order_seq_cst)}; }
  void purge();
  void locks(std::vector<LockInfo>& out) { locks_.list(out); }
  std::vector<std::string> prepared_gids() const;

  UndoStore& undo() { return undo_; }
  StorageCore& core() { return core_; }
  Lsn horizon();
  // The oldest LSN whose purge may still be wanted; published horizon.
  Lsn published_horizon() const { return Lsn{horizon_.load()}; }
  // Something to purge was met (a mark, a deleted row) that nobody remembers: after a crash. Only a hint.
  void suggest_purge_rows(TreeId tree, uint64_t row, uint32_t count);
  void suggest_purge_index(TreeId tree, std::string key, uint64_t row);

  // In progress for others: not committed, or its commit is not visible yet (STO-1).
  bool unpublished(const TransactionState& state) const {
    uint64_t commit = state.commit_lsn.load(std::memory_order_acquire);
    return commit == 0 || commit > visible_.load(std::memory_order_seq_cst);
  }

  // ReplayParticipant
  void begin_replay(Bytes checkpoint_state, Lsn checkpoint_end) override;
  void replay(const RecordView& record) override;
  void finish_replay() override;
  Lsn carry(Lsn previous) override;
  std::string checkpoint_state() override;

 private:
  friend class TransactionImpl;
  struct Prepared {
    TransactionState* state;
    std::unique_ptr<LockOwner> locks;
  };
  struct PurgeWork {
    enum class Kind : uint8_t { kRows, kEntry, kOverflow } kind;
    TreeId tree;
    uint64_t row;
    uint32_t count;
    std::string key;
    OverflowRef overflow;
  };
  struct Active {
    mutable std::mutex mutex;
    std::unordered_map<uint64_t, TransactionState*> states;
  };
  static constexpr size_t kActiveShards = 16;
  Active& active(TxnId id) const { return active_[id.value % kActiveShards]; }

  TransactionState* new_state(uint64_t owner);
  TxnId next_id();
  void leave(TransactionState& state);
  void publish(uint64_t lsn);
  Lsn log_commit(TransactionState& state, bool synchronous);
  void roll_back(TransactionState& state, size_t keep, SpaceReservation* space);
  void release_row_locks(TransactionState& state, size_t keep);
  void finish(TransactionImpl& t);
  void finish_drops(std::span<const TreeId> drops);
  void run_commit_actions(TransactionImpl& t, Lsn lsn);
  void run_abort_actions(TransactionImpl& t);
  void log_abort(TransactionState& state);
  bool mark_waited(TxnId id);
  void queue_for_purge(TransactionState* state);
  void retire(TransactionState* state, std::vector<PurgeWork>& work);
  void run_purge_work(std::vector<PurgeWork>& work, Lsn horizon);
  bool merge_chains(TransactionState& state, const std::vector<uint64_t>& snapshots);
  void purge_main();
  std::string prepare_body(const TransactionState& state, const LockOwner& locks) const;
  void forget_prepared(const std::string& gid);
  void restore_prepared(TransactionState& state, Bytes body);
  void replay_carry(TransactionState& state, Bytes body);
  void write_carry(TransactionState& state);
  void push_undo(TransactionState& state, Bytes logical);
  void drop_newest(TransactionState& state);
  void replay_commit(const RecordView& record);

  StorageCore& core_;
  MvccOptions options_;
  TreeServices* trees_ = nullptr;
  UndoStore undo_;
  LockManager locks_;
  SnapshotSlots slots_;
  std::atomic<uint64_t> visible_{0};
  std::atomic<uint64_t> horizon_{0};
  std::atomic<uint64_t> next_id_{3};
  std::atomic<uint64_t> id_limit_{0};  // ids below it are covered by a logged high-water mark
  std::mutex id_mutex_;
  std::atomic<uint32_t> committing_{0};
  mutable std::array<Active, kActiveShards> active_;
  mutable std::mutex prepared_mutex_;
  std::unordered_map<std::string, Prepared> prepared_;
  mutable std::mutex aborted_mutex_;
  std::deque<uint64_t> aborted_;  // recent ones, for is_committed

  SpinLock queue_lock_;
  std::deque<TransactionState*> incoming_;
  std::mutex purge_mutex_;
  std::deque<TransactionState*> waiting_;  // committed, not purged; by commit LSN but for neighbours
  std::mutex suggestions_mutex_;
  std::vector<PurgeWork> suggestions_;
  std::vector<PurgeWork> replay_work_;
  Lsn checkpoint_end_;
  std::unordered_map<uint64_t, std::string> carries_;  // parts seen so far

  BackgroundRollback rollbacks_;
  std::thread purger_;
  std::mutex purger_mutex_;
  std::condition_variable purger_wake_;
  bool stopping_ = false;
};

}  // namespace basalt::storage
