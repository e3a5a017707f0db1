// How deep recursion may go: what walks a tree of the user's making (an expression, a query, JSON) or calls a function
// that may call itself asks here first. Past three quarters of the thread's stack the answer is 54001, as from
// PostgreSQL's max_stack_depth; the last quarter is for what does not ask: leaf functions, destructors, the way out.
#pragma once

#include <cstddef>

#include "common/sql_error.hpp"

namespace basalt::common {

// Of the threads that run statements. AddressSanitizer makes frames many times larger, and when an exception passes it
// looks after no more than 64 MB of stack: so much is three quarters. ThreadSanitizer keeps the call stack of each
// allocation, so that a deep recursion needs memory by the square of its depth. 1,000 calls of a PL/pgSQL function by
// itself fit, 250 under the sanitizers.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr size_t kThreadStackBytes = size_t{84} << 20;
#elif defined(__SANITIZE_THREAD__)
inline constexpr size_t kThreadStackBytes = size_t{7} << 20;
#else
inline constexpr size_t kThreadStackBytes = size_t{16} << 20;
#endif

// 54001 "stack depth limit exceeded".
[[nodiscard]] SqlError stack_too_deep();
// The address that the stack of this thread may grow down to.
const char* stack_limit();
void check_stack_depth();

}  // namespace basalt::common
