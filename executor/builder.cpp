#include "executor/builder.hpp"

#include "executor/scan.hpp"

namespace basalt::executor {

using planner::PhysicalKind;
using planner::PhysicalNode;

std::vector<common::PhysicalType> physical_types(const PhysicalNode& node) {
  std::vector<common::PhysicalType> types;
  for (const auto& column : node.output) types.push_back(column.physical);
  return types;
}

namespace {

class PipelineBuilder {
 public:
  PipelineBuilder(ExecutionContext& context, ExecutionState& state) : context_(context), state_(state) {}

  std::unique_ptr<Pipeline> build(const PhysicalNode& node) {
    if (node.recheck_table != 0)
      if (auto carried = state_.carried_rows.find(node.recheck_table); carried != state_.carried_rows.end())
        return std::make_unique<Pipeline>(make_carried_row(carried->second));
    std::unique_ptr<Source> source = make_leaf(node);
    if (!source) source = make_breaker(node);
    if (source) {
      if (context_.explain_analyze) source = count_source(state_, node.id, std::move(source));
      return std::make_unique<Pipeline>(std::move(source));
    }
    std::unique_ptr<Pipeline> pipeline = build(*node.children[0]);
    std::unique_ptr<Transform> transform = make_transform(node);
    if (context_.explain_analyze) transform = count_transform(state_, node.id, std::move(transform));
    pipeline->add(std::move(transform));
    return pipeline;
  }

 private:
  std::unique_ptr<Pipeline> child(const PhysicalNode& node, size_t i) { return build(*node.children[i]); }

  std::unique_ptr<Source> make_leaf(const PhysicalNode& node) {
    switch (node.kind) {
      case PhysicalKind::kResult:
        return make_result(context_, planner::as<planner::PhysicalResult>(node));
      case PhysicalKind::kTableScan:
        return make_table_scan(context_, state_, planner::as<planner::PhysicalTableScan>(node));
      case PhysicalKind::kIndexScan:
        return make_index_scan(context_, state_, planner::as<planner::PhysicalIndexScan>(node));
      case PhysicalKind::kRowIdScan:
        return make_row_id_scan(context_, state_, planner::as<planner::PhysicalRowIdScan>(node));
      case PhysicalKind::kFunctionScan:
        return make_function_scan(context_, planner::as<planner::PhysicalFunctionScan>(node));
      case PhysicalKind::kValuesScan:
        return make_values_scan(context_, planner::as<planner::PhysicalValuesScan>(node));
      case PhysicalKind::kCteScan:
        return make_cte_scan(state_, planner::as<planner::PhysicalCteScan>(node));
      case PhysicalKind::kWorkTableScan:
        return make_work_table_scan(state_, planner::as<planner::PhysicalWorkTableScan>(node));
      case PhysicalKind::kTuplestoreScan:
        return make_tuplestore_scan(planner::as<planner::PhysicalTuplestoreScan>(node));
      default:
        return nullptr;
    }
  }

  std::unique_ptr<Source> make_breaker(const PhysicalNode& node) {
    switch (node.kind) {
      case PhysicalKind::kSort:
        return make_sort(context_, planner::as<planner::PhysicalSort>(node), child(node, 0));
      case PhysicalKind::kAggregate:
        return make_aggregate(context_, planner::as<planner::PhysicalAggregate>(node), child(node, 0));
      case PhysicalKind::kWindow:
        return make_window(context_, planner::as<planner::PhysicalWindow>(node), child(node, 0));
      case PhysicalKind::kSetOperation:
        return make_set_operation(context_, planner::as<planner::PhysicalSetOperation>(node), child(node, 0),
                                  child(node, 1));
      case PhysicalKind::kMergeJoin:
        return make_merge_join(context_, state_, planner::as<planner::PhysicalMergeJoin>(node), child(node, 0),
                               child(node, 1));
      case PhysicalKind::kAppend:
        return make_append(context_, all_children(node));
      case PhysicalKind::kMergeAppend:
        return make_merge_append(context_, planner::as<planner::PhysicalMergeAppend>(node), all_children(node));
      case PhysicalKind::kRecursiveUnion:
        return make_recursive_union(context_, state_, planner::as<planner::PhysicalRecursiveUnion>(node),
                                    child(node, 0), child(node, 1));
      case PhysicalKind::kMaterialize:
        return make_materialize(context_, planner::as<planner::PhysicalMaterialize>(node), child(node, 0));
      case PhysicalKind::kModify:
        return make_modify(context_, state_, planner::as<planner::PhysicalModify>(node), child(node, 0));
      default:
        return nullptr;
    }
  }

  std::unique_ptr<Transform> make_transform(const PhysicalNode& node) {
    switch (node.kind) {
      case PhysicalKind::kFilter:
        return make_filter(context_, state_, planner::as<planner::PhysicalFilter>(node));
      case PhysicalKind::kProject:
        return make_project(context_, planner::as<planner::PhysicalProject>(node));
      case PhysicalKind::kProjectSet:
        return make_project_set(context_, planner::as<planner::PhysicalProjectSet>(node));
      case PhysicalKind::kLimit:
        return make_limit(context_, planner::as<planner::PhysicalLimit>(node));
      case PhysicalKind::kUnique:
        return make_unique_rows(context_, planner::as<planner::PhysicalUnique>(node));
      case PhysicalKind::kHashJoin:
        return make_hash_join(context_, state_, planner::as<planner::PhysicalHashJoin>(node), child(node, 1));
      case PhysicalKind::kNestedLoop:
        return make_nested_loop(context_, state_, planner::as<planner::PhysicalNestedLoop>(node), child(node, 1));
      case PhysicalKind::kIndexJoin:
        return make_index_join(context_, state_, planner::as<planner::PhysicalIndexJoin>(node));
      case PhysicalKind::kApply:
        return make_apply(context_, state_, planner::as<planner::PhysicalApply>(node), child(node, 1));
      case PhysicalKind::kLockRows:
        return make_lock_rows(context_, state_, planner::as<planner::PhysicalLockRows>(node));
      default:
        UNREACHABLE("kind of physical node");
    }
  }

  std::vector<std::unique_ptr<Pipeline>> all_children(const PhysicalNode& node) {
    std::vector<std::unique_ptr<Pipeline>> pipelines;
    for (const auto& c : node.children) pipelines.push_back(build(*c));
    return pipelines;
  }

  ExecutionContext& context_;
  ExecutionState& state_;
};

}  // namespace

std::unique_ptr<Pipeline> build_pipeline(ExecutionContext& context, ExecutionState& state, const PhysicalNode& node) {
  return PipelineBuilder(context, state).build(node);
}

}  // namespace basalt::executor
