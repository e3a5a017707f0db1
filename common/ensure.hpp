// Checked assertions. A failed check is a bug in Basalt, never a user's mistake.
//
//   ENSURE(condition, message)        stays on in every build
//   DEBUG_ENSURE(condition, message)  for hot loops; on where BASALT_CHECKS is defined
//   UNREACHABLE(message)
//
// A failure throws InternalError, which the session reports as XX000 for that statement. Inside a CriticalSection (a
// WAL or page critical section) the process ends at once instead, and recovery repairs.
#pragma once

#include <stdexcept>
#include <string>

namespace basalt::common {

class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// While one of these lives on a thread, a failed ENSURE on that thread ends the process.
class CriticalSection {
 public:
  CriticalSection() noexcept { ++depth_; }
  ~CriticalSection() { --depth_; }
  CriticalSection(const CriticalSection&) = delete;
  CriticalSection& operator=(const CriticalSection&) = delete;
  static bool active() noexcept { return depth_ > 0; }

 private:
  static thread_local int depth_;
};

[[noreturn]] void ensure_failed(const char* condition, const char* file, int line, const std::string& message);

// Ends the process with a message on stderr; for states in which going on could lose data.
[[noreturn]] void fatal(const std::string& message);

}  // namespace basalt::common

#define ENSURE(condition, message)                                                \
  do {                                                                            \
    if (!(condition)) [[unlikely]]                                                \
      ::basalt::common::ensure_failed(#condition, __FILE__, __LINE__, (message)); \
  } while (false)

#ifdef BASALT_CHECKS
#define DEBUG_ENSURE(condition, message) ENSURE(condition, message)
#else
#define DEBUG_ENSURE(condition, message) ((void)0)
#endif

#define UNREACHABLE(message) ::basalt::common::ensure_failed("unreachable", __FILE__, __LINE__, (message))
