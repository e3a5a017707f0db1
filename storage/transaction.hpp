// Transactions, savepoints, and the locks they hold.
//
// Life cycle: begin -> (snapshot, commands, savepoints)* -> commit | abort | prepare -> commit_prepared |
// abort_prepared. A TxnId is drawn at the first write. A transaction is used by one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/ids.hpp"
#include "common/interrupt.hpp"
#include "storage/snapshot.hpp"
#include "storage/write_result.hpp"

namespace basalt::storage {

using common::TreeId;

enum class IsolationLevel : uint8_t { kReadCommitted, kRepeatableRead, kSerializable };

// Table, advisory and object locks: PostgreSQL's eight modes and its conflict matrix.
enum class LockMode : uint8_t {
  kNone,
  kAccessShare,
  kRowShare,
  kRowExclusive,
  kShareUpdateExclusive,
  kShare,
  kShareRowExclusive,
  kExclusive,
  kAccessExclusive
};
enum class LockSpace : uint8_t { kRelation, kObject, kAdvisory, kDatabase };
struct LockTag {
  LockSpace space;
  uint32_t database = 0;
  uint32_t class_id = 0;
  uint64_t object = 0;  // relation or object OID; advisory: the 64-bit key
  uint32_t sub = 0;
  auto operator<=>(const LockTag&) const = default;
};

using SavepointId = uint32_t;

// Of a wait for a lock or for another transaction, in ms.
struct WaitLimits {
  int64_t lock_timeout_ms = 0;         // then 55P03; 0: never
  int64_t deadlock_timeout_ms = 1000;  // then it looks for a deadlock
};

class Transaction {
 public:
  virtual ~Transaction() = default;

  virtual IsolationLevel isolation() const = 0;
  // 0 until the first write; assign_id() draws one.
  virtual TxnId id() const = 0;
  virtual TxnId assign_id() = 0;
  virtual bool has_written() const = 0;

  virtual CommandId command() const = 0;
  virtual void advance_command() = 0;
  // Writes go back to the number of an earlier command: a statement goes on after a function in it has run commands of
  // its own. advance_command() goes on from the highest number used.
  virtual void set_command(CommandId command) = 0;

  // A snapshot that sees everything published now (READ COMMITTED: one a statement). It is registered (STO-2) until
  // release_snapshot() or the end of the transaction. Nested snapshots are fine.
  virtual Snapshot take_snapshot() = 0;
  virtual void release_snapshot(const Snapshot& snapshot) = 0;

  // Savepoints nest; rollback_to undoes what was done since (rows, index entries, created trees) and releases the locks
  // taken since; the savepoint itself stays.
  virtual SavepointId savepoint() = 0;
  virtual void rollback_to(SavepointId savepoint) = 0;
  virtual void release(SavepointId savepoint) = 0;

  // Waits with deadlock detection (40P01), lock_timeout (55P03) and interrupts. Held to the end of the transaction, or
  // to rollback_to. kSkip/kNoWait: returns false instead of waiting.
  virtual bool lock(const LockTag& tag, LockMode mode, WaitPolicy policy) = 0;
  // Gives one lock back early (as PostgreSQL does for catalogs and session locks).
  virtual void unlock(const LockTag& tag, LockMode mode) = 0;
  // Waits until the transaction `other` has ended; detects deadlocks.
  virtual void wait_for(TxnId other) = 0;

  virtual void set_interrupt(common::Interrupt* interrupt) = 0;
  virtual void set_wait_limits(const WaitLimits& limits) = 0;
  virtual void set_synchronous_commit(bool wait_for_disk) = 0;
  // Called after the durable commit, or after rollback, in order of registration (cache invalidation, NOTIFY, file
  // removal).
  virtual void on_commit(std::function<void(Lsn commit)> action) = 0;
  virtual void on_abort(std::function<void()> action) = 0;

  // 64-bit start time for pg_stat_activity and now(): microseconds since 2000.
  virtual int64_t start_time() const = 0;
};

}  // namespace basalt::storage
