// Builds the run-time pipelines of a physical plan. One function per kind of node; each node's source or transform
// lives in the file named after it.
#pragma once

#include "executor/execution_state.hpp"

namespace basalt::executor {

// The pipeline that yields the output of `node`.
std::unique_ptr<Pipeline> build_pipeline(ExecutionContext& context, ExecutionState& state,
                                         const planner::PhysicalNode& node);

std::vector<common::PhysicalType> physical_types(const planner::PhysicalNode& node);

// EXPLAIN ANALYZE (counting.cpp): the same node, with rows, loops and time counted in state.counters[id]. The time of a
// source includes what it pulls; that of a transform is its own, without its input's.
std::unique_ptr<Source> count_source(ExecutionState& state, int id, std::unique_ptr<Source> source);
std::unique_ptr<Transform> count_transform(ExecutionState& state, int id, std::unique_ptr<Transform> transform);

// Sources and transforms of the single nodes.
std::unique_ptr<Source> make_result(ExecutionContext& context, const planner::PhysicalResult& node);
std::unique_ptr<Source> make_values_scan(ExecutionContext& context, const planner::PhysicalValuesScan& node);
std::unique_ptr<Source> make_function_scan(ExecutionContext& context, const planner::PhysicalFunctionScan& node);
std::unique_ptr<Source> make_cte_scan(ExecutionState& state, const planner::PhysicalCteScan& node);
std::unique_ptr<Source> make_work_table_scan(ExecutionState& state, const planner::PhysicalWorkTableScan& node);
std::unique_ptr<Source> make_tuplestore_scan(const planner::PhysicalTuplestoreScan& node);
// The one row of a re-check (QRY-9).
std::unique_ptr<Source> make_carried_row(const Chunk& row);
std::unique_ptr<Transform> make_filter(ExecutionContext& context, ExecutionState& state,
                                       const planner::PhysicalFilter& node);
std::unique_ptr<Transform> make_project(ExecutionContext& context, const planner::PhysicalProject& node);
std::unique_ptr<Transform> make_project_set(ExecutionContext& context, const planner::PhysicalProjectSet& node);
std::unique_ptr<Transform> make_limit(ExecutionContext& context, const planner::PhysicalLimit& node);
std::unique_ptr<Transform> make_unique_rows(ExecutionContext& context, const planner::PhysicalUnique& node);
std::unique_ptr<Transform> make_hash_join(ExecutionContext& context, ExecutionState& state,
                                          const planner::PhysicalHashJoin& node, std::unique_ptr<Pipeline> build);
std::unique_ptr<Transform> make_nested_loop(ExecutionContext& context, ExecutionState& state,
                                            const planner::PhysicalNestedLoop& node, std::unique_ptr<Pipeline> inner);
std::unique_ptr<Transform> make_index_join(ExecutionContext& context, ExecutionState& state,
                                           const planner::PhysicalIndexJoin& node);
std::unique_ptr<Transform> make_apply(ExecutionContext& context, ExecutionState& state,
                                      const planner::PhysicalApply& node, std::unique_ptr<Pipeline> inner);
std::unique_ptr<Transform> make_lock_rows(ExecutionContext& context, ExecutionState& state,
                                          const planner::PhysicalLockRows& node);
std::unique_ptr<Source> make_merge_join(ExecutionContext& context, ExecutionState& state,
                                        const planner::PhysicalMergeJoin& node, std::unique_ptr<Pipeline> left,
                                        std::unique_ptr<Pipeline> right);
std::unique_ptr<Source> make_sort(ExecutionContext& context, const planner::PhysicalSort& node,
                                  std::unique_ptr<Pipeline> input);
std::unique_ptr<Source> make_aggregate(ExecutionContext& context, const planner::PhysicalAggregate& node,
                                       std::unique_ptr<Pipeline> input);
std::unique_ptr<Source> make_window(ExecutionContext& context, const planner::PhysicalWindow& node,
                                    std::unique_ptr<Pipeline> input);
std::unique_ptr<Source> make_set_operation(ExecutionContext& context, const planner::PhysicalSetOperation& node,
                                           std::unique_ptr<Pipeline> left, std::unique_ptr<Pipeline> right);
std::unique_ptr<Source> make_append(ExecutionContext& context, std::vector<std::unique_ptr<Pipeline>> inputs);
std::unique_ptr<Source> make_merge_append(ExecutionContext& context, const planner::PhysicalMergeAppend& node,
                                          std::vector<std::unique_ptr<Pipeline>> inputs);
std::unique_ptr<Source> make_recursive_union(ExecutionContext& context, ExecutionState& state,
                                             const planner::PhysicalRecursiveUnion& node,
                                             std::unique_ptr<Pipeline> start, std::unique_ptr<Pipeline> step);
std::unique_ptr<Source> make_materialize(ExecutionContext& context, const planner::PhysicalMaterialize& node,
                                         std::unique_ptr<Pipeline> input);
std::unique_ptr<Source> make_modify_view(ExecutionContext& context, ExecutionState& state,
                                         const planner::PhysicalModify& node, std::unique_ptr<Pipeline> input);
std::unique_ptr<Source> make_modify(ExecutionContext& context, ExecutionState& state,
                                    const planner::PhysicalModify& node, std::unique_ptr<Pipeline> input);

}  // namespace basalt::executor
