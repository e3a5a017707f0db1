// The server's log: lines on stderr with time and level, as PostgreSQL writes them.
#pragma once

#include <string>

namespace basalt::server {

void log_line(const char* level, const std::string& text);

}  // namespace basalt::server
