// What a new row is made of: the SET list of UPDATE, the columns of INSERT; for tables (modify.cpp) and for views with
// INSTEAD OF triggers (modify_view.cpp).
#pragma once

#include <vector>

#include "executor/builder.hpp"

namespace basalt::executor {

struct Assignment {
  int16_t column;
  query::EvaluatorPointer value;
};
// Records of sub-SELECTs first, then the columns.
struct Assignments {
  std::vector<query::EvaluatorPointer> rows;
  std::vector<Assignment> columns;
};

inline Assignments compile_assignments(query::ExpressionCompiler& compiler, const query::ExpressionList& rows,
                                       const std::vector<planner::ColumnAssignment>& list) {
  Assignments out;
  out.rows = compiler.compile_list(rows);
  for (const auto& assignment : list) out.columns.push_back({assignment.column, compiler.compile(*assignment.value)});
  return out;
}

// Sets the assigned columns of the one row `out`; throws what their expressions throw.
inline void assign(ExecutionContext& context, Assignments& assignments, const Chunk& in, Chunk& out) {
  query::Rows one(1);
  Chunk input = in;
  for (auto& row : assignments.rows) input.columns.push_back(row->evaluate(context.evaluation, in, one));
  for (Assignment& assignment : assignments.columns)
    out.columns[static_cast<size_t>(assignment.column) - 1] =
        assignment.value->evaluate(context.evaluation, input, one).flatten(1);
  one.raise();
}

}  // namespace basalt::executor
