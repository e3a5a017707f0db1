// One function per file of catalog/functions/. Inside catalog/ only.
#pragma once

#include "catalog/catalog_service.hpp"

namespace basalt::catalog {

void register_name_functions(types::FunctionRegistry& registry);
void register_acl_functions(types::FunctionRegistry& registry);
void register_privilege_functions(types::FunctionRegistry& registry);
void register_size_functions(types::FunctionRegistry& registry);
void register_object_functions(types::FunctionRegistry& registry);

}  // namespace basalt::catalog
