// Registration of the languages and their statements: CREATE FUNCTION and PROCEDURE, DO, CALL, CREATE TRIGGER, SET
// CONSTRAINTS.
#pragma once

namespace basalt::commands::language {

void register_language_commands();
void register_runtime();
void register_create_function();
void register_alter_function();
void register_call();

}  // namespace basalt::commands::language
