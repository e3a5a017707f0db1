// FROM: tables, subqueries and samples.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

namespace {

void set_lateral(const Namespace& names, bool only, bool ok) {
  for (auto* item : names) {
    item->lateral_only = only;
    item->lateral_ok = ok;
  }
}

bool is_locked(const Scope& s, const std::string& name) {
  if (s.locked_from_parent) return true;
  for (const auto* locking : s.locking) {
    if (locking->relations.empty()) return true;
    for (const auto& range : locking->relations)
      if (range->name == name) return true;
  }
  return false;
}

}  // namespace

void Analyzer::bind_from(Scope& s, const std::vector<parser::TableRefPtr>& from) {
  if (!s.query->from) s.query->from = std::make_unique<FromNode>();
  for (const auto& ref : from) {
    Namespace names;
    NamespaceItem* top = nullptr;
    auto node = bind_from_item(s, *ref, top, names);
    check_name_conflicts(s, s.names, names);
    set_lateral(names, true, true);
    s.query->from->items.push_back(std::move(node));
    s.names.insert(s.names.end(), names.begin(), names.end());
  }
  set_lateral(s.names, false, true);
}

std::unique_ptr<FromNode> Analyzer::bind_from_item(Scope& s, const parser::ParsedTableRef& ref, NamespaceItem*& top,
                                                   Namespace& names) {
  using K = parser::TableRefKind;
  std::unique_ptr<RangeTableEntry::Sample> sample;
  switch (ref.kind) {
    case K::kRangeVar:
      top = bind_range_var(s, as<parser::ParsedRangeVar>(ref));
      break;
    case K::kRangeSubselect:
      top = bind_range_subselect(s, as<parser::ParsedRangeSubselect>(ref));
      break;
    case K::kRangeFunction:
      top = bind_range_function(s, as<parser::ParsedRangeFunction>(ref));
      break;
    case K::kRangeTableSample: {
      const auto& sampled = as<parser::ParsedRangeTableSample>(ref);
      auto node = bind_from_item(s, *sampled.relation, top, names);
      char kind = top->entry->relation_kind;
      if (top->entry->kind != RangeKind::kRelation || (kind != 'r' && kind != 'm' && kind != 'p'))
        throw error(sqlstate::kFeatureNotSupported,
                    "TABLESAMPLE clause can only be applied to tables and materialized views",
                    sampled.relation->location);
      top->entry->sample = bind_sample(s, sampled);
      return node;
    }
    case K::kJoin:
      return bind_join(s, as<parser::ParsedJoin>(ref), top, names);
  }
  names.push_back(top);
  auto node = std::make_unique<FromNode>();
  node->kind = FromKind::kTable;
  node->table = top->table;
  return node;
}

NamespaceItem* Analyzer::bind_range_var(Scope& s, const parser::ParsedRangeVar& range) {
  if (range.schema.empty() && range.catalog.empty()) {
    int levels_up = 0;
    if (auto* cte = find_cte(s, range.name, levels_up)) return add_cte(s, *cte, levels_up, range, true);
    if (context.tuplestore)
      if (const auto* store = context.tuplestore(range.name)) return add_tuplestore(s, *store, range);
  }
  bool locked = is_locked(s, range.alias.name.empty() ? range.name : range.alias.name);
  auto mode = locked ? storage::LockMode::kRowShare : storage::LockMode::kAccessShare;
  Oid found = find_relation(range, true);
  if (!found.valid()) {
    auto failure = no_relation(range);
    if (range.schema.empty())
      for (Scope* scope = &s; scope; scope = scope->parent)
        for (const auto* future : scope->future_ctes)
          if (future->name == range.name) {
            failure.report().detail = "There is a WITH item named \"" + range.name +
                                      "\", but it cannot be referenced from this part of the query.";
            failure.report().hint = "Use WITH RECURSIVE, or re-order the WITH items to remove forward references.";
            throw failure;
          }
    throw failure;
  }
  auto relation = open_relation(range, mode);
  return add_relation(s, relation, static_cast<int>(mode), range.alias, range.inherit, true);
}

NamespaceItem* Analyzer::bind_range_subselect(Scope& s, const parser::ParsedRangeSubselect& range) {
  if (range.alias.name.empty()) {
    bool values = range.subquery->is_values;
    throw error(sqlstate::kSyntaxError,
                values ? "VALUES in FROM must have an alias" : "subquery in FROM must have an alias", range.location)
        .hint(values ? "For example, FROM (VALUES ...) [AS] foo." : "For example, FROM (SELECT ...) [AS] foo.");
  }
  ClauseGuard guard(s, Clause::kFromSubselect);
  bool saved = std::exchange(s.lateral_active, range.lateral);
  auto query = bind_statement(*range.subquery, &s, nullptr, is_locked(s, range.alias.name), true);
  s.lateral_active = saved;
  return add_subquery(s, std::move(query), range.alias, range.lateral, true);
}

std::unique_ptr<RangeTableEntry::Sample> Analyzer::bind_sample(Scope& s, const parser::ParsedRangeTableSample& e) {
  auto sample = std::make_unique<RangeTableEntry::Sample>();
  auto found = function_candidates(e.method, 1, {}, false, false, false);
  for (const auto& candidate : found)
    if (candidate.types.size() == 1 && candidate.types[0] == oid::kInternal) sample->method = candidate.oid;
  if (!sample->method.valid())
    throw error(sqlstate::kUndefinedObject, "tablesample method " + name_list_to_string(e.method) + " does not exist",
                e.location);
  // Both built-in methods (system, bernoulli) take one float4.
  if (e.arguments.size() != 1)
    throw error(sqlstate::kInvalidTablesampleArgument,
                "tablesample method " + name_list_to_string(e.method) + " requires 1 argument, not " +
                    std::to_string(e.arguments.size()),
                e.location);
  for (const auto& argument : e.arguments) {
    auto bound = coerce_to_specific(bind(s, *argument, Clause::kFromFunction), oid::kFloat4, -1, "TABLESAMPLE");
    assign_collations(*bound);
    sample->arguments.push_back(std::move(bound));
  }
  if (e.repeatable) {
    sample->repeatable =
        coerce_to_specific(bind(s, *e.repeatable, Clause::kFromFunction), oid::kFloat8, -1, "REPEATABLE");
    assign_collations(*sample->repeatable);
  }
  return sample;
}

ExpressionPointer Analyzer::bind_where(Scope& s, const ParsedExpression* e, Clause clause, const char* construct) {
  if (!e) return nullptr;
  return coerce_to_boolean(bind(s, *e, clause), construct);
}

// Opens the table a statement changes and makes it its first range table entry.
void Analyzer::set_target(Scope& s, const parser::ParsedRangeVar& relation, bool inherit, bool also_source,
                          uint32_t privileges) {
  if (relation.schema.empty() && context.tuplestore && context.tuplestore(relation.name))
    throw error(sqlstate::kWrongObjectType,
                "relation \"" + relation.name + "\" cannot be the target of a modifying statement", relation.location);
  auto mode = storage::LockMode::kRowExclusive;
  auto opened = open_relation(relation, mode);
  s.target = add_relation(s, opened, static_cast<int>(mode), relation.alias, inherit, false);
  s.target->entry->required_privileges = privileges;
  s.query->result_table = s.target->table;
  if (!also_source) return;
  if (!s.query->from) s.query->from = std::make_unique<FromNode>();
  auto node = std::make_unique<FromNode>();
  node->kind = FromKind::kTable;
  node->table = s.target->table;
  s.query->from->items.push_back(std::move(node));
  add_to_names(s, s.target, true, true);
}

}  // namespace basalt::query
