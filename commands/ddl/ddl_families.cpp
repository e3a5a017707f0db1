#include "commands/ddl/ddl_families.hpp"

#include "commands/families.hpp"

namespace basalt::commands {

void register_ddl_commands() {
  ddl::register_create_table();
  ddl::register_create_index();
  ddl::register_drop();
  ddl::register_create_schema();
  ddl::register_create_view();
}

}  // namespace basalt::commands
