// A condition that rows must satisfy: of a filter, or what a join demands beside its keys. Counts the rows that it
// drops (EXPLAIN ANALYZE).
#pragma once

#include "executor/execution_state.hpp"

namespace basalt::executor {

class Condition {
 public:
  // `expression` may be null: nothing is demanded.
  Condition(ExecutionContext& context, ExecutionState& state, const planner::PhysicalNode& node,
            const query::Expression* expression)
      : dropped_(state.counters.at(static_cast<size_t>(node.id)).filtered_out) {
    query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
    if (expression) evaluator_ = compiler.compile(*expression);
  }
  explicit operator bool() const { return evaluator_ != nullptr; }
  // The rows that satisfy it; an error is left in `rows`, behind the last row that was looked at.
  void select(ExecutionContext& context, const Chunk& in, query::Rows& rows, common::Selection& selected) {
    query::evaluate_filter(*evaluator_, context.evaluation, in, rows, selected);
    dropped_ += rows.count - selected.size();
  }

 private:
  query::EvaluatorPointer evaluator_;
  uint64_t& dropped_;
};

}  // namespace basalt::executor
