#include "types/families.hpp"
#include "types/number/number.hpp"

namespace basalt::types {

void register_number(FunctionRegistry& registry) {
  register_integer(registry);
  register_float(registry);
  register_float_math(registry);
  register_numeric(registry);
  register_numeric_math(registry);
  register_number_series(registry);
  register_money(registry);
  register_number_format(registry);
  register_size_text(registry);
}

}  // namespace basalt::types
