// Walking, copying and comparing bound trees.
//
// for_each_child visits the direct child expressions of a node in the order of PostgreSQL's expression_tree_walker. A
// SubLink's query is not a child: whoever wants to enter it says so with for_each_expression(query) or QueryWalker.
// Structural equality and hashes ignore locations, the form in which a coercion was written and literal numbers.
#pragma once

#include <functional>
#include <memory>

#include "query/bound_query.hpp"

namespace basalt::query {

// Direct children. Null children (omitted slice bounds, absent CASE argument) are not visited.
void for_each_child(const Expression& expression, const std::function<void(const Expression&)>& visit);
// The same with the owning pointers, so that a child can be replaced.
void for_each_child_slot(Expression& expression, const std::function<void(ExpressionPointer&)>& visit);

// Pre-order walk over the expression and all below it, not into sublinks' queries; `visit` returns true to stop the
// whole walk (the answer is then true).
bool walk(const Expression& expression, const std::function<bool(const Expression&)>& visit);

// Bottom-up rewrite: children first, then `change` gets the owning pointer and may replace it.
void transform(ExpressionPointer& expression, const std::function<void(ExpressionPointer&)>& change);

// Every expression that hangs directly on the query: targets, quals, join conditions, clauses, RETURNING, range table
// (functions, VALUES, TABLESAMPLE arguments, join aliases). Not those of subqueries and CTEs.
void for_each_expression_slot(BoundQuery& query, const std::function<void(ExpressionPointer&)>& visit);
void for_each_expression(const BoundQuery& query, const std::function<void(const Expression&)>& visit);
// Direct sub-queries of the query: range table subqueries and CTEs; those in sublinks are found through expressions.
void for_each_subquery(const BoundQuery& query, const std::function<void(const BoundQuery&)>& visit);
void for_each_subquery(BoundQuery& query, const std::function<void(BoundQuery&)>& visit);

// Walks expressions with the number of query levels entered: visit(node, depth), depth counts from 0 at the start.
// Enters subqueries, CTEs and sublinks. `visit` returns true to stop.
using DepthVisitor = std::function<bool(const Expression&, int depth)>;
bool walk_with_depth(const Expression& expression, const DepthVisitor& visit, int depth = 0);
bool walk_with_depth(const BoundQuery& query, const DepthVisitor& visit, int depth = 0);
// The same for slots, bottom-up within an expression: change(slot, depth).
using DepthTransformer = std::function<void(ExpressionPointer&, int depth)>;
void transform_with_depth(ExpressionPointer& expression, const DepthTransformer& change, int depth = 0);
void transform_with_depth(BoundQuery& query, const DepthTransformer& change, int depth = 0);

ExpressionPointer clone(const Expression& expression);
inline ExpressionPointer clone(const ExpressionPointer& expression) {
  return expression ? clone(*expression) : nullptr;
}
ExpressionList clone(const ExpressionList& list);
std::unique_ptr<BoundQuery> clone(const BoundQuery& query);
TargetEntry clone(const TargetEntry& entry);
std::vector<TargetEntry> clone(const std::vector<TargetEntry>& list);
std::unique_ptr<RangeTableEntry> clone(const RangeTableEntry& entry);
std::unique_ptr<FromNode> clone(const FromNode& node);

bool equal(const Expression& a, const Expression& b);
bool equal(const Expression* a, const Expression* b);
bool equal(const BoundQuery& a, const BoundQuery& b);
uint64_t hash(const Expression& expression);

// Questions that many ask.
bool contains_column_of_level(const Expression& expression, int levels_up);
bool contains_sublink(const Expression& expression);
// Lowest levels_up of any Column or Aggregate (relative to this expression); -1 when there is none.
bool contains_aggregate_of_level(const Expression& expression, int levels_up);
bool contains_window_call(const Expression& expression);
// True if a Function, OperatorCall below (not in sublinks) returns a set.
bool returns_set(const Expression& expression);

// Adds `delta` to levels_up of every Column, Aggregate, Grouping and CTE reference whose level is at least `minimum`.
void increment_levels(ExpressionPointer& expression, int delta, int minimum);
void increment_levels(BoundQuery& query, int delta, int minimum);
// Adds `offset` to every range table index of level `level` (joining two range tables).
void offset_tables(ExpressionPointer& expression, int offset, int level);
void offset_tables(BoundQuery& query, int offset, int level);

}  // namespace basalt::query
