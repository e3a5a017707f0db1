#include "common/ensure.hpp"

#include <cstdio>
#include <cstdlib>

namespace basalt::common {

thread_local int CriticalSection::depth_ = 0;

void ensure_failed(const char* condition, const char* file, int line, const std::string& message) {
  std::string text = std::string(file) + ":" + std::to_string(line) + ": " + message + " (" + condition + ")";
  if (CriticalSection::active()) fatal("check failed in a critical section: " + text);
  throw InternalError(text);
}

void fatal(const std::string& message) {
  std::fprintf(stderr, "PANIC:  %s\n", message.c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace basalt::common
