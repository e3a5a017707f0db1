// TABLESAMPLE BERNOULLI and SYSTEM: which rows of a scan are in the sample.
//
// A row is in it when a hash of the seed and the row's id (BERNOULLI), or of the group of neighbouring ids that it
// belongs to (SYSTEM), lies below the percentage: the same seed chooses the same rows as long as the table does not
// change.
#pragma once

#include "executor/execution_context.hpp"

namespace basalt::executor {

class TableSample {
 public:
  TableSample(ExecutionContext& context, const planner::PhysicalTableScan& node);
  // Evaluates the arguments; throws 2202H, 2202G.
  void start(ExecutionContext& context);
  // Keeps the sampled rows of `raw`, whose last column holds the row ids.
  void apply(Chunk& raw) const;

 private:
  bool contains(uint64_t row_id) const;
  bool by_block_;
  query::EvaluatorPointer percent_, repeatable_;
  uint64_t seed_ = 0, limit_ = 0;  // hashes below `limit_` (of 2^32) are in
};

}  // namespace basalt::executor
