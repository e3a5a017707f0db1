// Helpers shared by the sources of this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "types/function.hpp"
#include "types/json/jsonb.hpp"

namespace basalt::types::json {

// A text[] as strings; NULL elements are nullopt.
using TextArray = std::vector<std::optional<std::string>>;
TextArray text_array(std::string_view array);
// The same, but 2202E "wrong number of array subscripts" for more than one dimension.
TextArray path_array(std::string_view array);
// The integer that a path step spells, as strtol reads it; nullopt: none.
std::optional<int64_t> path_index(std::string_view step);

void register_json_io(FunctionRegistry& registry);
void register_json_build(FunctionRegistry& registry);
void register_json_get(FunctionRegistry& registry);
void register_jsonb_edit(FunctionRegistry& registry);
void register_jsonb_operators(FunctionRegistry& registry);
void register_json_sets(FunctionRegistry& registry);
void register_json_records(FunctionRegistry& registry);
void register_jsonpath(FunctionRegistry& registry);

}  // namespace basalt::types::json
