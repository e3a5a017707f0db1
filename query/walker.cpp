// One template visits every child of every node: expression slots and queries, found through node_fields.hpp.
#include "query/walker.hpp"

#include <type_traits>

#include "common/stack_depth.hpp"
#include "query/node_fields.hpp"

namespace basalt::query {

namespace {

// Calls back for the expressions and queries that hang on a node, without entering either. OnExpression gets
// ExpressionPointer&, OnQuery BoundQuery&.
template <typename OnExpression, typename OnQuery>
struct Visitor {
  OnExpression on_expression;
  OnQuery on_query;

  template <typename T>
  void field(T& value) {
    using P = std::remove_const_t<T>;
    if constexpr (std::is_same_v<P, ExpressionPointer>) {
      if (value) on_expression(value);
    } else if constexpr (std::is_same_v<P, std::unique_ptr<BoundQuery>>) {
      if (value) on_query(*value);
    } else if constexpr (fields::kIsUnique<P>) {
      if (value) node(*value);
    } else if constexpr (fields::kIsVector<P>) {
      if constexpr (!std::is_arithmetic_v<typename P::value_type> && !std::is_same_v<P, std::vector<std::string>> &&
                    !std::is_same_v<P, std::vector<Oid>>)
        for (auto& item : value) field(item);
    } else if constexpr (fields::HasFields<P>) {
      node(value);
    }
  }
  template <typename T>
  void node(T& value) {
    fields::for_each_field<std::remove_const_t<T>>([&](auto member, bool, bool) { field(value.*member); });
  }
  void expression(Expression& e) {
    fields::dispatch(e.kind, [&]<typename T>() { node(static_cast<T&>(e)); });
  }
};

template <typename OnExpression, typename OnQuery>
void visit_expression(Expression& e, OnExpression on_expression, OnQuery on_query) {
  Visitor<OnExpression, OnQuery>{std::move(on_expression), std::move(on_query)}.expression(e);
}
template <typename OnExpression, typename OnQuery>
void visit_query(BoundQuery& q, OnExpression on_expression, OnQuery on_query) {
  Visitor<OnExpression, OnQuery>{std::move(on_expression), std::move(on_query)}.node(q);
}

using SlotFunction = std::function<void(ExpressionPointer&)>;
using QueryFunction = std::function<void(BoundQuery&)>;
void visit(Expression& e, const SlotFunction& on_expression, const QueryFunction& on_query) {
  common::check_stack_depth();
  visit_expression(
      e, [&](ExpressionPointer& p) { on_expression(p); }, [&](BoundQuery& q) { on_query(q); });
}
void visit(BoundQuery& q, const SlotFunction& on_expression, const QueryFunction& on_query) {
  common::check_stack_depth();
  visit_query(
      q, [&](ExpressionPointer& p) { on_expression(p); }, [&](BoundQuery& sub) { on_query(sub); });
}
// The const walks share the code; nothing is changed by them.
Expression& mutable_of(const Expression& e) { return const_cast<Expression&>(e); }
BoundQuery& mutable_of(const BoundQuery& q) { return const_cast<BoundQuery&>(q); }
const QueryFunction kNoQuery = [](BoundQuery&) {};
const SlotFunction kNoSlot = [](ExpressionPointer&) {};

}  // namespace

void for_each_child(const Expression& expression, const std::function<void(const Expression&)>& visit_child) {
  visit(
      mutable_of(expression), [&](ExpressionPointer& p) { visit_child(*p); }, kNoQuery);
}

void for_each_child_slot(Expression& expression, const std::function<void(ExpressionPointer&)>& visit_child) {
  visit(expression, visit_child, kNoQuery);
}

bool walk(const Expression& expression, const std::function<bool(const Expression&)>& visit_node) {
  if (visit_node(expression)) return true;
  bool stop = false;
  for_each_child(expression, [&](const Expression& child) { stop = stop || walk(child, visit_node); });
  return stop;
}

void transform(ExpressionPointer& expression, const std::function<void(ExpressionPointer&)>& change) {
  if (!expression) return;
  for_each_child_slot(*expression, [&](ExpressionPointer& child) { transform(child, change); });
  change(expression);
}

void for_each_expression_slot(BoundQuery& query, const std::function<void(ExpressionPointer&)>& visit_slot) {
  visit(query, visit_slot, kNoQuery);
}

void for_each_expression(const BoundQuery& query, const std::function<void(const Expression&)>& visit_node) {
  visit(
      mutable_of(query), [&](ExpressionPointer& p) { visit_node(*p); }, kNoQuery);
}

void for_each_subquery(const BoundQuery& query, const std::function<void(const BoundQuery&)>& visit_sub) {
  visit(mutable_of(query), kNoSlot, [&](BoundQuery& q) { visit_sub(q); });
}

void for_each_subquery(BoundQuery& query, const std::function<void(BoundQuery&)>& visit_sub) {
  visit(query, kNoSlot, visit_sub);
}

bool walk_with_depth(const Expression& expression, const DepthVisitor& visit_node, int depth) {
  if (visit_node(expression, depth)) return true;
  bool stop = false;
  visit(
      mutable_of(expression),
      [&](ExpressionPointer& child) { stop = stop || walk_with_depth(*child, visit_node, depth); },
      [&](BoundQuery& q) { stop = stop || walk_with_depth(q, visit_node, depth + 1); });
  return stop;
}

bool walk_with_depth(const BoundQuery& query, const DepthVisitor& visit_node, int depth) {
  bool stop = false;
  visit(
      mutable_of(query), [&](ExpressionPointer& child) { stop = stop || walk_with_depth(*child, visit_node, depth); },
      [&](BoundQuery& q) { stop = stop || walk_with_depth(q, visit_node, depth + 1); });
  return stop;
}

void transform_with_depth(ExpressionPointer& expression, const DepthTransformer& change, int depth) {
  if (!expression) return;
  visit(
      *expression, [&](ExpressionPointer& child) { transform_with_depth(child, change, depth); },
      [&](BoundQuery& q) { transform_with_depth(q, change, depth + 1); });
  change(expression, depth);
}

void transform_with_depth(BoundQuery& query, const DepthTransformer& change, int depth) {
  visit(
      query, [&](ExpressionPointer& child) { transform_with_depth(child, change, depth); },
      [&](BoundQuery& q) { transform_with_depth(q, change, depth + 1); });
}

bool contains_column_of_level(const Expression& expression, int levels_up) {
  return walk_with_depth(expression, [&](const Expression& e, int depth) {
    if (auto* column = try_as<Column>(&e)) return column->levels_up == levels_up + depth;
    return false;
  });
}

bool contains_aggregate_of_level(const Expression& expression, int levels_up) {
  return walk_with_depth(expression, [&](const Expression& e, int depth) {
    if (auto* aggregate = try_as<Aggregate>(&e)) return aggregate->levels_up == levels_up + depth;
    if (auto* grouping = try_as<Grouping>(&e)) return grouping->levels_up == levels_up + depth;
    return false;
  });
}

bool contains_sublink(const Expression& expression) {
  return walk(expression, [](const Expression& e) { return e.kind == ExpressionKind::kSubLink; });
}

bool contains_window_call(const Expression& expression) {
  return walk(expression, [](const Expression& e) { return e.kind == ExpressionKind::kWindow; });
}

bool returns_set(const Expression& expression) {
  return walk(expression, [](const Expression& e) {
    if (auto* function = try_as<Function>(&e)) return function->returns_set;
    if (e.kind == ExpressionKind::kOperator) return as<OperatorCall>(e).returns_set;
    return false;
  });
}

namespace {

void increment_node(Expression& e, int delta, int minimum) {
  if (e.kind == ExpressionKind::kColumn) {
    auto& column = as<Column>(e);
    if (column.levels_up >= minimum) column.levels_up += delta;
  } else if (e.kind == ExpressionKind::kAggregate) {
    auto& aggregate = as<Aggregate>(e);
    if (aggregate.levels_up >= minimum) aggregate.levels_up += delta;
  } else if (e.kind == ExpressionKind::kGrouping) {
    auto& grouping = as<Grouping>(e);
    if (grouping.levels_up >= minimum) grouping.levels_up += delta;
  }
}

void increment_ctes(BoundQuery& query, int delta, int minimum);

void increment_ctes_below(Expression& e, int delta, int minimum) {
  visit(
      e, [&](ExpressionPointer& child) { increment_ctes_below(*child, delta, minimum); },
      [&](BoundQuery& q) { increment_ctes(q, delta, minimum + 1); });
}

void increment_ctes(BoundQuery& query, int delta, int minimum) {
  for (auto& entry : query.range_table)
    if (entry->kind == RangeKind::kCte && entry->cte_levels_up >= minimum) entry->cte_levels_up += delta;
  visit(
      query, [&](ExpressionPointer& child) { increment_ctes_below(*child, delta, minimum); },
      [&](BoundQuery& q) { increment_ctes(q, delta, minimum + 1); });
}

void offset_node(Expression& e, int offset, int level) {
  if (e.kind == ExpressionKind::kColumn) {
    auto& column = as<Column>(e);
    if (column.levels_up != level) return;
    column.table += offset;
    if (column.name_table) column.name_table += offset;
  } else if (e.kind == ExpressionKind::kCurrentOf && level == 0) {
    as<CurrentOf>(e).table += offset;
  }
}

void offset_from(FromNode& node, int offset) {
  if (node.table > 0) node.table += offset;
  if (node.left) offset_from(*node.left, offset);
  if (node.right) offset_from(*node.right, offset);
  for (auto& item : node.items) offset_from(*item, offset);
}

void offset_set_operation(SetOperation& node, int offset) {
  if (node.table > 0) node.table += offset;
  if (node.left) offset_set_operation(*node.left, offset);
  if (node.right) offset_set_operation(*node.right, offset);
}

}  // namespace

void increment_levels(ExpressionPointer& expression, int delta, int minimum) {
  if (!expression || delta == 0) return;
  transform_with_depth(expression,
                       [&](ExpressionPointer& p, int depth) { increment_node(*p, delta, minimum + depth); });
  increment_ctes_below(*expression, delta, minimum);
}

void increment_levels(BoundQuery& query, int delta, int minimum) {
  if (delta == 0) return;
  transform_with_depth(query, [&](ExpressionPointer& p, int depth) { increment_node(*p, delta, minimum + depth); });
  increment_ctes(query, delta, minimum);
}

void offset_tables(ExpressionPointer& expression, int offset, int level) {
  transform_with_depth(expression, [&](ExpressionPointer& p, int depth) { offset_node(*p, offset, level + depth); });
}

void offset_tables(BoundQuery& query, int offset, int level) {
  transform_with_depth(query, [&](ExpressionPointer& p, int depth) { offset_node(*p, offset, level + depth); });
  if (level != 0) return;
  if (query.from) offset_from(*query.from, offset);
  if (query.set_operation) offset_set_operation(*query.set_operation, offset);
  if (query.result_table) query.result_table += offset;
  for (auto& mark : query.row_marks) mark.table += offset;
  if (query.on_conflict && query.on_conflict->excluded_table) query.on_conflict->excluded_table += offset;
}

}  // namespace basalt::query
