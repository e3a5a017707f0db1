// EXECUTE: asked of the role that runs the statement (also within a view) when an expression is made ready to run, so
// that a plan that another role has made is no way around it.
#pragma once

#include "catalog/catalog.hpp"
#include "types/call_context.hpp"

namespace basalt::query {

// Throws 42501 "permission denied for <kind> f". `kind` null: function or procedure, as the function is.
void require_execute(catalog::CatalogReader& catalog, types::CallContext& call,
                     const catalog::FunctionDescriptor& function, const char* kind = nullptr);

// May everybody call it? Then what it returned for one role may be kept for others.
bool is_executable_by_all(const catalog::FunctionDescriptor& function);

}  // namespace basalt::query
