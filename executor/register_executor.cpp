#include "executor/register_executor.hpp"

namespace basalt::executor {

void register_executor(types::FunctionRegistry& registry) {
  for (const char* signature :
       {"row_number()", "rank()", "dense_rank()", "percent_rank()", "cume_dist()", "ntile(int4)", "lag(anyelement)",
        "lag(anyelement,int4)", "lag(anycompatible,int4,anycompatible)", "lead(anyelement)", "lead(anyelement,int4)",
        "lead(anycompatible,int4,anycompatible)", "first_value(anyelement)", "last_value(anyelement)",
        "nth_value(anyelement,int4)"})
    registry.add_window(signature);
}

}  // namespace basalt::executor
