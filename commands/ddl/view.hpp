// Views and materialized views: the columns of a query, and the rule _RETURN that holds it.
#pragma once

#include "commands/ddl/relation.hpp"

namespace basalt::commands::ddl {

std::vector<NewColumn> columns_of_query(DdlContext& ddl, const query::BoundQuery& query,
                                        const std::vector<std::string>& aliases, bool is_view);
// Writes (or replaces) the rule and its dependencies.
void store_view_rule(DdlContext& ddl, Oid view, const query::BoundQuery& query);

}  // namespace basalt::commands::ddl
