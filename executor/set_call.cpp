#include "executor/set_call.hpp"

#include "types/container/record.hpp"

namespace basalt::executor {

using common::PhysicalType;

namespace {
constexpr uint32_t kInternalLanguage = 12;
}

SetCall::SetCall(ExecutionContext& context, const query::Expression& call, std::vector<PhysicalType> columns)
    : columns_(std::move(columns)) {
  query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
  Oid function;
  const query::ExpressionList* arguments = nullptr;
  if (const auto* f = query::try_as<query::Function>(&call); f && f->returns_set) {
    function = f->function;
    arguments = &f->arguments;
    variadic_ = f->variadic;
    collation_ = f->input_collation;
  } else if (call.kind == query::ExpressionKind::kOperator && query::as<query::OperatorCall>(call).returns_set) {
    const auto& op = query::as<query::OperatorCall>(call);
    function = op.function;
    arguments = &op.arguments;
    collation_ = op.input_collation;
  }
  if (!arguments) {
    scalar_ = compiler.compile(call);
    return;
  }
  returns_set_ = true;
  result_type_ = call.type;
  function_ = context.evaluation.catalog->function(function);
  for (const auto& argument : *arguments) argument_types_.push_back(argument->type);
  arguments_ = compiler.compile_list(*arguments);
}

SetCall::~SetCall() = default;

void SetCall::open(ExecutionContext& context, const Chunk& input) {
  if (returns_set_) {
    open_set(context, input);
    return;
  }
  query::Rows rows(1);
  scalar_value_ = scalar_->evaluate(context.evaluation, input, rows);
  rows.raise();
  scalar_done_ = false;
}

void SetCall::open_set(ExecutionContext& context, const Chunk& input) {
  set_.reset();
  std::vector<Value> values;
  bool any_null = false;
  for (const auto& argument : arguments_) {
    query::Rows rows(1);
    Vector v = argument->evaluate(context.evaluation, input, rows);
    rows.raise();
    values.push_back(v.value(0));
    any_null |= values.back().is_null();
  }
  if (any_null && function_->strict) return;
  call_state_.reset();
  call_ = std::make_unique<types::FunctionCall>();
  call_->context = context.evaluation.call;
  call_->function = function_->oid;
  call_->argument_types = argument_types_;
  call_->result_type = result_type_;
  call_->collation = collation_;
  call_->variadic_array = variadic_;
  call_->state = &call_state_;
  if (function_->language.value == kInternalLanguage) {
    types::SetFunctionMaker maker = types::FunctionRegistry::instance().set(function_->source);
    if (!maker) throw common::not_supported("function " + function_->name);
    set_ = maker(*call_, values);
  } else {
    set_ = context.evaluation.functions->call_set(*function_, *call_, values);
  }
}

void SetCall::next(ExecutionContext& context, Chunk& out, uint32_t demand) {
  Chunk raw;
  raw.rows = 0;
  if (returns_set_) {
    if (set_) set_->next(raw, demand);
  } else if (!scalar_done_) {
    scalar_done_ = true;
    raw.columns.push_back(scalar_value_.flatten(1));
    raw.rows = 1;
  }
  out.rows = 0;
  if (raw.rows > 0) shape(raw, out);
}

// Brings what the function delivered to the columns that the caller expects: records are taken apart or put together.
void SetCall::shape(Chunk& raw, Chunk& out) const {
  if (raw.columns.size() == columns_.size() &&
      (columns_.size() != 1 || raw.columns[0].type() == columns_[0])) {
    out = std::move(raw);
    return;
  }
  out.reset(columns_, raw.rows);
  if (columns_.size() == 1) {
    for (uint32_t i = 0; i < raw.rows; ++i) {
      types::RecordBuilder builder(result_type_.valid() ? result_type_ : types::oid::kRecord);
      for (const Vector& column : raw.columns) builder.append(Oid{}, column, i);
      out.columns[0].set_value(i, Value::of(builder.finish()));
    }
  } else {
    ENSURE(raw.columns.size() == 1, "function delivered another number of columns than its type says");
    for (uint32_t i = 0; i < raw.rows; ++i) {
      Value value = raw.columns[0].value(i);
      for (size_t c = 0; c < columns_.size(); ++c) out.columns[c].set_null(i);
      if (value.is_null()) continue;
      types::RecordView record(value.string());
      for (uint32_t c = 0; c < columns_.size() && c < record.size(); ++c) {
        Value field = record.value(c);
        if (!field.is_null()) out.columns[c].set_value(i, field);
      }
    }
  }
  out.rows = raw.rows;
}

}  // namespace basalt::executor
