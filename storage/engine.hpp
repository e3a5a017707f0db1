// StorageEngine: one data directory, opened by one process. The border of storage/: catalog/, executor/ and commands/
// use this header and the ones it includes, nothing else of the folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/clock.hpp"
#include "common/file.hpp"
#include "common/memory.hpp"
#include "storage/heap.hpp"
#include "storage/index.hpp"
#include "storage/transaction.hpp"

namespace basalt::storage {

struct StorageOptions {
  std::string directory;
  common::FileSystem* files = &common::FileSystem::real();
  common::Clock* clock = &common::Clock::real();
  uint64_t buffer_bytes = uint64_t{128} << 20;      // shared_buffers
  uint64_t reservation_bytes = uint64_t{16} << 40;  // address space for the page space (256 GiB under tsan)
  uint64_t wal_segment_bytes = uint64_t{64} << 20;  // of a new data directory; tests make it small
  uint64_t wal_bytes_max = uint64_t{1} << 30;       // max_wal_size: a checkpoint starts before this much WAL
  int64_t checkpoint_timeout_ms = 300'000;
  uint64_t undo_bytes_max = uint64_t{1} << 30;  // basalt.undo_memory: beyond it undo spills into a file
  bool synchronous_commit = true;
  int64_t deadlock_timeout_ms = 1000;
  bool background_threads = true;  // off: tests drive checkpoint() and purge() themselves
};

struct SequenceState {
  int64_t last_value = 1;
  bool is_called = false;
  int64_t logged = 0;  // pg_sequence.log_cnt
};

// One finding of `basalt check`.
struct CheckFinding {
  TreeId tree;
  uint64_t page = 0;
  std::string text;
};

struct LockInfo {  // a row of pg_locks
  LockTag tag;
  LockMode mode;
  bool granted;
  TxnId transaction;
  uint64_t owner;  // the session that holds or waits
};

class StorageEngine {
 public:
  // Makes an empty data directory; fails (kInvalid) when it is not empty.
  static common::Result<void> initialize(const StorageOptions& options);
  // Locks the directory (kInvalid: in use), recovers, starts the background threads.
  static common::Result<std::unique_ptr<StorageEngine>> open(const StorageOptions& options);
  virtual ~StorageEngine() = default;
  // Checkpoint and clean end. Open transactions are rolled back first.
  virtual common::Result<void> close() = 0;

  // `owner` identifies the session in lock tables and deadlock reports.
  virtual std::unique_ptr<Transaction> begin(IsolationLevel isolation, uint64_t owner) = 0;
  // Returns when the commit is published (STO-1). Throws SqlError (40001 at serializable).
  virtual Lsn commit(Transaction& transaction) = 0;
  virtual void abort(Transaction& transaction) = 0;
  // The transaction is over for its session; what it has done, if that is much, is undone after the call, in the
  // background. Until then others wait for its locks and rows as if it ran.
  virtual void abort_soon(std::unique_ptr<Transaction> transaction) = 0;
  // Waits until what is being rolled back in the background now is undone: no session stands for it any more, but it
  // needs its trees. Table locks keep them; a database is dropped and copied without those.
  virtual void wait_for_rollbacks(common::Interrupt* interrupt) = 0;
  virtual void prepare(Transaction& transaction, const std::string& gid) = 0;
  virtual void finish_prepared(const std::string& gid, bool commit) = 0;
  virtual bool is_committed(TxnId transaction) const = 0;
  virtual bool is_in_progress(TxnId transaction) const = 0;

  // Trees. Creation is undone by rollback; a drop takes place at commit. References stay valid while a transaction that
  // uses the tree holds a table lock on its relation.
  virtual TreeId create_heap(Transaction& transaction, const HeapLayout& layout) = 0;
  virtual TreeId create_index(Transaction& transaction, const IndexLayout& layout) = 0;
  virtual void drop_tree(Transaction& transaction, TreeId tree) = 0;
  virtual HeapTree& heap(TreeId tree) = 0;
  virtual Index& index(TreeId tree) = 0;
  // For a freshly created, still empty index of this transaction.
  virtual std::unique_ptr<IndexBuilder> build_index(Transaction& transaction, TreeId index, size_t sort_bytes) = 0;

  // Sequences are redo-only (STO-11). advance() applies `next` to the state under the sequence's latch and logs the
  // result; it returns when the answer may be given to a client.
  virtual TreeId create_sequence(Transaction& transaction, const SequenceState& state) = 0;
  virtual SequenceState sequence_state(TreeId sequence) = 0;
  virtual SequenceState advance_sequence(Transaction& transaction, TreeId sequence,
                                         const std::function<void(SequenceState&)>& next) = 0;

  virtual Lsn visible_lsn() const = 0;
  virtual Lsn insert_lsn() const = 0;
  virtual Lsn flushed_lsn() const = 0;

  virtual common::Result<void> checkpoint() = 0;
  // One round of garbage collection: undo, deleted rows, marked entries.
  virtual void purge() = 0;
  // Verifies checksums, tree order, index against heap. `check_tree` limits it to one tree (0: all).
  virtual std::vector<CheckFinding> check(TreeId check_tree) = 0;

  virtual std::vector<LockInfo> locks() = 0;
  virtual common::MemoryBudget& server_memory() = 0;
};

}  // namespace basalt::storage
