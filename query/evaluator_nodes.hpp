// The parts of the expression compiler, one function per family of nodes. Internal to query/evaluator*.cpp.
#pragma once

#include "query/evaluator.hpp"

namespace basalt::query {

EvaluatorPointer compile_constant(ExpressionCompiler& compiler, const Constant& node);
EvaluatorPointer compile_parameter(ExpressionCompiler& compiler, const Parameter& node);
EvaluatorPointer compile_slot(ExpressionCompiler& compiler, const Slot& node);
EvaluatorPointer compile_function(ExpressionCompiler& compiler, const Function& node);
EvaluatorPointer compile_operator(ExpressionCompiler& compiler, const OperatorCall& node);
EvaluatorPointer compile_scalar_array(ExpressionCompiler& compiler, const ScalarArrayCall& node);
EvaluatorPointer compile_sql_value(ExpressionCompiler& compiler, const SqlValue& node);

EvaluatorPointer compile_bool(ExpressionCompiler& compiler, const BoolCall& node);
EvaluatorPointer compile_null_test(ExpressionCompiler& compiler, const NullTest& node);
EvaluatorPointer compile_boolean_test(ExpressionCompiler& compiler, const BooleanTest& node);
EvaluatorPointer compile_case(ExpressionCompiler& compiler, const Case& node);
EvaluatorPointer compile_case_test(ExpressionCompiler& compiler, const CaseTest& node);
// Is this the value of an assignment to a part (a.b[1] = x assigns to a part of a.b), which starts from the present
// value of the whole, as CaseTest?
bool starts_from_old_value(const Expression& assigned);
EvaluatorPointer compile_coalesce(ExpressionCompiler& compiler, const Coalesce& node);
EvaluatorPointer compile_min_max(ExpressionCompiler& compiler, const MinMax& node);

EvaluatorPointer compile_array(ExpressionCompiler& compiler, const ArrayConstructor& node);
EvaluatorPointer compile_row(ExpressionCompiler& compiler, const RowConstructor& node);
EvaluatorPointer compile_row_compare(ExpressionCompiler& compiler, const RowCompare& node);
EvaluatorPointer compile_field_select(ExpressionCompiler& compiler, const FieldSelect& node);
EvaluatorPointer compile_field_store(ExpressionCompiler& compiler, const FieldStore& node);
EvaluatorPointer compile_subscript(ExpressionCompiler& compiler, const Subscript& node);

EvaluatorPointer compile_coerce_via_io(ExpressionCompiler& compiler, const CoerceViaIo& node);
EvaluatorPointer compile_array_coerce(ExpressionCompiler& compiler, const ArrayCoerce& node);
EvaluatorPointer compile_convert_row(ExpressionCompiler& compiler, const ConvertRow& node);
EvaluatorPointer compile_coerce_to_domain(ExpressionCompiler& compiler, const CoerceToDomain& node);
EvaluatorPointer compile_domain_value(ExpressionCompiler& compiler, const DomainValue& node);
EvaluatorPointer compile_sub_plan(ExpressionCompiler& compiler, const SubPlanCall& node);

// Evaluates `arm` only for the rows in `selection` and writes its results into the same rows of the flat vector `out`.
// `rows` shrinks when the arm fails.
void evaluate_arm(Evaluator& arm, EvaluationContext& context, const Chunk& input, const common::Selection& selection,
                  Rows& rows, Vector& out);

// Computes a value for each row by `f(row) -> Value`, turning a thrown SqlError into the row's failure.
template <typename F>
Vector evaluate_rows(common::PhysicalType physical, Rows& rows, F&& f) {
  Vector out(physical, rows.count);
  for (uint32_t row = 0; row < rows.count; ++row) {
    try {
      out.set_value(row, f(row));
    } catch (common::SqlError& error) {
      rows.fail(row, std::move(error));
    }
  }
  return out;
}

}  // namespace basalt::query
