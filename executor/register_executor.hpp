// Registers what the executor itself computes: the window functions.
#pragma once

#include "types/function.hpp"

namespace basalt::executor {

void register_executor(types::FunctionRegistry& registry);

}  // namespace basalt::executor
