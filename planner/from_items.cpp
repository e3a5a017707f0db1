// FROM and WHERE become items to join and predicates. Inner joins dissolve; an outer join's nullable side stays an item that needs
// the tables of its ON clause on its left; EXISTS and IN become semi and anti joins.
#include <algorithm>

#include "planner/fold.hpp"
#include "planner/join_order.hpp"
#include "planner/level.hpp"
#include "query/walker.hpp"

namespace basalt::planner {

using query::ExpressionKind;
using query::FromKind;
using query::FromNode;
using query::JoinKind;
using query::RangeKind;

TableSet Level::tables_of(const Expression& expression) const {
  TableSet tables;
  query::walk_with_depth(expression, [&](const Expression& e, int depth) {
    const auto* column = query::try_as<query::Column>(&e);
    if (column && column->levels_up == depth) tables.insert(column->table);
    return false;
  });
  return tables;
}

void Level::add_conjuncts(ExpressionPointer expression, std::vector<Predicate>& predicates) {
  std::vector<ExpressionPointer> list;
  split_conjuncts(factor_disjunction(std::move(expression)), list);
  for (size_t i = 0; i < list.size(); ++i) {
    // An arm of an AND may be an OR whose arms have something in common.
    std::vector<ExpressionPointer> parts;
    split_conjuncts(factor_disjunction(std::move(list[i])), parts);
    list[i] = std::move(parts[0]);
    list.insert(list.end(), std::make_move_iterator(parts.begin() + 1), std::make_move_iterator(parts.end()));
    ExpressionPointer& e = list[i];
    TableSet tables = tables_of(*e);
    predicates.push_back({std::move(e), std::move(tables), false});
  }
}

namespace {

void tables_below(const FromNode& node, TableSet& out) {
  switch (node.kind) {
    case FromKind::kTable: out.insert(node.table); return;
    case FromKind::kJoin:
      tables_below(*node.left, out);
      tables_below(*node.right, out);
      return;
    case FromKind::kList:
      for (const auto& item : node.items) tables_below(*item, out);
  }
}

}  // namespace

void Level::collect_from(FromNode& node, std::vector<JoinItem>& items, std::vector<Predicate>& predicates) {
  switch (node.kind) {
    case FromKind::kTable: items.push_back(item_of_table(node.table)); return;
    case FromKind::kJoin: collect_join(node, items, predicates); return;
    case FromKind::kList:
      for (auto& item : node.items) collect_from(*item, items, predicates);
      if (node.condition) add_conjuncts(std::move(node.condition), predicates);
  }
}

void Level::collect_join(FromNode& node, std::vector<JoinItem>& items, std::vector<Predicate>& predicates) {
  if (node.join_kind == JoinKind::kRight) {
    std::swap(node.left, node.right);
    node.join_kind = JoinKind::kLeft;
  }
  if (node.join_kind == JoinKind::kInner) {
    collect_from(*node.left, items, predicates);
    collect_from(*node.right, items, predicates);
    if (node.condition) add_conjuncts(std::move(node.condition), predicates);
    return;
  }
  if (node.join_kind == JoinKind::kFull) {
    items.push_back(composite_item(node));
    return;
  }
  TableSet left_tables;
  tables_below(*node.left, left_tables);
  collect_from(*node.left, items, predicates);
  JoinItem item = node.right->kind == FromKind::kTable ? item_of_table(node.right->table) : composite_item(*node.right);
  item.join = JoinType::kLeft;
  std::vector<Predicate> on;
  if (node.condition) add_conjuncts(std::move(node.condition), on);
  for (Predicate& p : on)
    for (int table : p.tables)
      if (left_tables.contains(table)) item.required.insert(table);
  // Without a reference to the left side it still comes after all of it.
  if (item.required.empty()) item.required = left_tables;
  item.on = std::move(on);
  items.push_back(std::move(item));
}

JoinItem Level::item_of_table(int table) {
  JoinItem item;
  item.tables.insert(table);
  const query::RangeTableEntry& entry = query_.entry(table);
  // References to siblings: LATERAL subqueries one level down, functions and VALUES at this level.
  TableSet siblings;
  if (entry.kind == RangeKind::kSubquery && entry.subquery) {
    query::walk_with_depth(*entry.subquery, [&](const Expression& e, int depth) {
      const auto* column = query::try_as<query::Column>(&e);
      if (column && column->levels_up == depth + 1) siblings.insert(column->table);
      return false;
    });
  }
  for (const auto& function : entry.functions) siblings.merge(tables_of(*function.call));
  for (const auto& row : entry.values)
    for (const auto& value : row) siblings.merge(tables_of(*value));
  if (entry.sample)
    for (const auto& argument : entry.sample->arguments) siblings.merge(tables_of(*argument));
  item.required = std::move(siblings);
  item.lateral = !item.required.empty();
  if (entry.kind == RangeKind::kRelation) {
    item.base_table = table;
    item.rows = statistics_.relation_rows(*entry.relation);
  }
  item.build = [table](Level& level, std::vector<Predicate>& predicates) { return level.scan_table(table, predicates); };
  return item;
}

// A part of FROM that is planned as a unit: a full join, or the nullable side of an outer join with joins inside.
JoinItem Level::composite_item(FromNode& node) {
  JoinItem item;
  tables_below(node, item.tables);
  FromNode* part = &node;
  item.build = [part](Level& level, std::vector<Predicate>& outer) {
    std::vector<JoinItem> items;
    std::vector<Predicate> predicates;
    if (part->kind == FromKind::kJoin && part->join_kind == JoinKind::kFull) {
      Partial joined = JoinOrder::full_join(level, *part);
      return level.filter(std::move(joined), outer);
    }
    level.collect_from(*part, items, predicates);
    for (Predicate& p : outer) {
      if (p.used) continue;
      predicates.push_back({query::clone(*p.expression), p.tables, false});
      p.used = true;
    }
    return level.plan_items(std::move(items), std::move(predicates));
  };
  return item;
}

// --- EXISTS and IN ------------------------------------------------------------------------------------------------------

void Level::pull_up_sublinks(std::vector<JoinItem>& items, std::vector<Predicate>& predicates) {
  for (Predicate& p : predicates) {
    Expression* e = p.expression.get();
    bool negated = false;
    if (e->kind == ExpressionKind::kBool && query::as<query::BoolCall>(*e).bool_kind == query::BoolKind::kNot) {
      e = query::as<query::BoolCall>(*e).arguments[0].get();
      negated = true;
    }
    if (e->kind != ExpressionKind::kSubLink) continue;
    auto& link = query::as<query::SubLink>(*e);
    bool done = false;
    if (link.sub_kind == query::SubLinkKind::kExists) done = pull_up_exists(link, negated, items);
    if (link.sub_kind == query::SubLinkKind::kAny && !negated) done = pull_up_any(link, items);
    if (done) p.used = true;
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

// The subquery becomes an item of its own: a subquery range table entry whose targets are the inner columns that the correlated
// conjuncts need; those conjuncts become the join condition.
static bool make_join_item(BoundQuery& outer, std::unique_ptr<BoundQuery> sub, JoinType join,
                           std::vector<ExpressionPointer> extra_conditions,
                           const std::function<JoinItem(int)>& item_of, const std::function<TableSet(const Expression&)>& tables_of,
                           std::vector<JoinItem>& items) {
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
    std::vector<query::TargetEntry> targets = extra_conditions.empty() ? std::vector<query::TargetEntry>() : std::move(sub->targets);
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
  if (!done) query_.range_table.resize(before);
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

// --- joining ------------------------------------------------------------------------------------------------------------

// Predicates without tables are tested once.
void Level::push_constants(std::vector<Predicate>& predicates, ExpressionPointer& gate) {
  std::vector<ExpressionPointer> constants;
  for (Predicate& p : predicates) {
    if (!p.tables.empty() || is_volatile(*p.expression)) continue;
    Available none;
    constants.push_back(resolve(*p.expression, none));
    p.used = true;
  }
  std::erase_if(predicates, [](const Predicate& p) { return p.used; });
  gate = and_all(std::move(constants));
}

// An OR over several tables also restricts each of them where every arm says something about it.
void Level::add_implied_restrictions(std::vector<Predicate>& predicates) {
  size_t count = predicates.size();
  for (size_t i = 0; i < count; ++i) {
    if (predicates[i].tables.size() < 2 || is_volatile(*predicates[i].expression)) continue;
    for (int table : TableSet(predicates[i].tables)) {
      ExpressionPointer implied = restriction_of_disjunction(*predicates[i].expression, table,
                                                             [this](const Expression& e) { return tables_of(e); });
      if (implied) predicates.push_back({std::move(implied), {table}, false});
    }
  }
}

Partial Level::plan_items(std::vector<JoinItem> items, std::vector<Predicate> predicates) {
  add_implied_restrictions(predicates);
  ExpressionPointer gate;
  push_constants(predicates, gate);
  Partial result;
  if (items.empty()) {
    auto node = make<PhysicalResult>();
    node->gate = std::move(gate);
    finish_costs(*node, 1, 0.01);
    result.plan = std::move(node);
    return filter(std::move(result), predicates);
  }
  result = JoinOrder(*this, std::move(items), predicates).run();
  result = filter(std::move(result), predicates);
  if (!gate) return result;
  auto node = make<PhysicalFilter>();
  node->condition = std::move(gate);
  node->output = result.plan->output;
  double rows = result.plan->rows;
  node->children.push_back(std::move(result.plan));
  finish_costs(*node, rows, 0);
  result.plan = std::move(node);
  return result;
}

// Applies the predicates that are left over.
Partial Level::filter(Partial input, std::vector<Predicate>& predicates) {
  std::vector<ExpressionPointer> conditions;
  double selectivity = 1;
  for (Predicate& p : predicates) {
    if (p.used) continue;
    selectivity *= statistics_.selectivity(*p.expression);
    conditions.push_back(resolve(*p.expression, input.available));
    p.used = true;
  }
  if (conditions.empty()) return input;
  auto node = make<PhysicalFilter>();
  node->condition = and_all(std::move(conditions));
  node->output = input.plan->output;
  double rows = input.plan->rows;
  node->children.push_back(std::move(input.plan));
  finish_costs(*node, rows * selectivity, rows * 0.0025);
  input.plan = std::move(node);
  return input;
}

}  // namespace basalt::planner
