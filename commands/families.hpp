// One registration function per family of commands; register_commands() calls them all.
#pragma once

#include <string>
#include <string_view>

namespace basalt::commands {

void register_ddl_commands();  // ddl/: CREATE, ALTER, DROP, GRANT, ... of all objects

void register_transaction_commands();  // transaction_commands.cpp: BEGIN, COMMIT, SAVEPOINT, SET TRANSACTION ...

void register_setting_commands();  // setting_commands.cpp: SET, RESET, SHOW, DISCARD

void register_copy_commands();  // utility/copy.cpp: COPY

void register_explain_commands();   // utility/explain.cpp: EXPLAIN
void register_prepared_commands();  // utility/prepared.cpp: PREPARE, EXECUTE, DEALLOCATE

void register_cursor_commands();       // utility/cursor.cpp: DECLARE, FETCH, MOVE, CLOSE
void register_notify_commands();       // utility/notify.cpp: LISTEN, NOTIFY, UNLISTEN
void register_maintenance_commands();  // utility/maintenance.cpp: LOCK, CHECKPOINT, REINDEX, VACUUM, ANALYZE

void register_utility_functions();  // utility/session_functions.cpp: functions about session and server

// What a statement is called: CREATE POLICY, ALTER TEXT SEARCH DICTIONARY.
std::string statement_name(std::string_view text);

}  // namespace basalt::commands
