// Re-check of one row under READ COMMITTED (QRY-9, PostgreSQL's EvalPlanQual): the same plan runs again with the scan
// of the changed table replaced by the row's newest committed version, and every other FROM item by the row that joined
// with it.
#pragma once

#include <set>

#include "executor/execution_state.hpp"

namespace basalt::executor {

class Rechecker {
 public:
  // `child`: the plan below Modify or LockRows.
  Rechecker(ExecutionState& state, const planner::PhysicalNode& child, const std::vector<planner::RecheckMark>& marks)
      : state_(state), child_(child), marks_(marks) {}

  // `joined` is the child's output row that met changed rows of the range tables `newest`. True: the row still
  // qualifies, and `out` is the child's output (one row) over their newest versions.
  bool run(ExecutionContext& context, const Chunk& joined, uint32_t row, const std::set<int>& newest, Chunk& out);

 private:
  ExecutionState& state_;
  const planner::PhysicalNode& child_;
  const std::vector<planner::RecheckMark>& marks_;
};

// The snapshot that a row is judged by: the statement's, until the row turns out to have changed; then one that is
// taken before the row is read again, so that a change behind the reading is noticed when the row is written.
class RowSnapshot {
 public:
  explicit RowSnapshot(ExecutionContext& context) : context_(context), snapshot_(context.snapshot) {}
  ~RowSnapshot() { give_back(); }
  RowSnapshot(const RowSnapshot&) = delete;
  RowSnapshot& operator=(const RowSnapshot&) = delete;

  const storage::Snapshot& get() const { return snapshot_; }
  void take_newer() {
    give_back();
    snapshot_ = context_.transaction->take_snapshot();
    snapshot_.command = context_.snapshot.command;
    taken_ = true;
  }

 private:
  void give_back() {
    if (taken_) context_.transaction->release_snapshot(snapshot_);
    taken_ = false;
  }
  ExecutionContext& context_;
  storage::Snapshot snapshot_;
  bool taken_ = false;
};

// 40001 at REPEATABLE READ and above; returns under READ COMMITTED.
void raise_if_serialized(ExecutionContext& context, storage::WriteOutcome outcome);

}  // namespace basalt::executor
