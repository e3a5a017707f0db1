// Sequences: redo-only state in the tree directory (STO-11), never undone.
//
// As in PostgreSQL, some values are logged ahead: what stands in the log is the state after the last of them, so that
// most calls log nothing, and a crash leaves a gap. The caller's `next` is an arbitrary function of the state; it is
// applied to copies to find the states ahead, and an answer is covered as long as it follows them. How many are logged
// ahead adapts: an answer must wait until the log covers it, and bulk loads must not wait every 32 rows.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "storage/engine.hpp"
#include "storage/tree_directory.hpp"

namespace basalt::storage {

class SequenceStore {
 public:
  explicit SequenceStore(StorageCore& core) : core_(core) {}

  // The descriptor of a new sequence, for TreeRecord.
  static std::string descriptor(const SequenceState& state);

  SequenceState state(TreeId sequence);
  // Returns when the answer may be given: the log covers it durably, unless `wait_for_disk` is false.
  SequenceState advance(TreeId sequence, const std::function<void(SequenceState&)>& next, bool wait_for_disk);
  void forget(TreeId sequence);
  // At a clean end: logs the true states, so that no gap is left.
  void settle();

 private:
  struct Sequence {
    std::mutex mutex;
    bool loaded = false;
    SequenceState current;
    std::deque<SequenceState> covered;  // states the log already covers, nearest first
    Lsn logged_end;                     // the record that covers them
    uint32_t ahead = 0;
    int64_t logged_at_us = 0;
  };
  std::shared_ptr<Sequence> find(TreeId sequence);
  void log(TreeId id, Sequence& sequence, const SequenceState& state);
  void log_ahead(TreeId id, Sequence& sequence, const std::function<void(SequenceState&)>& next);

  StorageCore& core_;
  std::mutex mutex_;
  std::unordered_map<TreeId, std::shared_ptr<Sequence>> open_;
};

}  // namespace basalt::storage
