// SetCall: one call of a (possibly set-returning) function, row set by row set: for FROM f(...) and for set-returning
// functions in a target list.
#pragma once

#include "executor/execution_context.hpp"

namespace basalt::types {
class RecordView;
}

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
  void define_row(std::span<const query::ColumnDefinition> definitions);
  void open_call(ExecutionContext& context, const Chunk& input);
  void call_scalar(ExecutionContext& context, std::span<const Value> arguments);
  void shape(ExecutionContext& context, Chunk& raw, Chunk& out);
  void take_apart(ExecutionContext& context, const Chunk& raw, Chunk& out);
  void put_together(ExecutionContext& context, const Chunk& raw, Chunk& out);
  void require_columns(Chunk& raw) const;
  void require_fields(ExecutionContext& context, const types::RecordView& record) const;
  void find_row_columns(ExecutionContext& context);

  SetCallPlace place_;
  std::vector<common::PhysicalType> columns_;
  bool composite_ = false;  // the result is a row
  bool named_ = false;      // of a type that the catalog knows
  bool returns_set_ = false;
  bool delivers_records_ = false;  // one column, to be taken apart
  // Set-returning call, or one with a column definition list.
  catalog::FunctionPointer function_;
  std::vector<query::EvaluatorPointer> arguments_;
  std::vector<Oid> argument_types_;
  Oid result_type_, collation_;
  bool variadic_ = false;
  types::TypePointer defined_row_;  // the column definition list as a type
  std::vector<Oid> row_types_;      // of the columns that make a composite result, once they are needed
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
