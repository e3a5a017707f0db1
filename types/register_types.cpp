#include "types/families.hpp"
#include "types/function.hpp"

namespace basalt::types {

void register_types() {
  static const bool kDone = [] {
    FunctionRegistry& registry = FunctionRegistry::instance();
    register_number(registry);
    register_datetime(registry);
    register_text(registry);
    register_json(registry);
    register_container(registry);
    register_aggregate(registry);
    return true;
  }();
  (void)kDone;
}

}  // namespace basalt::types
