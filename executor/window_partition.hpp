// WindowFunctions: the results of all window calls of one node over one partition, whose rows arrive sorted, chunk by
// chunk.
//
//   open() -> (begin() -> add() ... -> compute()) ...
//
// Only what the calls look at is kept in memory: order keys, arguments and filters. The rows themselves are the
// caller's.
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
  // The order keys of some rows of the partition, one column each.
  std::vector<Vector> evaluate_keys(ExecutionContext& context, const Chunk& chunk) {
    return order_.evaluate(context, chunk);
  }
  size_t key_count() const { return order_.key_columns().size(); }
  // Offsets are the same for all rows.
  void read_offsets(ExecutionContext& context);
  void start(std::vector<Vector> order_keys, uint32_t rows);
  FrameRange frame(ExecutionContext& context, uint32_t row);
  bool excluded(uint32_t row, uint32_t other) const;
  bool has_exclusion() const;
  bool starts_at_beginning() const;
  // The end or the start of the frame is a distance from the row's key, which not every distance is allowed to be.
  bool has_range_offset() const;
  uint32_t peer_begin(uint32_t row) const { return peer_begin_[row]; }
  uint32_t peer_end(uint32_t row) const { return peer_end_[row]; }
  uint32_t peer_group(uint32_t row) const { return peer_group_[row]; }
  uint32_t rows() const { return rows_; }

 private:
  struct RangeBound {
    uint32_t row = 0, at = 0;
  };
  uint32_t bound(ExecutionContext& context, uint32_t row, bool is_start);
  uint32_t rows_bound(uint32_t row, int64_t offset, bool preceding, bool is_start) const;
  uint32_t groups_bound(uint32_t row, int64_t offset, bool preceding, bool is_start) const;
  uint32_t range_bound(ExecutionContext& context, uint32_t row, bool preceding, bool is_start);
  void read_offset(ExecutionContext& context, query::Evaluator& expression, bool is_start);

  const planner::PhysicalWindow& node_;
  RowCompare order_;
  query::EvaluatorPointer start_expression_, end_expression_;
  Value start_value_, end_value_;
  std::vector<Vector> order_keys_;
  std::vector<uint32_t> peer_begin_, peer_end_, peer_group_, group_begin_;
  RangeBound range_start_, range_end_;  // the last ones asked for
  uint32_t rows_ = 0;
};

class WindowFunctions {
 public:
  WindowFunctions(ExecutionContext& context, const planner::PhysicalWindow& node);
  // Once, before the first partition: frames may be wrong also where there are no rows.
  void open(ExecutionContext& context) { frames_.read_offsets(context); }
  void begin();
  void add(ExecutionContext& context, const Chunk& chunk);
  void compute(ExecutionContext& context, std::vector<Vector>& results);

 private:
  struct Call {
    const planner::WindowCallSpec* spec;
    std::vector<query::EvaluatorPointer> arguments;
    query::EvaluatorPointer filter;
    common::PhysicalType result;
    types::AggregateCode code;
    std::unique_ptr<types::CallState> state;
    std::string name;
    size_t first_column = 0;  // in kept_: the arguments, then the filter
  };
  Vector compute_call(ExecutionContext& context, Call& call);
  Vector ranking(Call& call);
  Vector ntile(Call& call, const std::vector<Vector>& arguments);
  Vector offset_value(Call& call, const std::vector<Vector>& arguments, int direction);
  Vector frame_value(ExecutionContext& context, Call& call, const std::vector<Vector>& arguments);
  Vector aggregate(ExecutionContext& context, Call& call, const std::vector<Vector>& arguments);
  types::FunctionCall make_call(ExecutionContext& context, Call& call);

  const planner::PhysicalWindow& node_;
  std::vector<Call> calls_;
  WindowFrames frames_;
  std::vector<common::PhysicalType> kept_types_;  // known with the first rows
  Chunk kept_;                                    // order keys; arguments and filter of each call
  uint32_t kept_capacity_ = 0;
  common::MemoryReservation reservation_;
};

}  // namespace basalt::executor
