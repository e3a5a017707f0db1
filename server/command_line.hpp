// The command line: `basalt init|serve|check`.
#pragma once

#include <string>
#include <vector>

namespace basalt::server {

// Exit code: 0 fine, 1 failed (said so on stderr), 2 wrong usage.
int run_command_line(const std::vector<std::string>& arguments);

}  // namespace basalt::server
