// One registration function per family of commands; register_commands() calls them all.
#pragma once

#include <string>
#include <string_view>

namespace basalt::commands {

void register_transaction_commands();  // transaction_commands.cpp: BEGIN, COMMIT, SAVEPOINT, SET TRANSACTION ...

void register_setting_commands();      // setting_commands.cpp: SET, RESET, SHOW, DISCARD

void register_copy_commands();         // utility/copy.cpp: COPY

// The first two words of a statement, in capitals, for "... is not supported".
std::string statement_name(std::string_view text);
void register_explain_commands();      // utility/explain.cpp: EXPLAIN
void register_prepared_commands();     // utility/prepared.cpp: PREPARE, EXECUTE, DEALLOCATE

}  // namespace basalt::commands
