#include "types/container/detail.hpp"
#include "types/families.hpp"

namespace basalt::types {

void register_container(FunctionRegistry& registry) {
  container::register_array(registry);
  container::register_array_search(registry);
  container::register_array_sets(registry);
  container::register_bit(registry);
  container::register_enum(registry);
  container::register_identifiers(registry);
  container::register_multirange(registry);
  container::register_pseudo(registry);
  container::register_range(registry);
  container::register_record(registry);
  container::register_reg(registry);
  container::register_vectors(registry);
}

}  // namespace basalt::types
