// A physical plan as EXPLAIN shows it: the nodes.
#include <cmath>

#include "commands/utility/explainer.hpp"

namespace basalt::commands {

using common::Oid;
using planner::as;
using planner::PhysicalKind;
using planner::PhysicalNode;
using query::Expression;

Explainer::Explainer(Session& session, const planner::PhysicalStatement& statement, const ExplainOptions& options,
                     const std::vector<executor::NodeCounters>* counters)
    : session_(session), statement_(statement), options_(options), counters_(counters) {
  deparse_.catalog = &session.catalog();
  deparse_.call = &session.call_context();
  deparse_.search_path = session.search_path();
  deparse_.special = [this](const Expression& e, std::string& out) { return special(e, out); };
  int tables = count_tables(*statement.root);
  for (const auto& plan : statement.subplans) tables += count_tables(*plan);
  for (const auto& plan : statement.ctes) tables += count_tables(*plan);
  several_ = tables > 1;
  prefix_ = several_ || options.verbose;
  name_tables(*statement.root);
  for (const auto& plan : statement.ctes) name_tables(*plan);
  for (const auto& plan : statement.subplans) name_tables(*plan);
  name_ctes(*statement.root);
  for (const auto& plan : statement.subplans) name_ctes(*plan);
  for (const auto& plan : statement.ctes) name_ctes(*plan);
}

ExplainEntry Explainer::run() {
  ExplainEntry root = entry(*statement_.root);
  std::vector<ExplainEntry> first;
  for (size_t i = 0; i < statement_.ctes.size(); ++i) {
    ExplainEntry cte = entry(*statement_.ctes[i]);
    cte.relationship = "InitPlan";
    cte.subplan_name = "CTE " + cte_names_[static_cast<int>(i)];
    first.push_back(std::move(cte));
  }
  for (ExplainEntry& plan : init_plans_) first.push_back(std::move(plan));
  root.children.insert(root.children.begin(), std::make_move_iterator(first.begin()),
                       std::make_move_iterator(first.end()));
  return root;
}

ExplainEntry Explainer::subplan(int plan, const char* relationship, std::string name) {
  Inputs saved = inputs_;
  std::vector<ExplainEntry>* list = subplans_;
  ExplainEntry made = entry(*statement_.subplans[static_cast<size_t>(plan)]);
  inputs_ = saved;
  subplans_ = list;
  made.relationship = relationship;
  made.subplan_name = std::move(name);
  return made;
}

void Explainer::add_removed(ExplainEntry& e, const char* name, const PhysicalNode& node, const PhysicalNode* outer) {
  if (!counters_) return;
  const executor::NodeCounters& counted = (*counters_)[static_cast<size_t>(node.id)];
  uint64_t loops = outer ? (*counters_)[static_cast<size_t>(outer->id)].rows : counted.loops;
  if (options_.format == ExplainFormat::kText && counted.filtered_out == 0) return;
  double removed = loops ? static_cast<double>(counted.filtered_out) / static_cast<double>(loops) : 0;
  auto number = static_cast<uint64_t>(std::nearbyint(removed));
  for (auto& property : e.properties)
    if (property.name == name) {
      property.value = std::to_string(std::stoull(property.value) + number);
      return;
    }
  add_number(e, name, number);
}

void Explainer::title(ExplainEntry& e, std::string node_type) {
  e.title = node_type;
  identify(e, "Node Type", std::move(node_type));
}

double Explainer::total_ms(const PhysicalNode& node) const {
  double own = static_cast<double>((*counters_)[static_cast<size_t>(node.id)].total_us) / 1000;
  return own + (is_transform(node) ? total_ms(*node.children[0]) : 0);
}

double Explainer::startup_ms(const PhysicalNode& node) const {
  double own = static_cast<double>((*counters_)[static_cast<size_t>(node.id)].startup_us) / 1000;
  return own + (is_transform(node) ? startup_ms(*node.children[0]) : 0);
}

common::ResourceUse Explainer::use_of(const PhysicalNode& node) const {
  common::ResourceUse use = (*counters_)[static_cast<size_t>(node.id)].use;
  if (is_transform(node)) use += use_of(*node.children[0]);
  return use;
}

void Explainer::set_numbers(ExplainEntry& e, const PhysicalNode& node) {
  e.startup_cost = node.startup_cost;
  e.total_cost = node.total_cost;
  e.rows = node.rows;
  e.width = node.width;
  if (!counters_) return;
  const executor::NodeCounters& counted = (*counters_)[static_cast<size_t>(node.id)];
  e.loops = static_cast<double>(counted.loops);
  if (counted.loops == 0) return;
  e.use = use_of(node);
  e.actual_rows = static_cast<double>(counted.rows) / e.loops;
  e.actual_total_ms = total_ms(node) / e.loops;
  e.actual_startup_ms = std::min(startup_ms(node) / e.loops, e.actual_total_ms);
}

ExplainEntry Explainer::entry(const PhysicalNode& node) {
  if (node.kind == PhysicalKind::kProject) {
    ExplainEntry inner = entry(*node.children[0]);
    set_numbers(inner, node);
    if (options_.verbose) set_output(inner, node);
    std::vector<ExplainEntry> later;
    std::vector<ExplainEntry>* saved = std::exchange(subplans_, &later);
    for (size_t i = 0; i < node.output.size(); ++i) {
      bool simple;
      if (as<planner::PhysicalProject>(node).expressions.size() > i) output_text(node, i, simple);
    }
    subplans_ = saved;
    for (auto& plan : later) inner.children.push_back(std::move(plan));
    return inner;
  }
  std::vector<ExplainEntry> later;
  std::vector<ExplainEntry>* saved = std::exchange(subplans_, &later);
  ExplainEntry e;
  if (node.kind == PhysicalKind::kFilter) {
    e = entry(*node.children[0]);
    PrefixScope scope(prefix_, count_tables(*node.children[0]) == 1 ? options_.verbose : prefix_);
    std::string condition = text(*as<planner::PhysicalFilter>(node).condition, node.children[0].get(), nullptr, true);
    bool merged = false;
    for (auto& property : e.properties)
      if (property.name == "Filter") {
        property.value = "(" + property.value + " AND " + condition + ")";
        merged = true;
      }
    if (!merged) add(e, "Filter", condition);
    add_removed(e, "Rows Removed by Filter", node);
    set_numbers(e, node);
  } else {
    describe(e, node);
    set_numbers(e, node);
    if (node.kind == PhysicalKind::kModify && as<planner::PhysicalModify>(node).returning.empty()) e.rows = e.width = 0;
    if (options_.verbose) set_output(e, node);
  }
  subplans_ = saved;
  for (auto& plan : later) e.children.push_back(std::move(plan));
  return e;
}

void Explainer::set_output(ExplainEntry& e, const PhysicalNode& node) {
  if (node.kind == PhysicalKind::kAppend || node.kind == PhysicalKind::kMergeAppend ||
      node.kind == PhysicalKind::kRecursiveUnion)
    return;
  PrefixScope scope(prefix_, several_);
  std::vector<std::string> list;
  for (size_t i = 0; i < node.output.size(); ++i) {
    bool simple = true;
    list.push_back(output_text(node, i, simple));
  }
  for (size_t i = 0; i < e.properties.size(); ++i)
    if (e.properties[i].name == "Output") {
      e.properties[i].list = std::move(list);
      return;
    }
  if (list.empty()) return;
  e.properties.insert(e.properties.begin(), {"Output", {}, Property::Kind::kList, std::move(list)});
}

void Explainer::child(ExplainEntry& e, const PhysicalNode& node, const char* relationship) {
  ExplainEntry made = entry(node);
  made.relationship = relationship;
  e.children.push_back(std::move(made));
}

void Explainer::describe(ExplainEntry& e, const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kTableScan:
    case PhysicalKind::kIndexScan:
    case PhysicalKind::kRowIdScan:
      return describe_scan(e, static_cast<const planner::ScanBase&>(node));
    case PhysicalKind::kResult: {
      const auto& result = as<planner::PhysicalResult>(node);
      title(e, "Result");
      if (result.never)
        add(e, "One-Time Filter", "false");
      else if (result.gate)
        add(e, "One-Time Filter", text(*result.gate, nullptr, nullptr));
      return;
    }
    case PhysicalKind::kFunctionScan:
    case PhysicalKind::kValuesScan:
    case PhysicalKind::kCteScan:
    case PhysicalKind::kWorkTableScan:
    case PhysicalKind::kTuplestoreScan:
      return describe_other_scan(e, node);
    case PhysicalKind::kHashJoin:
    case PhysicalKind::kMergeJoin:
    case PhysicalKind::kNestedLoop:
    case PhysicalKind::kApply:
    case PhysicalKind::kIndexJoin:
      return describe_join(e, static_cast<const planner::JoinBase&>(node));
    case PhysicalKind::kAggregate:
      return describe_aggregate(e, as<planner::PhysicalAggregate>(node));
    case PhysicalKind::kModify:
      return describe_modify(e, as<planner::PhysicalModify>(node));
    default:
      describe_simple(e, node);
  }
}

void Explainer::describe_aggregate(ExplainEntry& e, const planner::PhysicalAggregate& node) {
  const PhysicalNode& input = *node.children[0];
  bool sets = !node.grouping_sets.empty();
  const char* strategy = node.strategy == planner::AggregateStrategy::kPlain  ? "Plain"
                         : node.strategy == planner::AggregateStrategy::kHash ? "Hashed"
                                                                              : "Sorted";
  bool sorted = node.strategy == planner::AggregateStrategy::kSorted;
  bool only_groups = sorted && node.aggregates.empty();
  identify(e, "Node Type", only_groups ? "Group" : "Aggregate");
  if (!only_groups)
    identify(e, "Strategy", sets && node.strategy == planner::AggregateStrategy::kHash ? "Mixed" : strategy);
  if (!only_groups) identify(e, "Partial Mode", "Simple");
  e.title = node.strategy == planner::AggregateStrategy::kPlain ? "Aggregate"
            : only_groups                                       ? "Group"
            : sorted                                            ? "GroupAggregate"
                                                                : "HashAggregate";
  auto group = [&](size_t i) {
    bool simple = true;
    std::string name = listed(node.groups, i, &input, nullptr, simple);
    return simple || node.groups[i]->kind != query::ExpressionKind::kSlot ? name : "(" + name + ")";
  };
  if (!sets) {
    std::vector<std::string> keys;
    for (size_t i = 0; i < node.groups.size(); ++i) keys.push_back(group(i));
    if (!keys.empty()) add_list(e, "Group Key", std::move(keys));
  }
  for (const auto& set : node.grouping_sets) {
    std::vector<std::string> keys;
    for (int position : set) keys.push_back(group(static_cast<size_t>(position)));
    bool hashed = node.strategy == planner::AggregateStrategy::kHash && !keys.empty();
    if (keys.empty()) keys.push_back("()");
    add_list(e, hashed ? "Hash Key" : "Group Key", std::move(keys));
  }
  child(e, input, "Outer");
}

void Explainer::describe_modify(ExplainEntry& e, const planner::PhysicalModify& node) {
  using query::CommandKind;
  const char* operation = node.command == CommandKind::kInsert   ? "Insert"
                          : node.command == CommandKind::kUpdate ? "Update"
                          : node.command == CommandKind::kDelete ? "Delete"
                                                                 : "Merge";
  identify(e, "Node Type", "ModifyTable");
  identify(e, "Operation", operation);
  identify(e, "Relation Name", node.relation->name);
  identify(e, "Alias", node.alias);
  std::string name = query::quote_identifier(node.relation->name);
  if (options_.verbose)
    name =
        query::quote_qualified(session_.catalog().name_space(node.relation->namespace_oid)->name, node.relation->name);
  if (node.alias != node.relation->name) name += " " + query::quote_identifier(node.alias);
  e.title = std::string(operation) + " on " + name;
  if (node.on_conflict) describe_conflict(e, node);
  child(e, *node.children[0], "Outer");
}

void Explainer::describe_conflict(ExplainEntry& e, const planner::PhysicalModify& node) {
  const planner::ModifyOnConflict& conflict = *node.on_conflict;
  add(e, "Conflict Resolution", conflict.action == query::ConflictAction::kNothing ? "NOTHING" : "UPDATE");
  std::vector<std::string> arbiters;
  for (Oid index : conflict.arbiter_indexes) arbiters.push_back(session_.catalog().index(index)->name);
  if (!arbiters.empty()) add_list(e, "Conflict Arbiter Indexes", std::move(arbiters));
  if (conflict.where) {
    conflict_columns_ = &node;
    PrefixScope scope(prefix_, true);
    add(e, "Conflict Filter", text(*conflict.where, nullptr, nullptr));
    conflict_columns_ = nullptr;
  }
  if (!counters_) return;
  const executor::NodeCounters& counted = (*counters_)[static_cast<size_t>(node.id)];
  if (counted.conflicts_filtered_out > 0)
    add_number(e, "Rows Removed by Conflict Filter", counted.conflicts_filtered_out);
  uint64_t rows = (*counters_)[static_cast<size_t>(node.children[0]->id)].rows;
  add_number(e, "Tuples Inserted", rows - std::min(rows, counted.conflicts));
  add_number(e, "Conflicting Tuples", counted.conflicts);
}

void Explainer::describe_simple(ExplainEntry& e, const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kProjectSet:
      title(e, "ProjectSet");
      break;
    case PhysicalKind::kWindow:
      title(e, "WindowAgg");
      break;
    case PhysicalKind::kSort: {
      const auto& sort = as<planner::PhysicalSort>(node);
      title(e, sort.presorted_keys > 0 ? "Incremental Sort" : "Sort");
      add_list(e, "Sort Key", sort_keys(sort.keys, *node.children[0]));
      break;
    }
    case PhysicalKind::kLimit:
      title(e, "Limit");
      break;
    case PhysicalKind::kUnique:
      title(e, "Unique");
      break;
    case PhysicalKind::kSetOperation: {
      const auto& operation = as<planner::PhysicalSetOperation>(node);
      std::string command = operation.operation == query::SetOperationKind::kIntersect ? "Intersect" : "Except";
      if (operation.all) command += " All";
      identify(e, "Node Type", "SetOp");
      identify(e, "Strategy", "Hashed");
      identify(e, "Command", command);
      e.title = "HashSetOp " + command;
      break;
    }
    case PhysicalKind::kAppend:
      title(e, "Append");
      break;
    case PhysicalKind::kMergeAppend:
      title(e, "Merge Append");
      add_list(e, "Sort Key", sort_keys(as<planner::PhysicalMergeAppend>(node).keys, *node.children[0]));
      break;
    case PhysicalKind::kRecursiveUnion:
      title(e, "Recursive Union");
      break;
    case PhysicalKind::kMaterialize:
      title(e, "Materialize");
      break;
    case PhysicalKind::kLockRows:
      title(e, "LockRows");
      break;
    default:
      title(e, "Result");
  }
  bool members = node.kind == PhysicalKind::kAppend || node.kind == PhysicalKind::kMergeAppend;
  for (size_t i = 0; i < node.children.size(); ++i)
    child(e, *node.children[i], members ? "Member" : i == 0 ? "Outer" : "Inner");
}

ExplainEntry explain_plan(Session& session, const planner::PhysicalStatement& statement, const ExplainOptions& options,
                          const std::vector<executor::NodeCounters>* counters) {
  return Explainer(session, statement, options, counters).run();
}

}  // namespace basalt::commands
