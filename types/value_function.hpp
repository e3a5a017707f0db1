// Kernels for functions of polymorphic arguments: a plain C++ function of one row's Values.
//
//   Value array_append(FunctionCall& call, std::span<const Value> arguments);
//   registry.add_scalar("array_append", value_kernel<array_append, NullArguments::kReach>());
//
// Slower than types/function_adaptor.hpp (a Value owns its string), for functions whose own work outweighs that.
#pragma once

#include <span>

#include "types/function.hpp"

namespace basalt::types {

using ValueFunction = Value (*)(FunctionCall& call, std::span<const Value> arguments);
enum class NullArguments : uint8_t { kGiveNull, kReach };

void run_value_function(ValueFunction function, NullArguments nulls, FunctionCall& call,
                        std::span<const Vector> arguments, uint32_t rows, Vector& result);

template <ValueFunction Function, NullArguments Nulls = NullArguments::kGiveNull>
constexpr ScalarKernel value_kernel() {
  return [](FunctionCall& call, std::span<const Vector> arguments, uint32_t rows, Vector& result) {
    run_value_function(Function, Nulls, call, arguments, rows, result);
  };
}

// A set function whose rows are computed at once, or one after the other by `next_row` (false: the end).
class RowSetFunction : public SetFunction {
 public:
  explicit RowSetFunction(std::vector<common::PhysicalType> columns) : columns_(std::move(columns)) {}
  void next(common::Chunk& out, uint32_t rows_max) override;

 protected:
  // Fills row `row` of the flat columns.
  virtual bool next_row(common::Chunk& out, uint32_t row) = 0;

 private:
  std::vector<common::PhysicalType> columns_;
};

}  // namespace basalt::types
