// The implicit conversion of a set operation's arm to the common type of its column. The binder has found the common
// type and leaves the arms as they are written, as PostgreSQL does; the planner puts the conversions above them.
#pragma once

#include "catalog/catalog.hpp"
#include "query/expression.hpp"
#include "types/call_context.hpp"

namespace basalt::query {

ExpressionPointer coerce_column(ExpressionPointer expression, Oid type, int32_t typmod, catalog::CatalogReader& catalog,
                                types::CallContext& call);

}  // namespace basalt::query
