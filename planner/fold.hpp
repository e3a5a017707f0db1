// fold_constants(): immutable calls of constants become constants, conditions lose the arms that cannot matter, NOT
// moves down to the operators. As in PostgreSQL, what is computed here raises its errors at planning; what a constant
// condition makes unreachable is not computed.
//
// Disjunctions: what all arms of an OR have in common can be tested (and joined by) on its own, and an OR over several
// tables restricts each table that every arm has a condition on.
#pragma once

#include <functional>
#include <set>

#include "planner/planner.hpp"

namespace basalt::planner {

void fold_constants(query::ExpressionPointer& expression, PlanContext& context);

// (a AND b) OR (a AND c) becomes a AND (b OR c).
query::ExpressionPointer factor_disjunction(query::ExpressionPointer expression);

// x = 1 OR x = 2 as x = ANY ('{1,2}'), which an index can be asked; null: the arms are not equalities of one column
// with constants.
query::ExpressionPointer disjunction_as_array(const query::Expression& expression, PlanContext& context);

// The condition that an OR implies for the columns of `table` alone; null: none. `tables_of` names the tables that an
// expression reads.
query::ExpressionPointer restriction_of_disjunction(
    const query::Expression& expression, int table,
    const std::function<std::set<int>(const query::Expression&)>& tables_of);

}  // namespace basalt::planner
