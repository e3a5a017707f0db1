// Registers the SQL functions that query/ implements: pg_get_expr, pg_get_viewdef, pg_get_indexdef and their like. They
// reach the catalog through CallContext::service("catalog").
#pragma once

#include "types/function.hpp"

namespace basalt::query {

void register_query(types::FunctionRegistry& registry);

}  // namespace basalt::query
