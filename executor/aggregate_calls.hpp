// The aggregate calls of one Aggregate node: their states side by side in one block of memory per group.
//
//   group memory: | state of call 0 | state of call 1 | ... |   each aligned to 16
//
// Calls with ORDER BY or DISTINCT (and ordered-set aggregates) see their input only when the group is complete: rows
// are kept sorted by (group, key), on disk past work_mem; neighbours equal in the arguments are dropped for DISTINCT.
#pragma once

#include <memory>
#include <vector>

#include "executor/row_compare.hpp"
#include "executor/row_sorter.hpp"

namespace basalt::executor {

class AggregateCalls {
 public:
  AggregateCalls(ExecutionContext& context, const std::vector<planner::AggregateCall>& calls);
  ~AggregateCalls();

  size_t state_bytes() const { return state_bytes_; }
  void initialize(ExecutionContext& context, char* group);
  void destroy(char* group);
  // groups[i]: memory of the group of row i; numbers[i]: its number (for buffered calls).
  void update(ExecutionContext& context, const Chunk& input, const std::vector<char*>& groups,
              const std::vector<uint32_t>& numbers);
  // Feeds the buffered calls; `memory_of` maps a group number to its memory. Call once before finalize().
  void finish_buffered(ExecutionContext& context, const std::vector<char*>& memory_of);
  // Results of the groups, one column a call, into out.columns[first_column ...].
  void finalize(ExecutionContext& context, const std::vector<char*>& groups, Chunk& out, size_t first_column);
  // Drops the rows of buffered calls that were not fed: the input starts again.
  void forget_buffered();
  bool any_buffered() const { return any_buffered_; }
  // Memory that the states of one group hold outside of their block.
  size_t extra_bytes(const char* group) const;

 private:
  struct Buffered {
    std::unique_ptr<RowSorter> rows;  // arguments, group number; by group, then in the call's order
    std::unique_ptr<RowCompare> order;
    std::vector<types::KeyColumn> keys;
  };
  struct Call {
    const planner::AggregateCall* spec;
    types::AggregateCode code;
    size_t offset = 0;
    std::vector<query::EvaluatorPointer> arguments;  // direct ones first
    std::vector<types::SortDirection> ordering;
    std::vector<Oid> call_types;
    query::EvaluatorPointer filter;
    std::unique_ptr<types::CallState> state;
    common::PhysicalType result;
    std::unique_ptr<Buffered> buffered;
    std::vector<types::TypeOperationsPointer> distinct;
  };
  void prepare(ExecutionContext& context, Call& call, const planner::AggregateCall& spec);
  types::FunctionCall make_call(ExecutionContext& context, Call& call);
  void update_call(ExecutionContext& context, Call& call, const Chunk& input, const std::vector<char*>& groups,
                   const std::vector<uint32_t>& numbers);
  void buffer_rows(ExecutionContext& context, Call& call, const Chunk& input, const std::vector<Vector>& arguments,
                   const std::vector<uint32_t>& numbers);
  void add_hypothetical_rows(ExecutionContext& context, Call& call, const std::vector<char*>& memory_of);
  void feed_buffered(ExecutionContext& context, Call& call, const std::vector<char*>& memory_of);

  std::vector<Call> calls_;
  size_t state_bytes_ = 0;
  bool any_buffered_ = false;
};

}  // namespace basalt::executor
