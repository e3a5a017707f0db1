#include "common/stack_depth.hpp"

#include <pthread.h>

#include <algorithm>

#include "common/sqlstate.hpp"

namespace basalt::common {

namespace {

const char* find_limit() {
  pthread_attr_t attributes;
  void* low = nullptr;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return nullptr;
  pthread_attr_getstack(&attributes, &low, &size);
  pthread_attr_destroy(&attributes);
  // The main thread's stack may be reported larger than is usable.
  size_t counted = std::min(size, kThreadStackBytes);
  return static_cast<const char*>(low) + (size - counted) + counted / 4;
}

}  // namespace

SqlError stack_too_deep() {
  return SqlError(sqlstate::kStatementTooComplex, "stack depth limit exceeded")
      .hint(
          "Increase the configuration parameter \"max_stack_depth\" (currently 2048kB), after ensuring the platform's "
          "stack depth limit is adequate.");
}

const char* stack_limit() {
  thread_local const char* limit = find_limit();
  return limit;
}

void check_stack_depth() {
  if (static_cast<const char*>(__builtin_frame_address(0)) < stack_limit()) throw stack_too_deep();
}

}  // namespace basalt::common
