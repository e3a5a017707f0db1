// Window frames.
#include "query/window_frame.hpp"

#include <algorithm>

#include "common/sqlstate.hpp"
#include "executor/window_partition.hpp"

namespace basalt::executor {

namespace frame = query::frame;
using common::SqlError;
namespace sqlstate = common::sqlstate;

WindowFrames::WindowFrames(ExecutionContext& context, const planner::PhysicalWindow& node)
    : node_(node), order_(context, node.order_by) {
  query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
  if (node.start_offset) start_expression_ = compiler.compile(*node.start_offset);
  if (node.end_offset) end_expression_ = compiler.compile(*node.end_offset);
}

void WindowFrames::start(std::vector<Vector> order_keys, uint32_t rows) {
  rows_ = rows;
  order_keys_ = std::move(order_keys);
  peer_begin_.assign(rows_, 0);
  peer_end_.assign(rows_, rows_);
  peer_group_.assign(rows_, 0);
  group_begin_.assign(1, 0);
  for (uint32_t row = 1; row < rows_; ++row) {
    bool same = node_.order_by.empty() || order_.compare(order_keys_, row - 1, order_keys_, row) == 0;
    peer_begin_[row] = same ? peer_begin_[row - 1] : row;
    peer_group_[row] = peer_group_[row - 1] + !same;
    if (!same) group_begin_.push_back(row);
  }
  for (uint32_t row = rows_; row-- > 0;)
    peer_end_[row] = row + 1 < rows_ && peer_begin_[row + 1] == peer_begin_[row] ? peer_end_[row + 1] : row + 1;
  range_start_ = range_end_ = {};
}

void WindowFrames::read_offsets(ExecutionContext& context) {
  if (start_expression_) read_offset(context, *start_expression_, true);
  if (end_expression_) read_offset(context, *end_expression_, false);
}

void WindowFrames::read_offset(ExecutionContext& context, query::Evaluator& expression, bool is_start) {
  Value value = query::evaluate_constant(expression, context.evaluation);
  const char* which = is_start ? "starting" : "ending";
  if (value.is_null())
    throw SqlError(sqlstate::kNullValueNotAllowed, std::string("frame ") + which + " offset must not be null");
  if ((node_.frame_options & (frame::kRows | frame::kGroups)) && value.as<int64_t>() < 0)
    throw SqlError(sqlstate::kInvalidPrecedingOrFollowingSize,
                   std::string("frame ") + which + " offset must not be negative");
  (is_start ? start_value_ : end_value_) = value;
}

bool WindowFrames::has_exclusion() const { return node_.frame_options & frame::kExclusion; }
bool WindowFrames::has_range_offset() const {
  return (node_.frame_options & frame::kRange) && (node_.start_offset || node_.end_offset);
}
bool WindowFrames::starts_at_beginning() const { return node_.frame_options & frame::kStartUnboundedPreceding; }

bool WindowFrames::excluded(uint32_t row, uint32_t other) const {
  uint32_t options = node_.frame_options;
  if (options & frame::kExcludeCurrentRow) return other == row;
  bool peer = peer_group_[other] == peer_group_[row];
  if (options & frame::kExcludeGroup) return peer;
  if (options & frame::kExcludeTies) return peer && other != row;
  return false;
}

FrameRange WindowFrames::frame(ExecutionContext& context, uint32_t row) {
  FrameRange range{bound(context, row, true), bound(context, row, false)};
  range.begin = std::min(range.begin, rows_);
  range.end = std::clamp(range.end, range.begin, rows_);
  return range;
}

uint32_t WindowFrames::bound(ExecutionContext& context, uint32_t row, bool is_start) {
  uint32_t options = node_.frame_options;
  if (is_start) {
    if (options & frame::kStartUnboundedPreceding) return 0;
    if (options & frame::kStartCurrentRow) return options & frame::kRows ? row : peer_begin_[row];
  } else {
    if (options & frame::kEndUnboundedFollowing) return rows_;
    if (options & frame::kEndCurrentRow) return options & frame::kRows ? row + 1 : peer_end_[row];
  }
  bool preceding = options & (is_start ? frame::kStartOffsetPreceding : frame::kEndOffsetPreceding);
  if (options & frame::kRange) return range_bound(context, row, preceding, is_start);
  int64_t offset = (is_start ? start_value_ : end_value_).as<int64_t>();
  return options & frame::kRows ? rows_bound(row, offset, preceding, is_start)
                                : groups_bound(row, offset, preceding, is_start);
}

uint32_t WindowFrames::rows_bound(uint32_t row, int64_t offset, bool preceding, bool is_start) const {
  int64_t limit = rows_;
  offset = std::min<int64_t>(offset, limit + 1);
  int64_t at = preceding ? row - offset : row + offset;
  return static_cast<uint32_t>(std::clamp<int64_t>(is_start ? at : at + 1, 0, limit));
}

uint32_t WindowFrames::groups_bound(uint32_t row, int64_t offset, bool preceding, bool is_start) const {
  auto groups = static_cast<int64_t>(group_begin_.size());
  offset = std::min<int64_t>(offset, groups + 1);
  int64_t group = preceding ? peer_group_[row] - offset : peer_group_[row] + offset;
  if (!is_start) ++group;
  if (group < 0) return 0;
  if (group >= groups) return rows_;
  return group_begin_[static_cast<size_t>(group)];
}

// RANGE with an offset: in_range() of the order column's family decides. Rows with a NULL key are peers of each other
// only.
uint32_t WindowFrames::range_bound(ExecutionContext& context, uint32_t row, bool preceding, bool is_start) {
  const Vector& keys = order_keys_[0];
  if (keys.is_null(row)) return is_start ? peer_begin_[row] : peer_end_[row];
  Oid function = is_start ? node_.start_in_range : node_.end_in_range;
  const query::Expression& key = *node_.order_by[0].expression;
  const query::Expression& offset = is_start ? *node_.start_offset : *node_.end_offset;
  bool subtract = preceding == node_.in_range_ascending;
  bool less = is_start == false;
  if (!node_.in_range_ascending) less = !less;
  Oid types[] = {key.type, key.type, offset.type, types::oid::kBool, types::oid::kBool};
  auto inside = [&](uint32_t other) {
    Value arguments[] = {keys.value(other), keys.value(row), is_start ? start_value_ : end_value_, Value::of(subtract),
                         Value::of(less)};
    return query::call_function(*context.evaluation.catalog, *context.evaluation.call, context.evaluation.functions,
                                function, arguments, types, types::oid::kBool, node_.in_range_collation)
        .as<bool>();
  };
  // Rows with NULL keys stand at one end, outside of the search.
  uint32_t first = 0, last = rows_;
  while (first < last && keys.is_null(first)) ++first;
  while (last > first && keys.is_null(last - 1)) --last;
  // The rows inside are the last ones for the start of the frame, the first ones for its end. Bounds move forward with
  // the rows: the search starts at the last one, in growing steps.
  RangeBound& previous = is_start ? range_start_ : range_end_;
  if (previous.row <= row) first = std::clamp(previous.at, first, last);
  for (uint32_t step = 1; first < last; step *= 2) {
    uint32_t probe = first + std::min(step, last - first) - 1;
    if (inside(probe) == is_start) {
      last = probe;
      break;
    }
    first = probe + 1;
  }
  while (first < last) {
    uint32_t middle = first + (last - first) / 2;
    if (inside(middle) == is_start)
      last = middle;
    else
      first = middle + 1;
  }
  previous = {row, first};
  return first;
}

}  // namespace basalt::executor
