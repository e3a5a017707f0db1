// SetCall: one call of a (possibly set-returning) function, row set by row set: for FROM f(...) and for set-returning
// functions in a target list.
#pragma once

#include "executor/execution_context.hpp"

namespace basalt::executor {

enum class SetCallPlace : uint8_t { kTargetList, kFrom };

class SetCall {
 public:
  // `columns`: what the caller expects; one in a target list, where a composite result is a record, and the columns of
  // a composite result in FROM. `definitions`: the column definition list of a call in FROM, or empty.
  SetCall(ExecutionContext& context, const query::Expression& call, SetCallPlace place,
          std::vector<common::PhysicalType> columns, std::span<const query::ColumnDefinition> definitions = {});
  ~SetCall();

  // Starts a call with arguments evaluated over row 0 of `input`.
  void open(ExecutionContext& context, const Chunk& input);
  // Up to `demand` rows; none: the end.
  void next(ExecutionContext& context, Chunk& out, uint32_t demand);
  bool returns_set() const { return returns_set_; }

 private:
  void open_call(ExecutionContext& context, const Chunk& input);
  void call_scalar(types::ScalarKernel kernel, std::span<const Value> arguments);
  void shape(ExecutionContext& context, Chunk& raw, Chunk& out);
  void find_row_columns(ExecutionContext& context);

  SetCallPlace place_;
  std::vector<common::PhysicalType> columns_;
  bool composite_ = false;  // the result is a row
  bool returns_set_ = false;
  // Set-returning call, or one with a column definition list.
  catalog::FunctionPointer function_;
  std::vector<query::EvaluatorPointer> arguments_;
  std::vector<Oid> argument_types_;
  Oid result_type_, collation_;
  bool variadic_ = false;
  types::TypePointer defined_row_;       // the column definition list as a type
  std::vector<Oid> row_types_;           // of the columns that make a composite result, once they are needed
  std::vector<std::string> row_names_;
  std::unique_ptr<types::FunctionCall> call_;
  std::unique_ptr<types::CallState> call_state_;
  std::unique_ptr<types::SetFunction> set_;
  // Scalar call.
  query::EvaluatorPointer scalar_;
  bool scalar_done_ = true;
  Vector scalar_value_;
};

}  // namespace basalt::executor
