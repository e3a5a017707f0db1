// Parts of register_number(), one per source file.
#pragma once

namespace basalt::types {

class FunctionRegistry;

void register_integer(FunctionRegistry& registry);
void register_float(FunctionRegistry& registry);
void register_float_math(FunctionRegistry& registry);
void register_numeric(FunctionRegistry& registry);
void register_numeric_math(FunctionRegistry& registry);
void register_money(FunctionRegistry& registry);
void register_number_format(FunctionRegistry& registry);
void register_size_text(FunctionRegistry& registry);
void register_number_series(FunctionRegistry& registry);

}  // namespace basalt::types
