// Rewrites of a bound query before it is planned.
#pragma once

#include <set>

#include "catalog/catalog.hpp"
#include "query/bound_query.hpp"

namespace basalt::planner {

// References to a join's alias columns become the expressions behind them.
void flatten_join_aliases(query::BoundQuery& query);

// EXISTS (query): what it puts out, in which order, does not matter.
void simplify_exists(query::BoundQuery& query);

// Outputs of a subquery in FROM that nobody reads (`used`: the positions that are, from 1) are not computed.
void drop_unused_targets(query::BoundQuery& query, const std::set<int16_t>& used, catalog::CatalogReader& catalog);

// Simple subqueries and views in FROM (no grouping, distinct, set operation, limit, window, volatile or set-returning
// target) are merged into the query, so that their tables take part in its join order. The whole row of a table is NULL
// where an outer join made its columns up, not a row of NULLs. Rows of set operations, functions, VALUES and WITH
// queries still are the latter.
void null_rows_of_outer_joins(query::BoundQuery& query);
void pull_up_subqueries(query::BoundQuery& query, catalog::CatalogReader& catalog);

}  // namespace basalt::planner
