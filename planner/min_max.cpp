// min() and max() of an indexed column: the first entry of the index, instead of all rows. As in PostgreSQL each call
// becomes a subquery (SELECT column FROM ... WHERE column IS NOT NULL ORDER BY column LIMIT 1), which is planned on its
// own.
#include <algorithm>

#include "planner/level.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::Aggregate;
using query::ExpressionKind;

namespace {

constexpr uint32_t kFirstUserObject = 16384;

// 1: max, -1: min, 0: something else.
int extremum(const Aggregate& aggregate, catalog::CatalogReader& catalog) {
  if (aggregate.levels_up != 0 || aggregate.filter || !aggregate.distinct.empty() || !aggregate.order_by.empty())
    return 0;
  if (aggregate.arguments.size() != 1 || aggregate.function.value >= kFirstUserObject) return 0;
  if (!plain_column(*aggregate.arguments[0].expression)) return 0;
  auto function = catalog.function(aggregate.function);
  return function->name == "max" ? 1 : function->name == "min" ? -1 : 0;
}

// The columns that WHERE compares with something by an equality.
std::set<int16_t> bound_columns(const Expression* condition, catalog::CatalogReader& catalog) {
  std::vector<ExpressionPointer> conjuncts;
  if (condition) split_conjuncts(query::clone(*condition), conjuncts);
  std::set<int16_t> columns;
  for (const auto& e : conjuncts) {
    if (e->kind != ExpressionKind::kOperator) continue;
    const auto& call = query::as<query::OperatorCall>(*e);
    auto op = catalog.operator_by_oid(call.op);
    if (!op || !op->can_hash) continue;
    for (const auto& argument : call.arguments)
      if (const query::Column* column = plain_column(*argument)) columns.insert(column->column);
  }
  return columns;
}

// Is there an index in which the column comes first, or behind columns with one value?
bool has_ordered_index(const catalog::RelationDescriptor& relation, int16_t column, const std::set<int16_t>& bound) {
  return std::any_of(relation.indexes.begin(), relation.indexes.end(), [&](const auto& index) {
    if (!index->valid || !index->predicate_tree.empty()) return false;
    for (int k = 0; k < index->key_count; ++k) {
      if (index->keys[static_cast<size_t>(k)].column == column) return true;
      if (!bound.contains(index->keys[static_cast<size_t>(k)].column)) return false;
    }
    return false;
  });
}

std::unique_ptr<BoundQuery> first_value_query(const BoundQuery& query, const Expression& argument, bool descending) {
  std::unique_ptr<BoundQuery> sub = query::clone(query);
  sub->targets.clear();
  sub->order_by.clear();
  sub->distinct.clear();
  sub->has_aggregates = sub->has_distinct_on = false;
  query::TargetEntry target;
  target.expression = query::clone(argument);
  target.number = 1;
  target.name = "value";
  target.sort_group = 1;
  sub->targets.push_back(std::move(target));
  query::SortGroupItem item;
  item.sort_group = 1;
  item.descending = item.nulls_first = descending;
  sub->order_by.push_back(item);
  auto one = std::make_unique<query::Constant>();
  one->type = types::oid::kInt8;
  one->value = common::Value::of(int64_t{1});
  sub->limit = std::move(one);
  sub->offset = nullptr;
  auto not_null = std::make_unique<query::NullTest>();
  not_null->type = types::oid::kBool;
  not_null->is_not = true;
  not_null->argument = query::clone(argument);
  std::vector<ExpressionPointer> conditions;
  if (sub->from->condition) conditions.push_back(std::move(sub->from->condition));
  conditions.push_back(std::move(not_null));
  sub->from->condition = and_all(std::move(conditions));
  query::increment_levels(*sub, 1, 1);
  return sub;
}

}  // namespace

void Level::use_indexes_for_min_max() {
  if (query_.command != query::CommandKind::kSelect || !query_.has_aggregates || !query_.group_by.empty() ||
      !query_.grouping_sets.empty() || query_.having || query_.has_windows || query_.has_target_sets ||
      query_.set_operation || !query_.row_marks.empty() || !query_.ctes.empty() || query_.from->items.size() != 1 ||
      query_.from->items[0]->kind != query::FromKind::kTable)
    return;
  const query::RangeTableEntry& entry = query_.entry(query_.from->items[0]->table);
  if (entry.kind != query::RangeKind::kRelation || entry.sample || !entry.relation->tree.valid()) return;
  std::set<int16_t> bound = bound_columns(query_.from->condition.get(), catalog());
  bool all = !query_.from->condition || !query::contains_sublink(*query_.from->condition);
  for (const auto& target : query_.targets)
    all &= !query::walk(*target.expression, [&](const Expression& e) {
      if (e.kind == ExpressionKind::kSubLink || e.kind == ExpressionKind::kGrouping) return true;
      const auto* aggregate = query::try_as<Aggregate>(&e);
      if (!aggregate) return false;
      return extremum(*aggregate, catalog()) == 0 ||
             !has_ordered_index(*entry.relation, plain_column(*aggregate->arguments[0].expression)->column, bound);
    });
  if (!all) return;
  std::unique_ptr<BoundQuery> original = query::clone(query_);
  for (auto& target : query_.targets)
    query::transform(target.expression, [&](ExpressionPointer& e) {
      const auto* aggregate = query::try_as<Aggregate>(e.get());
      if (!aggregate) return;
      auto link = std::make_unique<query::SubLink>();
      link->sub_kind = query::SubLinkKind::kExpr;
      link->type = e->type;
      link->typmod = e->typmod;
      link->collation = e->collation;
      link->query =
          first_value_query(*original, *aggregate->arguments[0].expression, extremum(*aggregate, catalog()) > 0);
      e = std::move(link);
    });
  query_.has_aggregates = false;
  query_.has_sublinks = true;
  query_.from->items.clear();
  query_.from->condition = nullptr;
}

}  // namespace basalt::planner
