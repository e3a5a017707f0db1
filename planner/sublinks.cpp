// Sublinks of WHERE that become joins: EXISTS and IN are semi joins, NOT EXISTS an anti join; a scalar aggregate over
// rows that are equal in something to the outer row is computed for all of them at once and joined.
#include <algorithm>

#include "planner/join_keys.hpp"
#include "planner/level.hpp"
#include "query/evaluator.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::ExpressionKind;
using query::FromKind;
using query::FromNode;
using query::RangeKind;

void Level::pull_up_sublinks(std::vector<JoinItem>& items, std::vector<Predicate>& predicates) {
  for (Predicate& p : predicates) {
    Expression* e = p.expression.get();
    bool negated = false;
    if (e->kind == ExpressionKind::kBool && query::as<query::BoolCall>(*e).bool_kind == query::BoolKind::kNot) {
      e = query::as<query::BoolCall>(*e).arguments[0].get();
      negated = true;
    }
    if (e->kind != ExpressionKind::kSubLink) {
      if (unnest_aggregates(p.expression, items)) p.tables = tables_of(*p.expression);
      continue;
    }
    auto& link = query::as<query::SubLink>(*e);
    bool exists = link.sub_kind == query::SubLinkKind::kExists;
    if (!exists && (link.sub_kind != query::SubLinkKind::kAny || negated)) continue;
    if (pull_up_relation(link, negated ? JoinType::kAnti : JoinType::kSemi, items) ||
        (exists ? pull_up_exists(link, negated, items) : pull_up_any(link, items)))
      p.used = true;
  }
  std::erase_if(predicates, [](const Predicate& p) { return p.used; });
}

namespace {

bool is_plain_select(const BoundQuery& query) {
  return query.command == query::CommandKind::kSelect && !query.set_operation && query.ctes.empty() &&
         !query.has_aggregates && !query.has_windows && !query.has_target_sets && query.group_by.empty() &&
         query.grouping_sets.empty() && !query.having && !query.limit && !query.offset && query.row_marks.empty();
}

bool refers_up(const Expression& e, int levels) {
  return query::walk_with_depth(e, [&](const Expression& inner, int depth) {
    const auto* column = query::try_as<query::Column>(&inner);
    return column && column->levels_up == depth + levels;
  });
}

// Does anything but the conjuncts of the top-level WHERE refer to enclosing levels?
bool correlated_outside_where(const BoundQuery& query) {
  bool found = false;
  std::function<void(const FromNode&, bool)> visit = [&](const FromNode& node, bool top) {
    if (node.condition && !top)
      found |= query::walk_with_depth(*node.condition, [](const Expression& e, int depth) {
        const auto* column = query::try_as<query::Column>(&e);
        return column && column->levels_up > depth;
      });
    if (node.left) visit(*node.left, false);
    if (node.right) visit(*node.right, false);
    for (const auto& item : node.items) visit(*item, false);
  };
  visit(*query.from, true);
  for (const auto& entry : query.range_table) {
    auto outer = [](const Expression& e, int depth) {
      const auto* column = query::try_as<query::Column>(&e);
      return column && column->levels_up > depth + 1;
    };
    if (entry->subquery) found |= query::walk_with_depth(*entry->subquery, outer);
    auto level = [](const Expression& e, int depth) {
      const auto* column = query::try_as<query::Column>(&e);
      return column && column->levels_up > depth;
    };
    for (const auto& function : entry->functions) found |= query::walk_with_depth(*function.call, level);
    for (const auto& row : entry->values)
      for (const auto& value : row) found |= query::walk_with_depth(*value, level);
  }
  return found;
}

}  // namespace

// A subquery over one relation: the relation itself is joined, so that its indexes can be used.
bool Level::pull_up_relation(query::SubLink& link, JoinType join, std::vector<JoinItem>& items) {
  const BoundQuery& inner = *link.query;
  if (!is_plain_select(inner) || inner.has_distinct_on || inner.from->items.size() != 1) return false;
  if (inner.from->items[0]->kind != FromKind::kTable || correlated_outside_where(inner)) return false;
  int inner_table = inner.from->items[0]->table;
  const query::RangeTableEntry& entry = *inner.range_table[static_cast<size_t>(inner_table) - 1];
  if (entry.kind != RangeKind::kRelation || entry.sample || !entry.relation->tree.valid() || entry.security_barrier)
    return false;
  if (link.test && (query::contains_sublink(*link.test) || tables_of(*link.test).empty())) return false;
  if (!link.test && !inner.from->condition) return false;
  for (const auto& target : inner.targets)
    if (link.test && (query::contains_sublink(*target.expression) || is_volatile(*target.expression))) return false;

  std::unique_ptr<BoundQuery> sub = query::clone(inner);
  auto offset = static_cast<int>(query_.range_table.size());
  query::offset_tables(*sub, offset, 0);
  query::increment_levels(*sub, -1, 1);
  std::vector<ExpressionPointer> conditions;
  split_conjuncts(std::move(sub->from->condition), conditions);
  if (link.test) {
    ExpressionPointer test = query::clone(*link.test);
    std::vector<const query::TargetEntry*> visible;
    for (const auto& target : sub->targets)
      if (!target.junk) visible.push_back(&target);
    query::transform(test, [&](ExpressionPointer& e) {
      const auto* parameter = query::try_as<query::Parameter>(e.get());
      if (!parameter || parameter->parameter_kind != query::ParameterKind::kExec) return;
      e = query::clone(*visible.at(static_cast<size_t>(parameter->id))->expression);
    });
    split_conjuncts(std::move(test), conditions);
  }
  int table = inner_table + offset;
  bool joined = false;
  for (auto& e : conditions) {
    fold(e);
    TableSet tables = tables_of(*e);
    joined |= tables.contains(table) && tables.size() > 1;
    if (is_volatile(*e)) return false;
  }
  if (!joined) return false;
  for (auto& sub_entry : sub->range_table) query_.range_table.push_back(std::move(sub_entry));
  JoinItem item = item_of_table(table);
  item.join = join;
  needed_[table];
  for (auto& e : conditions) {
    note_needed(*e);
    TableSet tables = tables_of(*e);
    for (int t : tables)
      if (t != table) item.required.insert(t);
    item.on.push_back({std::move(e), std::move(tables), false});
  }
  items.push_back(std::move(item));
  return true;
}

// Columns of this level that the expression, or a sublink in it, reads.
void Level::note_needed(const Expression& expression) {
  query::walk_with_depth(expression, [&](const Expression& e, int depth) {
    const auto* column = query::try_as<query::Column>(&e);
    if (column && column->levels_up == depth) needed_[column->table].insert(column->column);
    return false;
  });
}

// Scalar subqueries anywhere in a conjunct.
bool Level::unnest_aggregates(ExpressionPointer& expression, std::vector<JoinItem>& items) {
  if (!query::contains_sublink(*expression)) return false;
  bool done = false;
  query::transform(expression, [&](ExpressionPointer& e) {
    if (e->kind != ExpressionKind::kSubLink) return;
    ExpressionPointer replacement;
    if (!unnest_aggregate(query::as<query::SubLink>(*e), replacement, items)) return;
    e = std::move(replacement);
    done = true;
  });
  return done;
}

namespace {

// inner = outer, one side over the subquery's tables only, the other over the enclosing level's only.
bool is_correlation(const query::OperatorCall& call, size_t& inner_side) {
  if (call.arguments.size() != 2) return false;
  for (inner_side = 0; inner_side < 2; ++inner_side) {
    const Expression &inner = *call.arguments[inner_side], &outer = *call.arguments[1 - inner_side];
    if (query::contains_sublink(inner) || query::contains_sublink(outer)) return false;
    if (query::contains_column_of_level(inner, 0) && !refers_up(inner, 1) &&
        query::contains_column_of_level(outer, 1) && !refers_up(outer, 0))
      return true;
  }
  return false;
}

// An aggregate that is NULL without rows, below nothing but strict calls.
bool null_without_rows(const Expression& e, catalog::CatalogReader& catalog) {
  switch (e.kind) {
    case ExpressionKind::kAggregate: {
      static const std::set<std::string> kNullWhenEmpty = {"sum", "avg", "min", "max"};
      const auto& aggregate = query::as<query::Aggregate>(e);
      return aggregate.levels_up == 0 && kNullWhenEmpty.contains(catalog.function(aggregate.function)->name) &&
             aggregate.function.value < 16384;
    }
    case ExpressionKind::kFunction:
    case ExpressionKind::kOperator: {
      Oid oid = e.kind == ExpressionKind::kFunction ? query::as<query::Function>(e).function
                                                    : query::as<query::OperatorCall>(e).function;
      auto function = catalog.function(oid);
      if (!function || !function->strict || function->volatility == 'v') return false;
      bool any = false, fine = true;
      query::for_each_child(e, [&](const Expression& child) {
        bool null = null_without_rows(child, catalog);
        any |= null;
        fine &= null || child.kind == ExpressionKind::kConstant;
      });
      return any && fine;
    }
    case ExpressionKind::kRelabel:
      return null_without_rows(*query::as<query::Relabel>(e).argument, catalog);
    default:
      return false;
  }
}

// Does an index of the relation begin with one of the columns?
bool has_index_on(const BoundQuery& query, const std::vector<ExpressionPointer>& expressions) {
  return std::any_of(expressions.begin(), expressions.end(), [&](const auto& e) {
    const query::Column* column = plain_column(*e);
    if (!column) return false;
    const query::RangeTableEntry& entry = *query.range_table.at(static_cast<size_t>(column->table) - 1);
    if (entry.kind != RangeKind::kRelation) return true;
    return std::any_of(entry.relation->indexes.begin(), entry.relation->indexes.end(), [&](const auto& index) {
      return index->valid && index->predicate_tree.empty() && index->keys[0].column == column->column;
    });
  });
}

}  // namespace

// (SELECT f(agg(...)) FROM ... WHERE inner = outer AND ...) becomes a left join with (SELECT inner, f(agg(...)) ...
// GROUP BY inner). Where an index finds the few rows of each outer row, running the subquery for each is better, and it
// stays. An empty group has no row in the join, so only expressions that are NULL without rows qualify: not count().
bool Level::unnest_aggregate(query::SubLink& link, ExpressionPointer& replacement, std::vector<JoinItem>& items) {
  BoundQuery& inner = *link.query;
  if (link.sub_kind != query::SubLinkKind::kExpr || inner.command != query::CommandKind::kSelect ||
      inner.set_operation || !inner.has_aggregates || inner.has_windows || inner.has_target_sets || inner.having ||
      !inner.group_by.empty() || !inner.grouping_sets.empty() || inner.limit || inner.offset || !inner.ctes.empty() ||
      !inner.from->condition || inner.targets.size() != 1 || !inner.order_by.empty() || !inner.distinct.empty() ||
      correlated_outside_where(inner) || refers_up(*inner.targets[0].expression, 1) ||
      !null_without_rows(*inner.targets[0].expression, catalog()))
    return false;
  std::vector<ExpressionPointer> conjuncts, kept, inner_sides, outer_sides, conditions;
  split_conjuncts(query::clone(inner.from->condition), conjuncts);
  for (auto& e : conjuncts) {
    fold(e);
    bool correlated = query::walk_with_depth(*e, [](const Expression& node, int depth) {
      const auto* column = query::try_as<query::Column>(&node);
      return column && column->levels_up > depth;
    });
    if (!correlated) {
      kept.push_back(std::move(e));
      continue;
    }
    size_t side = 0;
    if (!is_hashable_equality(*e, catalog()) || !is_correlation(query::as<query::OperatorCall>(*e), side)) return false;
    auto& call = query::as<query::OperatorCall>(*e);
    if (is_volatile(*e)) return false;
    inner_sides.push_back(query::clone(*call.arguments[side]));
    outer_sides.push_back(query::clone(*call.arguments[1 - side]));
    conditions.push_back(std::move(e));
  }
  if (conditions.empty() || has_index_on(inner, inner_sides)) return false;

  std::unique_ptr<BoundQuery> sub = query::clone(inner);
  sub->from->condition = and_all(std::move(kept));
  int table = static_cast<int>(query_.range_table.size()) + 1;
  auto entry = std::make_unique<query::RangeTableEntry>();
  entry->kind = RangeKind::kSubquery;
  entry->name = "sublink";
  JoinItem item;
  for (size_t i = 0; i < inner_sides.size(); ++i) {
    query::TargetEntry target;
    target.expression = query::clone(*inner_sides[i]);
    target.number = static_cast<int16_t>(i + 2);
    target.name = "k" + std::to_string(i + 1);
    target.sort_group = static_cast<int>(i) + 1;
    query::SortGroupItem group;
    group.sort_group = target.sort_group;
    group.hashable = true;
    sub->group_by.push_back(group);
    sub->targets.push_back(std::move(target));
  }
  sub->targets[0].sort_group = 0;
  for (const auto& target : sub->targets) {
    entry->columns.push_back(target.name);
    entry->column_types.push_back(target.expression->type);
    entry->column_typmods.push_back(target.expression->typmod);
    entry->column_collations.push_back(target.expression->collation);
  }
  replacement = make_column(table, 1, link.type, link.typmod, link.collation);
  entry->subquery = std::move(sub);
  query_.range_table.push_back(std::move(entry));
  item = item_of_table(table);
  item.join = JoinType::kLeft;
  needed_[table].insert(1);
  for (size_t i = 0; i < conditions.size(); ++i) {
    auto& call = query::as<query::OperatorCall>(*conditions[i]);
    query::increment_levels(outer_sides[i], -1, 1);
    size_t side = 0;
    is_correlation(call, side);
    const Expression& like = *inner_sides[i];
    call.arguments[side] = make_column(table, static_cast<int16_t>(i + 2), like.type, like.typmod, like.collation);
    call.arguments[1 - side] = std::move(outer_sides[i]);
    note_needed(*conditions[i]);
    TableSet tables = tables_of(*conditions[i]);
    for (int t : tables)
      if (t != table) item.required.insert(t);
    item.on.push_back({std::move(conditions[i]), std::move(tables), false});
  }
  items.push_back(std::move(item));
  return true;
}

// The subquery becomes an item of its own: a subquery range table entry whose targets are the inner columns that the
// correlated conjuncts need; those conjuncts become the join condition.
static bool make_join_item(BoundQuery& outer, std::unique_ptr<BoundQuery> sub, JoinType join,
                           std::vector<ExpressionPointer> extra_conditions, const std::function<JoinItem(int)>& item_of,
                           const std::function<TableSet(const Expression&)>& tables_of, std::vector<JoinItem>& items) {
  std::vector<ExpressionPointer> conjuncts, inner, join_conditions;
  split_conjuncts(query::clone(sub->from->condition), conjuncts);
  for (auto& e : conjuncts) {
    if (!refers_up(*e, 1)) {
      inner.push_back(std::move(e));
      continue;
    }
    if (query::contains_sublink(*e)) return false;
    join_conditions.push_back(std::move(e));
  }
  if (join_conditions.empty() && extra_conditions.empty()) return false;
  sub->from->condition = and_all(std::move(inner));
  int table = static_cast<int>(outer.range_table.size()) + 1;
  auto entry = std::make_unique<query::RangeTableEntry>();
  entry->kind = RangeKind::kSubquery;
  entry->name = "sublink";
  if (!join_conditions.empty()) {
    // Inner columns are put out by the subquery: target n stands for one of them.
    std::vector<query::TargetEntry> targets =
        extra_conditions.empty() ? std::vector<query::TargetEntry>() : std::move(sub->targets);
    for (auto& condition : join_conditions) {
      query::transform(condition, [&](ExpressionPointer& e) {
        auto* column = e->kind == ExpressionKind::kColumn ? &query::as<query::Column>(*e) : nullptr;
        if (!column) return;
        if (column->levels_up > 0) {
          --column->levels_up;
          return;
        }
        size_t at = 0;
        while (at < targets.size() && !query::equal(*targets[at].expression, *e)) ++at;
        if (at == targets.size()) {
          query::TargetEntry target;
          target.expression = query::clone(*e);
          target.number = static_cast<int16_t>(at + 1);
          target.name = "c" + std::to_string(at + 1);
          targets.push_back(std::move(target));
        }
        e = make_column(table, static_cast<int16_t>(at + 1), column->type, column->typmod, column->collation);
      });
    }
    sub->targets = std::move(targets);
    sub->order_by.clear();
    sub->distinct.clear();
    for (auto& target : sub->targets) target.junk = false;
  }
  for (const auto& target : sub->targets) {
    entry->columns.push_back(target.name);
    entry->column_types.push_back(target.expression->type);
    entry->column_typmods.push_back(target.expression->typmod);
    entry->column_collations.push_back(target.expression->collation);
  }
  entry->subquery = std::move(sub);
  outer.range_table.push_back(std::move(entry));
  JoinItem item = item_of(table);
  item.join = join;
  auto add = [&](std::vector<ExpressionPointer>& list) {
    for (auto& e : list) {
      TableSet tables = tables_of(*e);
      for (int t : tables)
        if (t != table) item.required.insert(t);
      item.on.push_back({std::move(e), std::move(tables), false});
    }
  };
  add(join_conditions);
  add(extra_conditions);
  items.push_back(std::move(item));
  return true;
}

bool Level::pull_up_exists(query::SubLink& link, bool negated, std::vector<JoinItem>& items) {
  BoundQuery& inner = *link.query;
  if (!is_plain_select(inner) || inner.from->items.empty() || correlated_outside_where(inner)) return false;
  bool sublink_targets = false;
  for (const auto& target : inner.targets) sublink_targets |= query::contains_sublink(*target.expression);
  // Only direct references to this level are understood.
  if (!inner.from->condition) return false;
  std::unique_ptr<BoundQuery> copy = query::clone(inner);
  bool deep = query::walk_with_depth(*copy, [](const Expression& e, int depth) {
    const auto* column = query::try_as<query::Column>(&e);
    return column && column->levels_up > depth + 1;
  });
  if (deep || sublink_targets) return false;
  size_t before = query_.range_table.size();
  bool done = make_join_item(
      query_, std::move(copy), negated ? JoinType::kAnti : JoinType::kSemi, {},
      [this](int table) { return item_of_table(table); }, [this](const Expression& e) { return tables_of(e); }, items);
  if (!done)
    query_.range_table.resize(before);
  else
    for (const auto& p : items.back().on)
      query::walk(*p.expression, [&](const Expression& e) {
        if (const auto* column = query::try_as<query::Column>(&e)) needed_[column->table].insert(column->column);
        return false;
      });
  return done;
}

// x IN (SELECT y ...): a semi join on the test, whose inner side is the subquery's output.
bool Level::pull_up_any(query::SubLink& link, std::vector<JoinItem>& items) {
  BoundQuery& inner = *link.query;
  if (!link.test || inner.command != query::CommandKind::kSelect) return false;
  bool correlated = query::walk_with_depth(inner, [](const Expression& e, int depth) {
    const auto* column = query::try_as<query::Column>(&e);
    return column && column->levels_up > depth;
  });
  if (correlated || query::contains_sublink(*link.test) || tables_of(*link.test).empty()) return false;
  int table = static_cast<int>(query_.range_table.size()) + 1;
  auto entry = std::make_unique<query::RangeTableEntry>();
  entry->kind = RangeKind::kSubquery;
  entry->name = "sublink";
  std::unique_ptr<BoundQuery> copy = query::clone(inner);
  std::vector<const query::TargetEntry*> visible;
  for (const auto& target : copy->targets) {
    if (target.junk) continue;
    visible.push_back(&target);
    entry->columns.push_back(target.name);
    entry->column_types.push_back(target.expression->type);
    entry->column_typmods.push_back(target.expression->typmod);
    entry->column_collations.push_back(target.expression->collation);
  }
  ExpressionPointer test = query::clone(*link.test);
  query::transform(test, [&](ExpressionPointer& e) {
    const auto* parameter = query::try_as<query::Parameter>(e.get());
    if (!parameter || parameter->parameter_kind != query::ParameterKind::kExec) return;
    auto position = static_cast<size_t>(parameter->id);
    const Expression& target = *visible.at(position)->expression;
    e = make_column(table, static_cast<int16_t>(position + 1), target.type, target.typmod, target.collation);
  });
  entry->subquery = std::move(copy);
  query_.range_table.push_back(std::move(entry));
  JoinItem item = item_of_table(table);
  item.join = JoinType::kSemi;
  std::vector<ExpressionPointer> conjuncts;
  split_conjuncts(std::move(test), conjuncts);
  for (auto& e : conjuncts) {
    query::walk(*e, [&](const Expression& inside) {
      if (const auto* column = query::try_as<query::Column>(&inside)) needed_[column->table].insert(column->column);
      return false;
    });
    TableSet tables = tables_of(*e);
    for (int t : tables)
      if (t != table) item.required.insert(t);
    item.on.push_back({std::move(e), std::move(tables), false});
  }
  items.push_back(std::move(item));
  return true;
}

}  // namespace basalt::planner
