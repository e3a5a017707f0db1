// Re-check of one row under READ COMMITTED (QRY-9, PostgreSQL's EvalPlanQual): the same plan runs again with the scan of the changed
// table replaced by the row's newest committed version, and every other scan by the row that joined with it.
#pragma once

#include "executor/execution_state.hpp"

namespace basalt::executor {

class Rechecker {
 public:
  // `child`: the plan below Modify or LockRows.
  Rechecker(ExecutionState& state, const planner::PhysicalNode& child, const std::vector<planner::RecheckMark>& marks)
      : state_(state), child_(child), marks_(marks) {}

  // `joined` is the child's output row that met the changed row of range table `table`. True: the row still qualifies, and
  // `out` is the child's output (one row) over the newest version.
  bool run(ExecutionContext& context, const Chunk& joined, uint32_t row, int table, RowId target, Chunk& out);

 private:
  ExecutionState& state_;
  const planner::PhysicalNode& child_;
  const std::vector<planner::RecheckMark>& marks_;
};

// 40001 at REPEATABLE READ and above; returns under READ COMMITTED.
void raise_if_serialized(ExecutionContext& context, storage::WriteOutcome outcome);

}  // namespace basalt::executor
