// After a query with grouping is bound: every column outside of aggregates must be grouped, or depend on what is.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;

namespace {

struct GroupCheck {
  Analyzer& a;
  BoundQuery& query;
  std::vector<const Expression*> grouped;
  std::vector<int> references;
  std::vector<int> dependent_tables;  // whose primary key is grouped
  bool use_dependency;
  bool direct_arguments = false;

  const Expression* target_of(int reference) {
    for (const auto& target : query.targets)
      if (target.sort_group == reference) return target.expression.get();
    return nullptr;
  }
  void collect() {
    for (const auto& item : query.group_by) {
      grouped.push_back(target_of(item.sort_group));
      references.push_back(item.sort_group);
    }
  }
  bool is_grouped_column(const Column& column) const {
    for (const auto* e : grouped) {
      auto* known = try_as<Column>(e);
      if (known && known->levels_up == 0 && known->table == column.table && known->column == column.column) return true;
    }
    return false;
  }
  // The primary key of the column's table is among the grouped columns.
  bool depends(const Column& column) {
    if (!use_dependency) return false;
    if (std::find(dependent_tables.begin(), dependent_tables.end(), column.table) != dependent_tables.end())
      return true;
    const auto& entry = query.entry(column.table);
    if (entry.kind != RangeKind::kRelation || !entry.relation) return false;
    for (const auto& constraint : entry.relation->constraints) {
      if (constraint.type != 'p' || constraint.deferrable) continue;
      bool all = std::all_of(constraint.columns.begin(), constraint.columns.end(), [&](int16_t number) {
        Column key;
        key.table = column.table;
        key.column = number;
        return is_grouped_column(key);
      });
      if (!all) continue;
      query.constraint_dependencies.push_back(constraint.oid);
      dependent_tables.push_back(column.table);
      return true;
    }
    return false;
  }
  [[noreturn]] void fail(const Column& column, int depth) {
    const auto& entry = query.entry(column.table);
    std::string name = entry.name + ".";
    if (column.column > 0)
      name += entry.columns[static_cast<size_t>(column.column) - 1];
    else
      name += column.column == 0 ? "*" : column.column == -1 ? "ctid" : column.column == -6 ? "tableoid" : "xmin";
    auto failure =
        depth == 0
            ? a.error(sqlstate::kGroupingError,
                      "column \"" + name + "\" must appear in the GROUP BY clause or be used in an aggregate function",
                      column.location)
            : a.error(sqlstate::kGroupingError, "subquery uses ungrouped column \"" + name + "\" from outer query",
                      column.location);
    if (depth == 0 && direct_arguments)
      failure.report().detail = "Direct arguments of an ordered-set aggregate must use only grouped columns.";
    throw failure;
  }

  void check(const Expression& e, int depth) {
    if (auto* aggregate = try_as<Aggregate>(&e)) {
      if (aggregate->levels_up == depth) {
        bool saved = std::exchange(direct_arguments, true);
        for (const auto& argument : aggregate->direct_arguments) check(*argument, depth);
        direct_arguments = saved;
        return;
      }
      if (aggregate->levels_up > depth) return;
    }
    if (auto* grouping = try_as<Grouping>(&e))
      if (grouping->levels_up >= depth) return;
    if (e.kind == ExpressionKind::kConstant || e.kind == ExpressionKind::kParameter) return;
    if (depth == 0)
      for (const auto* known : grouped)
        if (known && equal(*known, e)) return;
    if (auto* column = try_as<Column>(&e)) {
      if (column->levels_up != depth) return;
      if (is_grouped_column(*column) || depends(*column)) return;
      fail(*column, depth);
    }
    for_each_child(e, [&](const Expression& child) { check(child, depth); });
    if (auto* link = try_as<SubLink>(&e)) check(*link->query, depth + 1);
  }
  void check(const BoundQuery& sub, int depth) {
    for_each_expression(sub, [&](const Expression& e) { check(e, depth); });
    for_each_subquery(sub, [&](const BoundQuery& q) { check(q, depth + 1); });
  }

  // Fills the references of GROUPING() nodes of this level.
  void resolve_grouping(Expression& root) {
    walk_with_depth(root, [&](const Expression& e, int depth) {
      auto* grouping = try_as<Grouping>(&e);
      if (!grouping || grouping->levels_up != depth) return false;
      auto& node = const_cast<Grouping&>(*grouping);
      node.references.clear();
      for (const auto& argument : node.arguments) {
        int reference = 0;
        for (size_t i = 0; i < grouped.size() && !reference; ++i) {
          if (!grouped[i]) continue;
          auto* column = try_as<Column>(argument.get());
          auto* known = try_as<Column>(grouped[i]);
          bool same = column && known && column->levels_up == depth
                          ? column->table == known->table && column->column == known->column
                          : depth == 0 && equal(*grouped[i], *argument);
          if (same) reference = references[i];
        }
        if (!reference)
          throw a.error(sqlstate::kGroupingError,
                        "arguments to GROUPING must be grouping expressions of the associated query level",
                        argument->location);
        node.references.push_back(reference);
      }
      return false;
    });
  }
};

}  // namespace

void Analyzer::check_grouping(Scope& s, BoundQuery& query) {
  (void)s;
  GroupCheck check{*this, query, {}, {}, {}, query.grouping_sets.empty()};
  check.collect();
  for (auto& target : query.targets) {
    assign_collations(*target.expression);
    check.resolve_grouping(*target.expression);
  }
  if (query.having) check.resolve_grouping(*query.having);
  for (const auto& target : query.targets) check.check(*target.expression, 0);
  if (query.having) check.check(*query.having, 0);
  bool recursive_self = false;
  for (const auto& entry : query.range_table)
    recursive_self = recursive_self || (entry->kind == RangeKind::kCte && entry->cte_self_reference);
  if (query.has_aggregates && recursive_self) {
    int location = -1;
    for (const auto& target : query.targets)
      walk(*target.expression, [&](const Expression& e) {
        if (e.kind == ExpressionKind::kAggregate) location = e.location;
        return location >= 0;
      });
    throw error(sqlstate::kInvalidRecursion,
                "aggregate functions are not allowed in a recursive query's recursive term", location);
  }
}

}  // namespace basalt::query
