// The SQL that init runs in template1: system views and information_schema.
#pragma once

#include <string>

#include "commands/server_state.hpp"

namespace basalt::server {

void run_initial_scripts(commands::ServerState& state, const std::string& superuser);

}  // namespace basalt::server
