// The registry key of an aggregate or window function: "sum(int4)", "count()".
#pragma once

#include <string>

#include "catalog/catalog.hpp"

namespace basalt::planner {

std::string function_signature(catalog::CatalogReader& catalog, common::Oid function);

}  // namespace basalt::planner
