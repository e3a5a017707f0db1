// Rewrites of a bound query before it is planned.
#pragma once

#include "catalog/catalog.hpp"
#include "query/bound_query.hpp"

namespace basalt::planner {

// References to a join's alias columns become the expressions behind them.
void flatten_join_aliases(query::BoundQuery& query);

// Simple subqueries and views in FROM (no grouping, distinct, set operation, limit, window, volatile or set-returning target)
// are merged into the query, so that their tables take part in its join order.
void pull_up_subqueries(query::BoundQuery& query, catalog::CatalogReader& catalog);

}  // namespace basalt::planner
