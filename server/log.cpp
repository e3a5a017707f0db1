#include "server/log.hpp"

#include <cstdio>
#include <ctime>

namespace basalt::server {

void log_line(const char* level, const std::string& text) {
  char when[64];
  std::time_t now = std::time(nullptr);
  std::tm parts;
  gmtime_r(&now, &parts);
  std::strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", &parts);
  std::fprintf(stderr, "%s %s:  %s\n", when, level, text.c_str());
}

}  // namespace basalt::server
