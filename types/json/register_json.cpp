#include "types/families.hpp"
#include "types/function.hpp"
#include "types/json/detail.hpp"

namespace basalt::types {

void register_json(FunctionRegistry& registry) {
  registry.add_internal("jsonb_subscript_handler");  // json/edit.hpp
  json::register_json_io(registry);
  json::register_json_build(registry);
  json::register_json_get(registry);
  json::register_jsonb_operators(registry);
  json::register_jsonb_edit(registry);
  json::register_json_sets(registry);
  json::register_json_records(registry);
  json::register_jsonpath(registry);
}

}  // namespace basalt::types
