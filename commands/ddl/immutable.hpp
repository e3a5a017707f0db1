// Index expressions and generated columns must give the same value at any time.
#pragma once

#include "commands/ddl/ddl.hpp"

namespace basalt::commands::ddl {

// 42P17 with `message` when the expression calls a function that is not immutable.
void check_immutable(DdlContext& ddl, const query::Expression& expression, const char* message);

}  // namespace basalt::commands::ddl
