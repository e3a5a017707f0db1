#include "query/rule.hpp"

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"
#include "query/walker.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;

namespace {

using parser::RuleEvent;

void add_old_and_new(Analyzer& analyzer, Scope& s, const catalog::RelationPointer& relation) {
  for (bool is_new : {false, true}) {
    parser::ParsedAlias alias;
    alias.name = is_new ? "new" : "old";
    auto* item = analyzer.add_relation(s, relation, 1, alias, false, false);
    item->entry->required_privileges = 0;
    analyzer.add_to_names(s, item, true, false);
  }
}

bool uses(const BoundQuery& query, int table) {
  return walk_with_depth(query, [&](const Expression& e, int depth) {
    const auto* column = try_as<Column>(&e);
    return column && column->levels_up == depth && column->table == table;
  });
}

// The action was bound one level below OLD and NEW: they become its own first entries.
void take_in(BoundQuery& action, BoundQuery& holder) {
  constexpr int kEntries = 2;
  transform_with_depth(action, [&](ExpressionPointer& e, int depth) {
    auto* column = try_mutable<Column>(e.get());
    if (column && column->levels_up == depth + 1) column->table = -column->table;
  });
  offset_tables(action, kEntries, 0);
  transform_with_depth(action, [&](ExpressionPointer& e, int depth) {
    auto* column = try_mutable<Column>(e.get());
    if (!column || column->table >= 0) return;
    column->table = -column->table;
    column->levels_up = depth;
  });
  for (int i = kEntries; i-- > 0;)
    action.range_table.insert(action.range_table.begin(), clone(*holder.range_table[static_cast<size_t>(i)]));
  // Subqueries in FROM that read OLD or NEW read a sibling.
  for (auto& entry : action.range_table)
    if (entry->kind == RangeKind::kSubquery && entry->subquery && !entry->lateral)
      entry->lateral = walk_with_depth(*entry->subquery, [](const Expression& e, int depth) {
        const auto* column = try_as<Column>(&e);
        return column && column->levels_up == depth + 1;
      });
}

void check_events(Analyzer& analyzer, const BoundQuery& action, RuleEvent event) {
  if (event == RuleEvent::kInsert && uses(action, kOldTable))
    throw analyzer.error(sqlstate::kInvalidObjectDefinition, "ON INSERT rule cannot use OLD");
  if (event == RuleEvent::kDelete && uses(action, kNewTable))
    throw analyzer.error(sqlstate::kInvalidObjectDefinition, "ON DELETE rule cannot use NEW");
}

}  // namespace

BoundRule bind_rule(const parser::ParsedCreateRule& rule, const catalog::RelationPointer& relation,
                    BindContext& context) {
  BoundRule out;
  Analyzer analyzer(context);
  if (rule.where) {
    BoundQuery holder;
    Scope s(nullptr, holder);
    add_old_and_new(analyzer, s, relation);
    out.condition = analyzer.bind_where(s, rule.where.get(), Clause::kWhere, "WHERE");
    analyzer.assign_collations(*out.condition);
    if (contains_aggregate_of_level(*out.condition, 0))
      throw analyzer.error(sqlstate::kGroupingError, "aggregate functions are not allowed in WHERE");
  }
  for (const auto& statement : rule.actions) {
    if (statement->kind == parser::StatementKind::kNotify) throw common::not_supported("NOTIFY in rules");
    BoundQuery holder;
    Scope s(nullptr, holder);
    add_old_and_new(analyzer, s, relation);
    auto action = analyzer.bind_statement(*statement, &s, nullptr, false, true);
    take_in(*action, holder);
    check_events(analyzer, *action, rule.event);
    if (action->set_operation && (uses(*action, kOldTable) || uses(*action, kNewTable)))
      throw analyzer.error(sqlstate::kFeatureNotSupported,
                           "conditional UNION/INTERSECT/EXCEPT statements are not implemented");
    out.actions.push_back(std::move(action));
  }
  return out;
}

}  // namespace basalt::query
