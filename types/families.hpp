// One registration function per family of types; register_types() calls them all.
#pragma once

namespace basalt::types {

class FunctionRegistry;

void register_number(FunctionRegistry& registry);    // types/number: bool, integers, floats, numeric, money; their math
void register_datetime(FunctionRegistry& registry);  // types/datetime
void register_text(FunctionRegistry& registry);  // types/text: text, varchar, bpchar, name, "char", bytea, uuid, regexp
void register_json(FunctionRegistry& registry);  // types/json
void register_container(FunctionRegistry& registry);  // types/container: arrays, records, ranges, enums, bit, oid, reg*
void register_aggregate(FunctionRegistry& registry);  // types/aggregate

}  // namespace basalt::types
