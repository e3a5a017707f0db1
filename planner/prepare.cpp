#include "planner/prepare.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "planner/available.hpp"
#include "planner/physical_plan.hpp"
#include "query/evaluator.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::BoundQuery;
using query::Column;
using query::Expression;
using query::ExpressionPointer;
using query::FromKind;
using query::FromNode;
using query::RangeKind;

void flatten_join_aliases(BoundQuery& query) {
  bool any = std::any_of(query.range_table.begin(), query.range_table.end(),
                         [](const auto& entry) { return entry->kind == RangeKind::kJoin; });
  if (!any) return;
  // Aliases may refer to aliases of inner joins: flatten those expressions as they are substituted.
  std::function<void(ExpressionPointer&, int)> change = [&](ExpressionPointer& e, int depth) {
    const auto* column = query::try_as<Column>(e.get());
    if (!column || column->levels_up != depth) return;
    const query::RangeTableEntry& entry = query.entry(column->table);
    if (entry.kind != RangeKind::kJoin) return;
    ExpressionPointer replacement;
    if (column->column == 0) {
      auto row = std::make_unique<query::RowConstructor>();
      row->type = column->type;
      row->typmod = column->typmod;
      for (size_t i = 0; i < entry.join_columns.size(); ++i) {
        row->arguments.push_back(query::clone(*entry.join_columns[i]));
        row->names.push_back(entry.columns[i]);
      }
      replacement = std::move(row);
    } else {
      replacement = query::clone(*entry.join_columns.at(static_cast<size_t>(column->column) - 1));
    }
    query::transform_with_depth(replacement, [&](ExpressionPointer& inner, int d) { change(inner, d); });
    if (depth > 0) query::increment_levels(replacement, depth, 0);
    e = std::move(replacement);
  };
  query::transform_with_depth(query, change);
}

void simplify_exists(BoundQuery& query) {
  if (query.command != query::CommandKind::kSelect || query.set_operation || query.has_aggregates ||
      query.has_windows || query.has_target_sets || query.has_modifying_cte || !query.grouping_sets.empty() ||
      query.having || query.offset || !query.row_marks.empty())
    return;
  if (query.limit) {
    const auto* limit = query::try_as<query::Constant>(query.limit.get());
    if (!limit || (!limit->value.is_null() && limit->value.as<int64_t>() <= 0)) return;
    query.limit.reset();
  }
  query.targets.clear();
  query.distinct.clear();
  query.has_distinct_on = false;
  query.order_by.clear();
  query.group_by.clear();
  query.windows.clear();
}

void drop_unused_targets(BoundQuery& query, const std::set<int16_t>& used, catalog::CatalogReader& catalog) {
  if (query.command != query::CommandKind::kSelect || query.set_operation || !query.distinct.empty()) return;
  int16_t position = 0;
  for (auto& target : query.targets) {
    if (target.junk) continue;
    ++position;
    if (used.contains(position) || target.sort_group != 0 || query::returns_set(*target.expression) ||
        target.expression->kind == query::ExpressionKind::kColumn ||
        query::contains_volatile(*target.expression, catalog))
      continue;
    auto null = std::make_unique<query::Constant>();
    null->type = target.expression->type;
    null->typmod = target.expression->typmod;
    null->collation = target.expression->collation;
    null->value = common::Value::null(catalog.type(null->type)->physical);
    target.expression = std::move(null);
  }
}

namespace {

bool is_simple(const BoundQuery& sub, catalog::CatalogReader& catalog) {
  if (sub.command != query::CommandKind::kSelect || sub.set_operation || !sub.ctes.empty() || sub.has_aggregates ||
      sub.has_windows || sub.has_target_sets || !sub.group_by.empty() || !sub.grouping_sets.empty() || sub.having ||
      !sub.distinct.empty() || !sub.order_by.empty() || sub.limit || sub.offset || !sub.row_marks.empty())
    return false;
  if (sub.from->items.empty()) return false;
  for (const auto& target : sub.targets)
    if (query::contains_volatile(*target.expression, catalog) || query::contains_sublink(*target.expression))
      return false;
  return true;
}

bool plain_targets(const BoundQuery& sub) {
  return std::all_of(sub.targets.begin(), sub.targets.end(), [](const auto& target) {
    const auto* column = query::try_as<Column>(target.expression.get());
    return column && column->levels_up == 0 && column->column > 0;
  });
}

class PullUp {
 public:
  PullUp(BoundQuery& query, catalog::CatalogReader& catalog) : query_(query), catalog_(catalog) {}

  void run() {
    if (query_.from) visit(query_.from, false);
  }

 private:
  // `nullable`: an outer join may make NULLs of this side.
  void visit(std::unique_ptr<FromNode>& node, bool nullable) {
    switch (node->kind) {
      case FromKind::kList:
        for (auto& item : node->items) visit(item, nullable);
        return;
      case FromKind::kJoin:
        visit(node->left,
              nullable || node->join_kind == query::JoinKind::kRight || node->join_kind == query::JoinKind::kFull);
        visit(node->right,
              nullable || node->join_kind == query::JoinKind::kLeft || node->join_kind == query::JoinKind::kFull);
        return;
      case FromKind::kTable:
        break;
    }
    query::RangeTableEntry& entry = query_.entry(node->table);
    if (entry.kind != RangeKind::kSubquery || !entry.subquery || entry.lateral || entry.security_barrier) return;
    BoundQuery& sub = *entry.subquery;
    if (!is_simple(sub, catalog_) || (nullable && !plain_targets(sub))) return;
    // A view that is changed by triggers is read as a whole, for OLD.
    if (query_.command != query::CommandKind::kSelect && entry.relation && query_.result_table &&
        entry.relation == query_.entry(query_.result_table).relation)
      return;
    if (!groups_stay(node->table, sub)) return;
    // The row of a whole-row reference could not be told from its columns any more.
    int table = node->table;
    bool whole_row = query::walk_with_depth(query_, [&](const Expression& e, int depth) {
      const auto* column = query::try_as<Column>(&e);
      return column && column->levels_up == depth && column->table == table && column->column == 0;
    });
    if (whole_row) return;
    for (const auto& mark : query_.row_marks)
      if (mark.table == table) return;
    merge(node, entry);
  }

  static const Column* column_of(const Expression& e, int depth, int table) {
    const auto* column = query::try_as<Column>(&e);
    return column && column->levels_up == depth && column->table == table && column->column > 0 ? column : nullptr;
  }

  // Would the query still know its groups if the columns of `table` that it groups by became what `sub` selects?
  // Grouping sets make NULLs of a group: two columns of the same origin are two groups. A subquery of a target sees
  // groups as columns of the outer query, never as expressions.
  bool groups_stay(int table, const BoundQuery& sub) const {
    std::set<int16_t> grouped;
    for (const auto& item : query_.group_by)
      for (const auto& target : query_.targets)
        if (target.sort_group == item.sort_group)
          query::walk(*target.expression, [&](const Expression& e) {
            if (const Column* column = column_of(e, 0, table)) grouped.insert(column->column);
            return false;
          });
    std::set<int16_t> origins, computed;
    for (int16_t number : grouped) {
      const auto* origin = query::try_as<Column>(sub.targets.at(static_cast<size_t>(number) - 1).expression.get());
      if (!origin || origin->levels_up != 0 || origin->column <= 0)
        computed.insert(number);
      else if (!origins.insert(origin->column).second && !query_.grouping_sets.empty())
        return false;
    }
    if (computed.empty()) return true;
    return query_.grouping_sets.empty() && !query::walk_with_depth(query_, [&](const Expression& e, int depth) {
             const Column* column = depth > 0 ? column_of(e, depth, table) : nullptr;
             return column && computed.contains(column->column);
           });
  }

  void merge(std::unique_ptr<FromNode>& node, query::RangeTableEntry& entry) {
    int table = node->table;
    std::unique_ptr<BoundQuery> sub = std::move(entry.subquery);
    flatten_join_aliases(*sub);
    query::increment_levels(*sub, -1, 1);
    auto offset = static_cast<int>(query_.range_table.size());
    query::offset_tables(*sub, offset, 0);
    for (auto& sub_entry : sub->range_table) query_.range_table.push_back(std::move(sub_entry));
    sub->range_table.clear();
    entry.kind = RangeKind::kResult;
    entry.in_from = false;
    node = std::move(sub->from);
    query_.has_sublinks |= sub->has_sublinks;
    query::transform_with_depth(query_, [&](ExpressionPointer& e, int depth) {
      const auto* column = query::try_as<Column>(e.get());
      if (!column || column->levels_up != depth || column->table != table) return;
      ExpressionPointer replacement =
          query::clone(*sub->targets.at(static_cast<size_t>(column->column) - 1).expression);
      if (depth > 0) query::increment_levels(replacement, depth, 0);
      e = std::move(replacement);
    });
    visit(node, false);
  }

  BoundQuery& query_;
  catalog::CatalogReader& catalog_;
};

}  // namespace

namespace {

void add_tables(const FromNode& node, bool nullable, std::set<int>& out) {
  switch (node.kind) {
    case FromKind::kTable:
      if (nullable) out.insert(node.table);
      return;
    case FromKind::kJoin: {
      bool left = node.join_kind == query::JoinKind::kRight || node.join_kind == query::JoinKind::kFull;
      bool right = node.join_kind == query::JoinKind::kLeft || node.join_kind == query::JoinKind::kFull;
      add_tables(*node.left, nullable || left, out);
      add_tables(*node.right, nullable || right, out);
      return;
    }
    case FromKind::kList:
      for (const auto& item : node.items) add_tables(*item, nullable, out);
  }
}

// A column of the entry that is NULL only in rows that an outer join made up; null: there is none. A subquery gets one.
ExpressionPointer presence_of(query::RangeTableEntry& entry, int table) {
  if (entry.kind == RangeKind::kRelation && entry.relation && entry.relation->tree.valid())
    return make_column(table, kRowIdAttribute, types::oid::kInt8, -1, {});
  if (entry.kind != RangeKind::kSubquery || !entry.subquery || entry.subquery->set_operation ||
      entry.subquery->command != query::CommandKind::kSelect)
    return nullptr;
  auto constant = std::make_unique<query::Constant>();
  constant->type = types::oid::kBool;
  constant->value = common::Value::of(true);
  query::TargetEntry target;
  target.name = "present";
  target.expression = std::move(constant);
  auto& targets = entry.subquery->targets;
  auto at = std::find_if(targets.begin(), targets.end(), [](const auto& other) { return other.junk; });
  target.number = static_cast<int16_t>(at - targets.begin() + 1);
  for (auto later = at; later != targets.end(); ++later) ++later->number;
  const int16_t number = target.number;
  targets.insert(at, std::move(target));
  return make_column(table, number, types::oid::kBool, -1, {});
}

}  // namespace

void null_rows_of_outer_joins(BoundQuery& query) {
  if (!query.from) return;
  std::set<int> nullable;
  add_tables(*query.from, false, nullable);
  if (nullable.empty()) return;
  std::map<int, ExpressionPointer> present;
  auto is_whole_row = [&](const Expression& e, int depth) {
    const auto* column = query::try_as<Column>(&e);
    return column && column->column == 0 && column->levels_up == depth && nullable.contains(column->table);
  };
  query::walk_with_depth(query, [&](const Expression& e, int depth) {
    if (is_whole_row(e, depth)) present[query::as<Column>(e).table];
    return false;
  });
  for (auto& [table, column] : present) column = presence_of(query.entry(table), table);
  query::transform_with_depth(query, [&](ExpressionPointer& e, int depth) {
    if (!is_whole_row(*e, depth)) return;
    const ExpressionPointer& column = present[query::as<Column>(*e).table];
    if (!column) return;
    auto test = std::make_unique<query::NullTest>();
    test->type = types::oid::kBool;
    test->argument = query::clone(column);
    query::as<Column>(*test->argument).levels_up = depth;
    auto null = std::make_unique<query::Constant>();
    null->type = e->type;
    null->value = common::Value::null(common::PhysicalType::kString);
    auto choice = std::make_unique<query::Case>();
    choice->type = e->type;
    choice->whens.emplace_back();
    choice->whens[0].condition = std::move(test);
    choice->whens[0].result = std::move(null);
    choice->default_result = std::move(e);
    e = std::move(choice);
  });
}

void pull_up_subqueries(BoundQuery& query, catalog::CatalogReader& catalog) { PullUp(query, catalog).run(); }

}  // namespace basalt::planner
