#include "types/value_function.hpp"

#include <algorithm>

namespace basalt::types {

void run_value_function(ValueFunction function, NullArguments nulls, FunctionCall& call,
                        std::span<const Vector> arguments, uint32_t rows, Vector& result) {
  bool all_constant = rows > 0 && !arguments.empty() &&
                      std::all_of(arguments.begin(), arguments.end(), [](const Vector& v) { return v.is_constant(); });
  uint32_t count = all_constant ? 1 : rows;
  std::vector<Value> values(arguments.size());
  uint32_t row = 0;
  try {
    for (; row < count; ++row) {
      bool any_null = false;
      for (size_t i = 0; i < arguments.size(); ++i) {
        any_null = any_null || arguments[i].is_null(row);
        if (any_null && nulls == NullArguments::kGiveNull) break;
        values[i] = arguments[i].value(row);
      }
      if (any_null && nulls == NullArguments::kGiveNull) {
        result.set_null(row);
        continue;
      }
      Value value = function(call, values);
      if (value.is_null())
        result.set_null(row);
      else
        result.set_value(row, value);
    }
  } catch (common::SqlError& error) {
    call.fail(row, std::move(error));
    return;
  }
  if (all_constant) result.make_constant();
}

void RowSetFunction::next(common::Chunk& out, uint32_t rows_max) {
  out.reset(columns_, rows_max);
  uint32_t row = 0;
  while (row < rows_max && next_row(out, row)) ++row;
  out.rows = row;
}

}  // namespace basalt::types
