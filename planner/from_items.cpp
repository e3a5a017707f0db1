// FROM and WHERE become items to join and predicates. Inner joins dissolve; an outer join's nullable side stays an item
// that needs the tables of its ON clause on its left; EXISTS and IN become semi and anti joins.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "planner/fold.hpp"
#include "planner/join_keys.hpp"
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
    if (depth == 0 && e.kind == ExpressionKind::kCurrentOf) tables.insert(query::as<query::CurrentOf>(e).table);
    return false;
  });
  return tables;
}

// An OR of equalities as = ANY, where an index begins with the column.
ExpressionPointer Level::indexable_array(const Expression& expression) {
  if (expression.kind != ExpressionKind::kBool) return nullptr;
  ExpressionPointer any = disjunction_as_array(expression, shared_.context);
  const query::Column* column = any ? plain_column(*query::as<query::ScalarArrayCall>(*any).left) : nullptr;
  if (!column) return nullptr;
  const query::RangeTableEntry& entry = query_.entry(column->table);
  if (entry.kind != RangeKind::kRelation || !entry.relation) return nullptr;
  bool indexed = std::any_of(entry.relation->indexes.begin(), entry.relation->indexes.end(),
                             [&](const auto& index) { return index->keys[0].column == column->column; });
  return indexed ? std::move(any) : nullptr;
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
    if (ExpressionPointer any = tables.size() == 1 ? indexable_array(*e) : nullptr) e = std::move(any);
    predicates.push_back({std::move(e), std::move(tables), false});
  }
}

namespace {

void tables_below(const FromNode& node, TableSet& out) {
  switch (node.kind) {
    case FromKind::kTable:
      out.insert(node.table);
      return;
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
    case FromKind::kTable:
      items.push_back(item_of_table(node.table));
      return;
    case FromKind::kJoin:
      collect_join(node, items, predicates);
      return;
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
  refuse_locked_nullable(node);
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

// Rows that an outer join may make up cannot be locked.
void Level::refuse_locked_nullable(const FromNode& node) const {
  TableSet nullable;
  tables_below(*node.right, nullable);
  if (node.join_kind == JoinKind::kFull) tables_below(*node.left, nullable);
  static constexpr const char* kNames[] = {"", "FOR KEY SHARE", "FOR SHARE", "FOR NO KEY UPDATE", "FOR UPDATE"};
  for (const auto& mark : query_.row_marks)
    if (nullable.contains(mark.table))
      throw common::SqlError(common::sqlstate::kFeatureNotSupported,
                             std::string(kNames[static_cast<size_t>(mark.strength)]) +
                                 " cannot be applied to the nullable side of an outer join");
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
  item.build = [table](Level& level, std::vector<Predicate>& predicates) {
    return level.scan_table(table, predicates);
  };
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

// --- joining
// ------------------------------------------------------------------------------------------------------------

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

// a = b and a = 5 become b = 5 and a = 5, which may be an index's condition or make the scan of b smaller.
void Level::add_implied_constants(std::vector<Predicate>& predicates) {
  auto equality = [&](const Predicate& p) -> const query::OperatorCall* {
    if (!is_hashable_equality(*p.expression, catalog())) return nullptr;
    return &query::as<query::OperatorCall>(*p.expression);
  };
  auto is_known = [&](const Expression& e) {
    return tables_of(e).empty() && !query::contains_sublink(e) && !is_volatile(e);
  };
  auto add = [&](ExpressionPointer e) {
    for (const Predicate& p : predicates)
      if (query::equal(*p.expression, *e)) return;
    TableSet tables = tables_of(*e);
    predicates.push_back({std::move(e), std::move(tables), false});
  };
  // Those found last may lead to others.
  for (size_t i = 0; i < predicates.size(); ++i) {
    const query::OperatorCall* fixed = predicates[i].tables.size() == 1 ? equality(predicates[i]) : nullptr;
    if (!fixed) continue;
    size_t side = plain_column(*fixed->arguments[0]) ? 0 : 1;
    ExpressionPointer column = query::clone(*fixed->arguments[side]), value = query::clone(*fixed->arguments[1 - side]);
    if (!plain_column(*column) || !is_known(*value) || column->type != value->type) continue;
    Oid collation = fixed->input_collation;
    for (size_t j = 0; j < predicates.size(); ++j) {
      bool is_join = predicates[j].tables.size() == 2 && !predicates[j].used;
      const query::OperatorCall* join = is_join ? equality(predicates[j]) : nullptr;
      if (!join || join->input_collation != collation) continue;
      for (size_t at = 0; at < 2; ++at) {
        const Expression& other = *join->arguments[1 - at];
        if (!query::equal(*join->arguments[at], *column) || !plain_column(other) || other.type != column->type)
          continue;
        ExpressionPointer implied = query::clone(*join);
        auto& call = query::as<query::OperatorCall>(*implied);
        if (at == 0) std::swap(call.arguments[0], call.arguments[1]);
        call.arguments[1] = query::clone(*value);
        add(std::move(implied));
        predicates[j].used = true;
        break;
      }
    }
  }
  std::erase_if(predicates, [](const Predicate& p) { return p.used; });
}

// A long list is joined part by part: the first items, which need nothing from the others, become one.
void Level::join_first_items(std::vector<JoinItem>& items, std::vector<Predicate>& predicates) {
  std::vector<JoinItem> first, rest;
  TableSet tables;
  for (JoinItem& item : items) {
    bool goes_first = first.size() < JoinOrder::kItemsMax / 2 &&
                      std::includes(tables.begin(), tables.end(), item.required.begin(), item.required.end());
    if (goes_first) tables.insert(item.tables.begin(), item.tables.end());
    (goes_first ? first : rest).push_back(std::move(item));
  }
  ENSURE(first.size() > 1, "the items of a FROM list need each other in a circle");
  std::vector<Predicate> inside, outside;
  for (Predicate& p : predicates) {
    bool fits = !p.tables.empty() && std::includes(tables.begin(), tables.end(), p.tables.begin(), p.tables.end());
    (fits ? inside : outside).push_back(std::move(p));
  }
  ++items_depth_;  // what is joined behind it need not keep an order
  auto joined = std::make_shared<Partial>(JoinOrder(*this, std::move(first), inside).run());
  --items_depth_;
  // Volatile conditions wait for the whole join, as they do in a short list.
  for (Predicate& p : inside)
    if (!p.used) outside.push_back(std::move(p));
  predicates = std::move(outside);
  JoinItem part;
  part.tables = tables;
  part.rows = joined->plan->rows;
  part.build = [joined](Level&, std::vector<Predicate>&) { return std::move(*joined); };
  items.clear();
  items.push_back(std::move(part));
  for (JoinItem& item : rest) items.push_back(std::move(item));
}

Partial Level::plan_items(std::vector<JoinItem> items, std::vector<Predicate> predicates) {
  add_implied_constants(predicates);
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
  ++items_depth_;
  while (items.size() > JoinOrder::kItemsMax) join_first_items(items, predicates);
  result = JoinOrder(*this, std::move(items), predicates).run();
  --items_depth_;
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
