// How deep recursion may go: what walks a tree of the user's making (an expression, a query, JSON) or calls a function
// that may call itself asks here first. Past three quarters of the thread's stack the answer is 54001, as from
// PostgreSQL's max_stack_depth; the last quarter is for what does not ask: leaf functions, destructors, the way out.
#pragma once

#include <cstddef>

#include "common/sql_error.hpp"

namespace basalt::common {

// Of the threads that run statements. AddressSanitizer makes each frame several times larger; the depth that users are
// promised stays the same under it.
#ifdef __SANITIZE_ADDRESS__
inline constexpr size_t kThreadStackBytes = size_t{64} << 20;
#else
inline constexpr size_t kThreadStackBytes = size_t{16} << 20;
#endif

// 54001 "stack depth limit exceeded".
[[nodiscard]] SqlError stack_too_deep();
// The address that the stack of this thread may grow down to.
const char* stack_limit();
void check_stack_depth();

}  // namespace basalt::common
