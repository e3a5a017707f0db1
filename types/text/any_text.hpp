// Values of any type as text, for the functions that take VARIADIC "any".
#pragma once

#include <optional>
#include <string>

#include "types/function.hpp"

namespace basalt::types {

// The output function's text of row `row`, or nullopt for NULL.
std::optional<std::string> text_of(FunctionCall& call, common::Oid type, const Vector& vector, uint32_t row);
std::string text_of(FunctionCall& call, common::Oid type, const Value& value);

// Runs `compute` for each row with an adaptor's NULL and error behaviour: it returns nullopt for NULL, and may throw.
template <typename Compute>
void run_rows(FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result, Compute compute) {
  bool constant = rows > 0;
  for (const Vector& argument : arguments) constant = constant && argument.is_constant();
  uint32_t count = constant ? 1 : rows;
  for (uint32_t row = 0; row < count; ++row) {
    try {
      std::optional<std::string> text = compute(row);
      if (text)
        result.data<common::StringRef>()[row] = result.add_string(*text);
      else
        result.set_null(row);
    } catch (common::SqlError& error) {
      return call.fail(row, std::move(error));
    }
  }
  if (constant) result.make_constant();
}

}  // namespace basalt::types
