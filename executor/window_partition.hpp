// WindowFunctions: the results of all window calls of one node over one partition (a flat chunk, sorted).
#pragma once

#include "executor/chunk_store.hpp"
#include "executor/row_compare.hpp"

namespace basalt::executor {

// Rows [begin, end) of the partition.
struct FrameRange {
  uint32_t begin, end;
};

// The frame of each row: ROWS, RANGE or GROUPS, with offsets and exclusion.
class WindowFrames {
 public:
  WindowFrames(ExecutionContext& context, const planner::PhysicalWindow& node);
  void start(ExecutionContext& context, const Chunk& partition);
  FrameRange frame(ExecutionContext& context, uint32_t row);
  bool excluded(uint32_t row, uint32_t other) const;
  bool has_exclusion() const;
  bool starts_at_beginning() const;
  uint32_t peer_begin(uint32_t row) const { return peer_begin_[row]; }
  uint32_t peer_end(uint32_t row) const { return peer_end_[row]; }
  uint32_t peer_group(uint32_t row) const { return peer_group_[row]; }
  uint32_t rows() const { return rows_; }

 private:
  uint32_t bound(ExecutionContext& context, uint32_t row, bool is_start);
  uint32_t rows_bound(uint32_t row, int64_t offset, bool preceding, bool is_start) const;
  uint32_t groups_bound(uint32_t row, int64_t offset, bool preceding, bool is_start) const;
  uint32_t range_bound(ExecutionContext& context, uint32_t row, bool preceding, bool is_start);
  void read_offset(ExecutionContext& context, query::Evaluator& expression, const Chunk& partition, bool is_start);

  const planner::PhysicalWindow& node_;
  RowCompare order_;
  query::EvaluatorPointer start_expression_, end_expression_;
  Value start_value_, end_value_;
  std::vector<Vector> order_keys_;
  std::vector<uint32_t> peer_begin_, peer_end_, peer_group_, group_begin_;
  uint32_t rows_ = 0;
};

class WindowFunctions {
 public:
  WindowFunctions(ExecutionContext& context, const planner::PhysicalWindow& node);
  void compute(ExecutionContext& context, const Chunk& partition, std::vector<Vector>& results);

 private:
  struct Call {
    const planner::WindowCallSpec* spec;
    std::vector<query::EvaluatorPointer> arguments;
    query::EvaluatorPointer filter;
    common::PhysicalType result;
    types::AggregateCode code;
    std::unique_ptr<types::CallState> state;
    std::string name;
  };
  Vector compute_call(ExecutionContext& context, Call& call, const Chunk& partition);
  Vector ranking(Call& call);
  Vector ntile(Call& call, const std::vector<Vector>& arguments);
  Vector offset_value(Call& call, const std::vector<Vector>& arguments, int direction);
  Vector frame_value(ExecutionContext& context, Call& call, const std::vector<Vector>& arguments);
  Vector aggregate(ExecutionContext& context, Call& call, const std::vector<Vector>& arguments, const Chunk& partition);
  types::FunctionCall make_call(ExecutionContext& context, Call& call);

  const planner::PhysicalWindow& node_;
  std::vector<Call> calls_;
  WindowFrames frames_;
};

}  // namespace basalt::executor
