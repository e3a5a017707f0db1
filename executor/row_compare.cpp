#include "executor/row_compare.hpp"

namespace basalt::executor {

RowCompare::RowCompare(ExecutionContext& context, const std::vector<planner::SortKey>& keys) {
  query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
  for (const auto& key : keys) {
    expressions_.push_back(compiler.compile(*key.expression));
    columns_.push_back({types::type_operations(*context.evaluation.call, key.expression->type, key.collation),
                        key.descending, key.nulls_first});
  }
}

std::vector<Vector> RowCompare::evaluate(ExecutionContext& context, const Chunk& chunk) {
  std::vector<Vector> out;
  for (auto& expression : expressions_) {
    query::Rows rows(chunk.rows);
    out.push_back(expression->evaluate(context.evaluation, chunk, rows));
    rows.raise();
  }
  return out;
}

int RowCompare::compare(const std::vector<Vector>& a, uint32_t row_a, const std::vector<Vector>& b,
                        uint32_t row_b) const {
  for (size_t i = 0; i < columns_.size(); ++i) {
    bool null_a = a[i].is_null(row_a), null_b = b[i].is_null(row_b);
    if (null_a && null_b) continue;
    if (null_a || null_b) return null_a == columns_[i].nulls_first ? -1 : 1;
    int order = columns_[i].operations->compare(a[i], row_a, b[i], row_b);
    if (order != 0) return columns_[i].descending ? -order : order;
  }
  return 0;
}

std::vector<bool> RowCompare::equal_to_kept(ExecutionContext& context, const Chunk& chunk) {
  std::vector<Vector> keys = evaluate(context, chunk);
  std::vector<bool> equal(chunk.rows);
  for (uint32_t row = 0; row < chunk.rows; ++row) equal[row] = compare(keys, row, kept_, 0) == 0;
  return equal;
}

}  // namespace basalt::executor
