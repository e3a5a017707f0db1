// SetCall: one call of a (possibly set-returning) function, row set by row set: for FROM f(...) and for set-returning functions in
// a target list.
#pragma once

#include "executor/execution_context.hpp"

namespace basalt::executor {

class SetCall {
 public:
  // `columns`: how many columns the caller expects; 1 in a target list (a composite result arrives as a record).
  SetCall(ExecutionContext& context, const query::Expression& call, std::vector<common::PhysicalType> columns);
  ~SetCall();

  // Starts a call with arguments evaluated over row 0 of `input`.
  void open(ExecutionContext& context, const Chunk& input);
  // Up to `demand` rows; none: the end.
  void next(ExecutionContext& context, Chunk& out, uint32_t demand);
  bool returns_set() const { return returns_set_; }

 private:
  void open_set(ExecutionContext& context, const Chunk& input);
  void shape(Chunk& raw, Chunk& out) const;

  std::vector<common::PhysicalType> columns_;
  bool returns_set_ = false;
  // Set-returning call.
  catalog::FunctionPointer function_;
  std::vector<query::EvaluatorPointer> arguments_;
  std::vector<Oid> argument_types_;
  Oid result_type_, collation_;
  bool variadic_ = false;
  bool composite_in_one_column_ = false;
  std::unique_ptr<types::FunctionCall> call_;
  std::unique_ptr<types::CallState> call_state_;
  std::unique_ptr<types::SetFunction> set_;
  // Scalar call.
  query::EvaluatorPointer scalar_;
  bool scalar_done_ = true;
  Vector scalar_value_;
};

}  // namespace basalt::executor
