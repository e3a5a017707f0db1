#include "types/datetime/functions.hpp"
#include "types/families.hpp"

namespace basalt::types {

void register_datetime(FunctionRegistry& registry) {
  register_date(registry);
  register_time(registry);
  register_timestamp(registry);
  register_interval(registry);
  register_datetime_fields(registry);
  register_datetime_make(registry);
  register_datetime_format(registry);
  register_datetime_read(registry);
}

}  // namespace basalt::types
