// What stands in a RowConstructor of a named type for an attribute that is gone: its arguments are by attribute number.
#pragma once

#include "query/expression.hpp"
#include "types/builtin_oids.hpp"

namespace basalt::query {

inline ExpressionPointer null_attribute() {
  auto null = std::make_unique<Constant>();
  null->type = types::oid::kInt4;
  null->value = common::Value::null(common::PhysicalType::kInt32);
  return null;
}

}  // namespace basalt::query
