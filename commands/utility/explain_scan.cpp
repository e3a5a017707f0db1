// Scans as EXPLAIN shows them.
#include "commands/utility/explainer.hpp"

namespace basalt::commands {

using planner::as;
using planner::PhysicalKind;
using planner::PhysicalNode;

std::string Explainer::relation_text(const planner::ScanBase& scan) {
  std::string name = query::quote_identifier(scan.relation->name);
  if (options_.verbose) {
    const auto* schema = session_.catalog().name_space(scan.relation->namespace_oid);
    name = query::quote_qualified(schema->name, scan.relation->name);
  }
  if (alias_of(scan) != scan.relation->name) name += " " + query::quote_identifier(alias_of(scan));
  return name;
}

void Explainer::identify_relation(ExplainEntry& e, const planner::ScanBase& scan) {
  identify(e, "Relation Name", scan.relation->name);
  if (options_.verbose) identify(e, "Schema", session_.catalog().name_space(scan.relation->namespace_oid)->name);
  identify(e, "Alias", alias_of(scan));
}

std::string Explainer::index_conditions(const planner::PhysicalIndexScan& scan, const PhysicalNode* outer) {
  static const char* const kOperators[] = {"?", "<", "<=", "=", ">=", ">"};
  std::vector<std::string> parts;
  for (const auto& condition : scan.conditions) {
    const auto& key = scan.index->keys[static_cast<size_t>(condition.key)];
    std::string column;
    if (key.column > 0) {
      PrefixScope scope(prefix_, options_.verbose);
      column = qualified(alias_of(scan), scan.relation->columns[static_cast<size_t>(key.column) - 1].name);
    } else {
      column = query::index_definition(deparse_, scan.index->oid, condition.key + 1, false);
    }
    if (condition.is_null)
      parts.push_back("(" + column + " IS NULL)");
    else if (condition.is_not_null)
      parts.push_back("(" + column + " IS NOT NULL)");
    else {
      std::string value = text(*condition.value, outer, nullptr);
      parts.push_back("(" + column + " " + kOperators[condition.strategy] + " " +
                      (condition.any_array ? "ANY (" + value + ")" : value) + ")");
    }
  }
  if (parts.size() == 1) return parts[0];
  std::string all = "(";
  for (size_t i = 0; i < parts.size(); ++i) all += (i ? " AND " : "") + parts[i];
  return all + ")";
}

void Explainer::describe_index_scan(ExplainEntry& e, const planner::PhysicalIndexScan& scan,
                                    const PhysicalNode* outer) {
  bool backward = scan.direction != storage::ScanDirection::kForward;
  std::string kind = scan.index_only ? "Index Only Scan" : "Index Scan";
  identify(e, "Node Type", kind);
  identify(e, "Scan Direction", backward ? "Backward" : "Forward");
  identify(e, "Index Name", scan.index->name);
  identify_relation(e, scan);
  e.title = kind + (backward ? " Backward" : "") + " using " + query::quote_identifier(scan.index->name) + " on " +
            relation_text(scan);
  if (!scan.conditions.empty()) add(e, "Index Cond", index_conditions(scan, outer));
  PrefixScope scope(prefix_, options_.verbose);
  if (scan.filter) {
    add(e, "Filter", text(*scan.filter, &scan, nullptr));
    add_removed(e, "Rows Removed by Filter", scan, outer);
  }
  if (scan.index_only && counters_)
    add_number(e, "Heap Fetches", (*counters_)[static_cast<size_t>(scan.id)].heap_fetches);
}

void Explainer::describe_scan(ExplainEntry& e, const planner::ScanBase& scan) {
  if (scan.kind == PhysicalKind::kIndexScan)
    return describe_index_scan(e, static_cast<const planner::PhysicalIndexScan&>(scan), nullptr);
  PrefixScope scope(prefix_, options_.verbose);
  std::string kind = scan.kind == PhysicalKind::kRowIdScan ? "Tid Scan" : "Seq Scan";
  const auto* table =
      scan.kind == PhysicalKind::kTableScan ? static_cast<const planner::PhysicalTableScan*>(&scan) : nullptr;
  if (table && table->sample_method.valid()) kind = "Sample Scan";
  identify(e, "Node Type", kind);
  identify_relation(e, scan);
  e.title = kind + " on " + relation_text(scan);
  if (!table) {
    const auto& row_ids = static_cast<const planner::PhysicalRowIdScan&>(scan);
    std::string condition;
    if (!row_ids.current_of.empty())
      condition = "CURRENT OF " + row_ids.current_of;
    else if (!row_ids.row_ids.empty())
      condition = "(ctid = " +
                  (row_ids.any_array ? "ANY (" + text(*row_ids.row_ids[0], nullptr, nullptr) + ")"
                                     : text(*row_ids.row_ids[0], nullptr, nullptr)) +
                  ")";
    add(e, "TID Cond", condition);
  }
  std::vector<std::string> parts;
  if (table)
    for (const auto& pushed : table->pushed) parts.push_back(pushed_text(scan, pushed));
  const auto* both = scan.filter ? query::try_as<query::BoolCall>(scan.filter.get()) : nullptr;
  if (both && both->bool_kind == query::BoolKind::kAnd)
    for (const auto& part : both->arguments) parts.push_back(text(*part, &scan, nullptr));
  else if (scan.filter)
    parts.push_back(text(*scan.filter, &scan, nullptr));
  if (parts.empty()) return;
  std::string all = parts[0];
  if (parts.size() > 1) {
    all = "(";
    for (size_t i = 0; i < parts.size(); ++i) all += (i ? " AND " : "") + parts[i];
    all += ")";
  }
  add(e, "Filter", all);
  add_removed(e, "Rows Removed by Filter", scan);
}

std::string Explainer::pushed_text(const planner::ScanBase& scan, const planner::PushedFilter& filter) {
  using storage::LeafFilterKind;
  std::string column = qualified(alias_of(scan), scan.relation->columns[static_cast<size_t>(filter.column) - 1].name);
  if (filter.kind == LeafFilterKind::kIsNull) return "(" + column + " IS NULL)";
  if (filter.kind == LeafFilterKind::kIsNotNull) return "(" + column + " IS NOT NULL)";
  return "(" + column + " " + leaf_operator(filter.kind) + " " + text(*filter.value, nullptr, nullptr) + ")";
}

void Explainer::describe_other_scan(ExplainEntry& e, const PhysicalNode& node) {
  auto scan = [&](const char* kind, const char* property, const std::string& name, const std::string& alias) {
    identify(e, "Node Type", kind);
    if (property) identify(e, property, name);
    identify(e, "Alias", alias.empty() ? name : alias);
    e.title = std::string(kind) + " on " + query::quote_identifier(name);
    if (!alias.empty() && alias != name) e.title += " " + query::quote_identifier(alias);
  };
  switch (node.kind) {
    case PhysicalKind::kFunctionScan: {
      const auto& f = as<planner::PhysicalFunctionScan>(node);
      std::string name = f.alias;
      if (f.functions.size() == 1 && f.functions[0].call &&
          f.functions[0].call->kind == query::ExpressionKind::kFunction)
        name = call_name(static_cast<const query::Function&>(*f.functions[0].call).function);
      scan("Function Scan", "Function Name", name, unique_alias(node));
      return;
    }
    case PhysicalKind::kValuesScan:
      return scan("Values Scan", nullptr, unique_alias(node), "");
    case PhysicalKind::kCteScan:
      return scan("CTE Scan", "CTE Name", as<planner::PhysicalCteScan>(node).name, unique_alias(node));
    case PhysicalKind::kWorkTableScan:
      return scan("WorkTable Scan", "CTE Name", as<planner::PhysicalWorkTableScan>(node).name, unique_alias(node));
    default:
      scan("Named Tuplestore Scan", "Tuplestore Name", as<planner::PhysicalTuplestoreScan>(node).name, "");
  }
}

}  // namespace basalt::commands
