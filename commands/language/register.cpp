#include "commands/language/register.hpp"

#include "commands/trigger/register.hpp"

namespace basalt::commands::language {

void register_language_commands() {
  register_runtime();
  register_create_function();
  register_alter_function();
  register_call();
  trigger::register_trigger_commands();
}

}  // namespace basalt::commands::language
