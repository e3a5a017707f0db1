// Replay: the one path of crash recovery, standby, promotion and point-in-time restore (DESIGN.md, principle 2).
//
//   control file -> checkpoint record -> redo point
//   for each record from the redo point to the end of the log:
//     blocks: each page whose LSN is older gets its payload (all blocks of a record are latched before one is changed)
//     logical: the participant sees every record, also if the pages already had the change, and rebuilds undo (STO-3)
//   then the participant rolls back what is still open, through the ordinary abort path
#pragma once

#include <string>

#include "common/result.hpp"
#include "storage/wal_record.hpp"

namespace basalt::storage {

class StorageCore;

// The transaction side of replay and checkpoints. Implemented by the transaction manager.
class ReplayParticipant {
 public:
  virtual ~ReplayParticipant() = default;

  // Called once at the start of replay, with the blob that checkpoint_state() gave.
  virtual void begin_replay(Bytes checkpoint_state, Lsn checkpoint_end) = 0;
  // Every record from the redo point on, in order, after its blocks: changes with a transaction, kCommit, kAbort,
  // kPrepare, kCarry, ... . Records before the checkpoint record (record.end <= checkpoint_end) are included.
  virtual void replay(const RecordView& record) = 0;
  // The log is at its end and open for writing: roll back losers, keep prepared ones.
  virtual void finish_replay() = 0;

  // A checkpoint has begun; `previous` is the start of the one before (0: none). Writes kCarry records for transactions
  // that were open then, and returns the LSN of the first record of the oldest of the others (insert_lsn() if none).
  virtual Lsn carry(Lsn previous) = 0;
  // State that stands in the checkpoint record (next transaction id, ...). Called after carry().
  virtual std::string checkpoint_state() = 0;
};

class Replay {
 public:
  explicit Replay(StorageCore& core) : core_(core) {}
  // From `redo` to the end of the log. Returns the end.
  common::Result<Lsn> run(Lsn redo, Lsn checkpoint_end, uint32_t epoch, ReplayParticipant* participant);
  uint64_t records() const { return records_; }

  // Applies the blocks of one record.
  void apply(const RecordView& record);

 private:
  StorageCore& core_;
  uint64_t records_ = 0;
};

}  // namespace basalt::storage
