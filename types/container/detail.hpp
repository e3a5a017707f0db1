// Helpers shared by the sources of this folder.
#pragma once

#include "types/function.hpp"
#include "types/type_operations_detail.hpp"

namespace basalt::types::container {

// Operations of a type, kept in the call's state while the type stays the same. `what` completes PostgreSQL's message
// when there are none: "an equality operator", "a comparison function", "a hash function".
const RawOperations& operations_for(FunctionCall& call, Oid type, const char* what);

// The text of a value made of others grows: a look at interrupts, and 54000 where it is too long for a text.
void check_growing_text(CallContext& context, const std::string& text);

void register_array(FunctionRegistry& registry);
void register_array_search(FunctionRegistry& registry);
void register_array_sets(FunctionRegistry& registry);
void register_bit(FunctionRegistry& registry);
void register_enum(FunctionRegistry& registry);
void register_identifiers(FunctionRegistry& registry);
void register_multirange(FunctionRegistry& registry);
void register_pseudo(FunctionRegistry& registry);
void register_range(FunctionRegistry& registry);
void register_record(FunctionRegistry& registry);
void register_reg(FunctionRegistry& registry);
void register_vectors(FunctionRegistry& registry);

}  // namespace basalt::types::container
