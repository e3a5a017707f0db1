// RowCompare: order and equality of rows by sort keys, for merge append, merge join, LIMIT WITH TIES and window peers.
#pragma once

#include "executor/execution_context.hpp"

namespace basalt::executor {

class RowCompare {
 public:
  RowCompare(ExecutionContext& context, const std::vector<planner::SortKey>& keys);

  // The key columns of a chunk.
  std::vector<Vector> evaluate(ExecutionContext& context, const Chunk& chunk);
  // Three-way, in sort order (DESC, NULLS FIRST obeyed); NULLs are equal to each other.
  int compare(const std::vector<Vector>& a, uint32_t row_a, const std::vector<Vector>& b, uint32_t row_b) const;

  // Remembers row 0 of `row`; then says which rows of a chunk are equal to it.
  void keep(ExecutionContext& context, const Chunk& row) { kept_ = evaluate(context, row); }
  std::vector<bool> equal_to_kept(ExecutionContext& context, const Chunk& chunk);

  const std::vector<types::KeyColumn>& key_columns() const { return columns_; }

 private:
  std::vector<query::EvaluatorPointer> expressions_;
  std::vector<types::KeyColumn> columns_;
  std::vector<Vector> kept_;
};

}  // namespace basalt::executor
