// What a polymorphic type (anyelement, anyarray, ...) in a function's signature stands for in one call: languages ask
// for their output columns, whose types the binder has found when it bound the call.
#pragma once

#include <vector>

#include "catalog/catalog.hpp"
#include "types/call_context.hpp"

namespace basalt::query {

// `declared`: the input types of the function, `actual` those of the call, `type` any type of the signature. A type
// that is not polymorphic is its own answer.
common::Oid resolve_polymorphic(common::Oid type, std::vector<common::Oid> declared,
                                const std::vector<common::Oid>& actual, catalog::CatalogReader& catalog,
                                types::CallContext& call);

}  // namespace basalt::query
