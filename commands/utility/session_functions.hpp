// Functions about the session and the server: version(), current_setting(), pg_sleep(), advisory locks,
// pg_stat_get_activity() ...
#pragma once

#include "commands/session.hpp"
#include "types/function.hpp"

namespace basalt::commands {

// The session that a call runs in; throws XX000 when there is none.
Session& session_of(types::FunctionCall& call);

void register_session_functions(types::FunctionRegistry& registry);   // session_functions.cpp
void register_advisory_functions(types::FunctionRegistry& registry);  // advisory_locks.cpp
void register_activity_functions(types::FunctionRegistry& registry);  // activity_functions.cpp
void register_zone_functions(types::FunctionRegistry& registry);      // zone_functions.cpp

}  // namespace basalt::commands
