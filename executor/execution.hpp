// Execution: one run of a physical statement. Yields its result chunk by chunk, on demand, and holds no thread in
// between.
#pragma once

#include "executor/execution_state.hpp"

namespace basalt::executor {

class Execution {
 public:
  // Both outlive the execution.
  Execution(const planner::PhysicalStatement& statement, ExecutionContext& context);
  ~Execution();

  // Up to `demand` rows of the result. False at the end (and `out` is empty).
  bool fetch(Chunk& out, uint32_t demand);
  // Runs modifying CTEs that nobody read to their end (QRY-4). Called once, when the result has been fetched or is not
  // wanted.
  void finish();
  // Starts the statement again from its first row (SELECT only), for scrollable cursors that did not keep their rows.
  void rewind();
  // Rows inserted, updated, deleted by the main statement.
  uint64_t rows_modified() const { return state_.rows_modified; }
  const std::vector<NodeCounters>& counters() const { return state_.counters; }

 private:
  const planner::PhysicalStatement& statement_;
  ExecutionContext& context_;
  ExecutionState state_;
  std::unique_ptr<Pipeline> root_;
  bool finished_ = false;
};

}  // namespace basalt::executor
