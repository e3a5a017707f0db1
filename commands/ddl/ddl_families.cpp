#include "commands/ddl/ddl_families.hpp"

#include "commands/families.hpp"

namespace basalt::commands {

void register_ddl_commands() {
  ddl::register_create_table();
  ddl::register_create_index();
  ddl::register_drop();
  ddl::register_create_schema();
  ddl::register_create_view();
  ddl::register_create_rule();
  ddl::register_role_settings();
  ddl::register_create_type();
  ddl::register_grant();
  ddl::register_default_privileges();
  ddl::register_owned();
  ddl::register_sequence_functions();
  ddl::register_sequence_commands();
  ddl::register_role();
  ddl::register_database();
  ddl::register_alter_type();
  ddl::register_comment();
  ddl::register_alter_table();
  ddl::register_alter_object();
  ddl::register_truncate();
  ddl::register_create_table_as();
}

}  // namespace basalt::commands
