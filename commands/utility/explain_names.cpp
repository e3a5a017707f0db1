// What EXPLAIN calls tables, columns and expressions.
#include "commands/utility/explainer.hpp"

namespace basalt::commands {

using common::Oid;
using planner::as;
using planner::PhysicalKind;
using planner::PhysicalNode;
using query::Expression;
using query::ExpressionList;

void Explainer::name_tables(const PhysicalNode& node) {
  if (node.kind == PhysicalKind::kModify) {
    const auto& modify = as<planner::PhysicalModify>(node);
    if (modify.command == query::CommandKind::kInsert) unique_name(modify.alias);
  }
  if (node.kind == PhysicalKind::kTableScan || node.kind == PhysicalKind::kIndexScan ||
      node.kind == PhysicalKind::kRowIdScan)
    name_table(static_cast<const planner::ScanBase&>(node));
  else if (std::string alias = source_alias(node); !alias.empty())
    names_[&node] = unique_name(alias);
  for (const auto& child : node.children) name_tables(*child);
  if (node.kind == PhysicalKind::kIndexJoin) name_table(*as<planner::PhysicalIndexJoin>(node).inner);
}

void Explainer::name_table(const planner::ScanBase& scan) {
  names_[&scan] = unique_name(scan.alias.empty() ? scan.relation->name : scan.alias);
}

std::string Explainer::unique_name(const std::string& name) {
  std::string unique = name;
  for (int i = 1; !used_names_.insert({unique, true}).second; ++i) unique = name + "_" + std::to_string(i);
  return unique;
}

void Explainer::name_ctes(const PhysicalNode& node) {
  if (node.kind == PhysicalKind::kCteScan) {
    const auto& scan = as<planner::PhysicalCteScan>(node);
    cte_names_[scan.cte] = scan.name;
  }
  for (const auto& child : node.children) name_ctes(*child);
}

std::string Explainer::qualified(const std::string& alias, const std::string& column) const {
  std::string name = query::quote_identifier(column);
  return prefix_ && !alias.empty() ? query::quote_identifier(alias) + "." + name : name;
}

std::string Explainer::unique_alias(const PhysicalNode& node) const {
  auto it = names_.find(&node);
  return it != names_.end() ? it->second : source_alias(node);
}

const std::string& Explainer::alias_of(const planner::ScanBase& scan) const {
  auto it = names_.find(&scan);
  if (it != names_.end()) return it->second;
  return scan.alias.empty() ? scan.relation->name : scan.alias;
}

std::string Explainer::scan_column(const planner::ScanBase& scan, size_t i) const {
  static const char* const kSystem[] = {"", "ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"};
  int16_t column = scan.columns[i];
  if (column > 0) return qualified(alias_of(scan), scan.relation->columns[static_cast<size_t>(column) - 1].name);
  if (column == planner::kRowIdAttribute) return qualified(alias_of(scan), "ctid");
  return column < 0 && column >= -6 ? qualified(alias_of(scan), kSystem[-column]) : qualified(alias_of(scan), "*");
}

std::string Explainer::output_text(const PhysicalNode& node, size_t i, bool& simple) {
  simple = true;
  switch (node.kind) {
    case PhysicalKind::kTableScan:
    case PhysicalKind::kIndexScan:
    case PhysicalKind::kRowIdScan:
      return scan_column(static_cast<const planner::ScanBase&>(node), i);
    case PhysicalKind::kFunctionScan:
    case PhysicalKind::kValuesScan:
    case PhysicalKind::kCteScan:
    case PhysicalKind::kWorkTableScan:
      return qualified(unique_alias(node), node.output[i].name);
    case PhysicalKind::kResult:
      return listed(as<planner::PhysicalResult>(node).expressions, i, nullptr, nullptr, simple);
    case PhysicalKind::kProject:
      return listed(as<planner::PhysicalProject>(node).expressions, i, node.children[0].get(), nullptr, simple, true);
    case PhysicalKind::kProjectSet:
      return listed(as<planner::PhysicalProjectSet>(node).expressions, i, node.children[0].get(), nullptr, simple);
    case PhysicalKind::kIndexJoin: {
      size_t left = node.children[0]->output.size();
      if (i < left) return output_text(*node.children[0], i, simple);
      return scan_column(*as<planner::PhysicalIndexJoin>(node).inner, i - left);
    }
    case PhysicalKind::kHashJoin:
    case PhysicalKind::kMergeJoin:
    case PhysicalKind::kNestedLoop:
    case PhysicalKind::kApply: {
      size_t left = node.children[0]->output.size();
      if (i < left) return output_text(*node.children[0], i, simple);
      return output_text(*node.children[1], i - left, simple);
    }
    case PhysicalKind::kAggregate:
      return aggregate_text(as<planner::PhysicalAggregate>(node), i, simple);
    case PhysicalKind::kWindow:
      return window_text(as<planner::PhysicalWindow>(node), i, simple);
    case PhysicalKind::kModify:
      return listed(as<planner::PhysicalModify>(node).returning, i, &node, nullptr, simple);
    default:
      if (!node.children.empty() && i < node.children[0]->output.size())
        return output_text(*node.children[0], i, simple);
      return i < node.output.size() ? query::quote_identifier(node.output[i].name) : "?";
  }
}

std::string Explainer::listed(const ExpressionList& list, size_t i, const PhysicalNode* left, const PhysicalNode* right,
                              bool& simple, bool same_node) {
  if (i >= list.size() || !list[i]) return "?";
  simple = list[i]->kind == query::ExpressionKind::kSlot;
  if (simple && left)
    return slot_text(*left, right, static_cast<size_t>(static_cast<const query::Slot&>(*list[i]).index), simple);
  return text(*list[i], left, right, same_node);
}

std::string Explainer::slot_text(const PhysicalNode& left, const PhysicalNode* right, size_t index, bool& simple) {
  if (left.kind == PhysicalKind::kModify && !right) {
    const auto& modify = as<planner::PhysicalModify>(left);
    simple = true;
    if (index < modify.relation->columns.size()) return qualified(modify.alias, modify.relation->columns[index].name);
    size_t behind = index - modify.relation->columns.size();
    return behind == 0 ? "ctid" : output_text(*left.children[0], behind - 1, simple);
  }
  if (index < left.output.size()) return output_text(left, index, simple);
  if (right) return output_text(*right, index - left.output.size(), simple);
  simple = true;
  return "$" + std::to_string(index);
}

std::string Explainer::joined(const ExpressionList& list, const PhysicalNode& input) {
  std::string out;
  for (const auto& e : list) out += (out.empty() ? "" : ", ") + text(*e, &input, nullptr);
  return out;
}

std::string Explainer::call_name(Oid function) {
  auto descriptor = session_.catalog().function(function);
  return descriptor ? query::quote_identifier(descriptor->name) : "?";
}

std::string Explainer::aggregate_text(const planner::PhysicalAggregate& node, size_t i, bool& simple) {
  const PhysicalNode& input = *node.children[0];
  if (i < node.groups.size()) return listed(node.groups, i, &input, nullptr, simple);
  simple = false;
  i -= node.groups.size();
  if (i >= node.aggregates.size()) return "GROUPING(...)";
  const planner::AggregateCall& call = node.aggregates[i];
  std::string out = call_name(call.function) + (call.distinct ? "(DISTINCT " : "(");
  auto sorted = [&] {
    std::string keys;
    for (const auto& key : call.order_by) keys += (keys.empty() ? "" : ", ") + sort_key(key, input);
    return keys;
  };
  if (call.kind != 'n') {
    out += joined(call.direct_arguments, input) + ") WITHIN GROUP (ORDER BY " + sorted();
  } else {
    auto function = session_.catalog().function(call.function);
    out += call.arguments.empty() && function && function->argument_types.empty() ? "*" : joined(call.arguments, input);
    if (!call.order_by.empty() && !call.distinct) out += " ORDER BY " + sorted();
  }
  if (call.filter) out += ") FILTER (WHERE " + text(*call.filter, &input, nullptr);
  return out + ")";
}

std::string Explainer::window_text(const planner::PhysicalWindow& node, size_t i, bool& simple) {
  const PhysicalNode& input = *node.children[0];
  if (i < input.output.size()) return output_text(input, i, simple);
  simple = false;
  const planner::WindowCallSpec& call = node.calls[i - input.output.size()];
  auto function = session_.catalog().function(call.function);
  bool star = call.is_aggregate && call.arguments.empty() && function && function->argument_types.empty();
  return call_name(call.function) + "(" + (star ? "*" : joined(call.arguments, input)) + ") OVER (?)";
}

std::string Explainer::text(const Expression& e, const PhysicalNode* left, const PhysicalNode* right, bool same_node) {
  Inputs saved = std::exchange(inputs_, Inputs{left, right, same_node});
  std::string out = query::deparse_expression(deparse_, e, Oid{}, false);
  inputs_ = saved;
  return out;
}

bool Explainer::special(const Expression& e, std::string& out) {
  if (e.kind == query::ExpressionKind::kSlot) {
    if (conflict_columns_ && !inputs_.left) {
      out += conflict_column(static_cast<size_t>(static_cast<const query::Slot&>(e).index));
      return true;
    }
    if (!inputs_.left) return false;
    bool simple = true;
    std::string name =
        slot_text(*inputs_.left, inputs_.right, static_cast<size_t>(static_cast<const query::Slot&>(e).index), simple);
    bool plain = simple || (inputs_.same_node && is_call_of(*inputs_.left, e));
    out += plain ? name : "(" + name + ")";
    return true;
  }
  if (e.kind == query::ExpressionKind::kParameter) {
    const auto& parameter = static_cast<const query::Parameter&>(e);
    if (parameter.parameter_kind != query::ParameterKind::kExec) return false;
    auto it = parameter_names_.find(parameter.id);
    if (it == parameter_names_.end()) return false;
    out += it->second;
    return true;
  }
  const auto& call = static_cast<const query::SubPlanCall&>(e);
  Inputs here = inputs_;
  for (size_t i = 0; i < call.parameters.size() && i < call.arguments.size(); ++i)
    parameter_names_[call.parameters[i]] = parameter_text(*call.arguments[i], here.left, here.right);
  bool uncorrelated = call.parameters.empty() && call.outer_parameters.empty() && !call.test;
  int ctes = static_cast<int>(statement_.ctes.size());  // numbered as plans, before these
  std::string number = std::to_string(ctes + call.plan + 1);
  if (uncorrelated) {
    std::string result = "$" + std::to_string(statement_.exec_parameters + ctes + call.plan);
    if (shown_plans_.insert({call.plan, true}).second)
      init_plans_.push_back(subplan(call.plan, "InitPlan", "InitPlan " + number + " (returns " + result + ")"));
    out += result;
    return true;
  }
  if (shown_plans_.insert({call.plan, true}).second && subplans_)
    subplans_->push_back(subplan(call.plan, "SubPlan", "SubPlan " + number));
  out += "(" + std::string(call.hashable ? "hashed " : "") + "SubPlan " + number + ")";
  return true;
}

std::string Explainer::parameter_text(const Expression& e, const PhysicalNode* left, const PhysicalNode* right) {
  PrefixScope scope(prefix_, true);
  return text(e, left, right);
}

std::string Explainer::sort_key(const planner::SortKey& key, const PhysicalNode& input) {
  std::string out;
  if (key.expression->kind == query::ExpressionKind::kSlot) {
    bool simple = true;
    out =
        slot_text(input, nullptr, static_cast<size_t>(static_cast<const query::Slot&>(*key.expression).index), simple);
    if (!simple) out = "(" + out + ")";
  } else {
    out = text(*key.expression, &input, nullptr);
  }
  if (key.descending) out += " DESC";
  if (key.nulls_first != key.descending) out += key.nulls_first ? " NULLS FIRST" : " NULLS LAST";
  return out;
}

std::vector<std::string> Explainer::sort_keys(const std::vector<planner::SortKey>& keys, const PhysicalNode& input) {
  std::vector<std::string> list;
  for (const auto& key : keys) list.push_back(sort_key(key, input));
  return list;
}

std::string Explainer::conflict_column(size_t index) const {
  const auto& columns = conflict_columns_->relation->columns;
  bool proposed = index >= columns.size();
  return qualified(proposed ? "excluded" : conflict_columns_->alias, columns[index % columns.size()].name);
}

}  // namespace basalt::commands
