#include "query/evaluator.hpp"

#include <algorithm>

#include "common/stack_depth.hpp"
#include "query/evaluator_nodes.hpp"

namespace basalt::query {

EvaluatorPointer ExpressionCompiler::compile(const Expression& e) {
  common::check_stack_depth();
  switch (e.kind) {
    case ExpressionKind::kConstant:
      return compile_constant(*this, as<Constant>(e));
    case ExpressionKind::kParameter:
      return compile_parameter(*this, as<Parameter>(e));
    case ExpressionKind::kSlot:
      return compile_slot(*this, as<Slot>(e));
    case ExpressionKind::kFunction:
      return compile_function(*this, as<Function>(e));
    case ExpressionKind::kOperator:
    case ExpressionKind::kDistinct:
    case ExpressionKind::kNullIf:
      return compile_operator(*this, as<OperatorCall>(e));
    case ExpressionKind::kScalarArray:
      return compile_scalar_array(*this, as<ScalarArrayCall>(e));
    case ExpressionKind::kBool:
      return compile_bool(*this, as<BoolCall>(e));
    case ExpressionKind::kNullTest:
      return compile_null_test(*this, as<NullTest>(e));
    case ExpressionKind::kBooleanTest:
      return compile_boolean_test(*this, as<BooleanTest>(e));
    case ExpressionKind::kCase:
      return compile_case(*this, as<Case>(e));
    case ExpressionKind::kCaseTest:
      return compile_case_test(*this, as<CaseTest>(e));
    case ExpressionKind::kCoalesce:
      return compile_coalesce(*this, as<Coalesce>(e));
    case ExpressionKind::kMinMax:
      return compile_min_max(*this, as<MinMax>(e));
    case ExpressionKind::kArray:
      return compile_array(*this, as<ArrayConstructor>(e));
    case ExpressionKind::kRow:
      return compile_row(*this, as<RowConstructor>(e));
    case ExpressionKind::kRowCompare:
      return compile_row_compare(*this, as<RowCompare>(e));
    case ExpressionKind::kFieldSelect:
      return compile_field_select(*this, as<FieldSelect>(e));
    case ExpressionKind::kFieldStore:
      return compile_field_store(*this, as<FieldStore>(e));
    case ExpressionKind::kSubscript:
      return compile_subscript(*this, as<Subscript>(e));
    case ExpressionKind::kRelabel:
      return compile(*as<Relabel>(e).argument);
    case ExpressionKind::kCollate:
      return compile(*as<Collate>(e).argument);
    case ExpressionKind::kCoerceViaIo:
      return compile_coerce_via_io(*this, as<CoerceViaIo>(e));
    case ExpressionKind::kArrayCoerce:
      return compile_array_coerce(*this, as<ArrayCoerce>(e));
    case ExpressionKind::kConvertRow:
      return compile_convert_row(*this, as<ConvertRow>(e));
    case ExpressionKind::kCoerceToDomain:
      return compile_coerce_to_domain(*this, as<CoerceToDomain>(e));
    case ExpressionKind::kDomainValue:
      return compile_domain_value(*this, as<DomainValue>(e));
    case ExpressionKind::kSqlValue:
      return compile_sql_value(*this, as<SqlValue>(e));
    case ExpressionKind::kSubPlan:
      return compile_sub_plan(*this, as<SubPlanCall>(e));
    case ExpressionKind::kNamedArgument:
      return compile(*as<NamedArgument>(e).argument);
    case ExpressionKind::kCurrentOf:
      throw common::SqlError(common::SqlState{"0A000"}, "WHERE CURRENT OF is not supported for this kind of plan");
    case ExpressionKind::kColumn:
    case ExpressionKind::kSubLink:
    case ExpressionKind::kAggregate:
    case ExpressionKind::kWindow:
    case ExpressionKind::kGrouping:
    case ExpressionKind::kSetDefault:
      break;
  }
  UNREACHABLE("expression kind " + std::to_string(static_cast<int>(e.kind)) + " reached the evaluator");
}

std::vector<EvaluatorPointer> ExpressionCompiler::compile_list(const ExpressionList& list) {
  std::vector<EvaluatorPointer> out;
  out.reserve(list.size());
  for (const auto& e : list) out.push_back(compile(*e));
  return out;
}

void evaluate_arm(Evaluator& arm, EvaluationContext& context, const Chunk& input, const common::Selection& selection,
                  Rows& rows, Vector& out) {
  if (selection.empty()) return;
  Chunk part = input;
  part.slice(std::make_shared<common::Selection>(selection));
  Rows arm_rows(part.rows);
  Vector values = arm.evaluate(context, part, arm_rows);
  common::dispatch_physical(out.type(), [&]<typename T>() {
    auto view = values.view<T>();
    T* to = out.data<T>();
    for (uint32_t i = 0; i < arm_rows.count; ++i) {
      if (view.is_null(i)) {
        out.set_null(selection[i]);
      } else {
        to[selection[i]] = view[i];
      }
    }
  });
  if (out.type() == common::PhysicalType::kString) out.keep_strings_of(values);
  if (arm_rows.error) rows.fail(selection[arm_rows.count], std::move(*arm_rows.error));
}

void evaluate_filter(Evaluator& predicate, EvaluationContext& context, const Chunk& input, Rows& rows,
                     common::Selection& selected) {
  selected.clear();
  Vector values = predicate.evaluate(context, input, rows);
  auto view = values.view<bool>();
  if (view.constant) {
    if (rows.count > 0 && !view.is_null(0) && view[0])
      for (uint32_t i = 0; i < rows.count; ++i) selected.push_back(i);
    return;
  }
  selected.resize(rows.count);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < rows.count; ++i) {
    selected[kept] = i;
    kept += !view.is_null(i) && view[i];
  }
  selected.resize(kept);
}

namespace {

// One row of the chunk as a chunk of its own.
Chunk single_row(const Chunk& input, uint32_t row) {
  Chunk one = input;
  one.slice(std::make_shared<common::Selection>(common::Selection{row}));
  return one;
}

}  // namespace

void evaluate_list(std::span<const EvaluatorPointer> list, bool row_by_row, EvaluationContext& context,
                   const Chunk& input, Rows& rows, Chunk& out) {
  out.columns.resize(list.size());
  if (!row_by_row || rows.count <= 1) {
    for (size_t i = 0; i < list.size(); ++i) out.columns[i] = list[i]->evaluate(context, input, rows);
    out.rows = rows.count;
    return;
  }
  for (size_t i = 0; i < list.size(); ++i) out.columns[i] = Vector(list[i]->physical(), rows.count);
  uint32_t wanted = rows.count;
  for (uint32_t row = 0; row < wanted && !rows.error; ++row) {
    Chunk one = single_row(input, row);
    Rows single(1);
    for (size_t i = 0; i < list.size() && !single.error; ++i) {
      Vector value = list[i]->evaluate(context, one, single);
      if (!single.error) out.columns[i].copy_row(row, value, 0);
    }
    if (single.error) rows.fail(row, std::move(*single.error));
  }
  out.rows = rows.count;
}

Value evaluate_constant(Evaluator& expression, EvaluationContext& context) {
  Chunk empty;
  empty.rows = 1;
  Rows rows(1);
  Vector v = expression.evaluate(context, empty, rows);
  rows.raise();
  return v.value(0);
}

}  // namespace basalt::query
