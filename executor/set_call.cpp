#include "executor/set_call.hpp"

#include "query/execute_privilege.hpp"
#include "query/polymorphic.hpp"
#include "types/container/record.hpp"
#include "types/result_row.hpp"

namespace basalt::executor {

using common::PhysicalType;

namespace {
constexpr uint32_t kInternalLanguage = 12;
}

SetCall::SetCall(ExecutionContext& context, const query::Expression& call, SetCallPlace place,
                 std::vector<PhysicalType> columns, std::span<const query::ColumnDefinition> definitions)
    : place_(place), columns_(std::move(columns)) {
  query::ExpressionCompiler compiler(*context.evaluation.catalog, *context.evaluation.call);
  catalog::CatalogReader& catalog = *context.evaluation.catalog;
  Oid function;
  const query::ExpressionList* arguments = nullptr;
  const auto* f = query::try_as<query::Function>(&call);
  if (f && f->returns_set) {
    returns_set_ = true;
  } else if (f && !definitions.empty()) {
    catalog::FunctionPointer found = catalog.function(f->function);
    if (!found || found->language.value != kInternalLanguage) f = nullptr;
  } else {
    f = nullptr;
  }
  if (f) {
    function = f->function;
    arguments = &f->arguments;
    variadic_ = f->variadic;
    collation_ = f->input_collation;
  } else if (call.kind == query::ExpressionKind::kOperator && query::as<query::OperatorCall>(call).returns_set) {
    const auto& op = query::as<query::OperatorCall>(call);
    function = op.function;
    arguments = &op.arguments;
    collation_ = op.input_collation;
    returns_set_ = true;
  }
  types::TypePointer type = catalog.type(call.type);
  while (type && type->kind == 'd') type = catalog.type(type->base);
  composite_ = type && (type->kind == 'c' || type->oid == types::oid::kRecord);
  if (!arguments) {
    scalar_ = compiler.compile(call);
    return;
  }
  result_type_ = call.type;
  function_ = catalog.function(function);
  query::require_execute(catalog, *context.evaluation.call, *function_);
  for (const auto& argument : *arguments) argument_types_.push_back(argument->type);
  arguments_ = compiler.compile_list(*arguments);
  if (definitions.empty()) return;
  auto row = std::make_shared<types::TypeDescriptor>();
  row->oid = types::oid::kRecord;
  row->kind = 'c';
  for (const auto& column : definitions)
    row->attributes.push_back({column.name, column.type, column.typmod, column.collation, false});
  defined_row_ = std::move(row);
}

SetCall::~SetCall() = default;

void SetCall::open(ExecutionContext& context, const Chunk& input) {
  if (function_) {
    open_call(context, input);
    return;
  }
  query::Rows rows(1);
  scalar_value_ = scalar_->evaluate(context.evaluation, input, rows);
  rows.raise();
  scalar_done_ = false;
}

void SetCall::open_call(ExecutionContext& context, const Chunk& input) {
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
  scalar_done_ = returns_set_;
  if (!returns_set_) scalar_value_ = Vector::constant(PhysicalType::kString, Value::null(PhysicalType::kString));
  if (any_null && function_->strict) return;
  call_state_ = defined_row_ ? std::make_unique<types::ResultRow>(defined_row_) : nullptr;
  call_ = std::make_unique<types::FunctionCall>();
  call_->context = context.evaluation.call;
  call_->function = function_->oid;
  call_->argument_types = argument_types_;
  call_->result_type = result_type_;
  call_->collation = collation_;
  call_->variadic_array = variadic_;
  call_->state = &call_state_;
  if (!returns_set_) {
    call_scalar(types::FunctionRegistry::instance().scalar(function_->source), values);
  } else if (function_->language.value == kInternalLanguage) {
    types::SetFunctionMaker maker = types::FunctionRegistry::instance().set(function_->source);
    if (!maker) throw common::not_supported("function " + function_->name);
    set_ = maker(*call_, values);
  } else {
    set_ = context.evaluation.functions->call_set(*function_, *call_, values);
  }
}

// One call of a function that makes a row as its column definition list wants it.
void SetCall::call_scalar(types::ScalarKernel kernel, std::span<const Value> arguments) {
  if (!kernel) throw common::not_supported("function " + function_->name);
  std::vector<Vector> vectors;
  for (const Value& argument : arguments) {
    Vector vector;
    vector.reset(argument.type(), 1);
    vector.set_value(0, argument);
    vectors.push_back(std::move(vector));
  }
  scalar_value_.reset(PhysicalType::kString, 1);
  kernel(*call_, vectors, 1, scalar_value_);
  if (call_->failed()) throw std::move(*call_->failure);
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
  if (raw.rows > 0) shape(context, raw, out);
}

// The columns of a composite result: those of the OUT parameters, or of the type.
void SetCall::find_row_columns(ExecutionContext& context) {
  catalog::CatalogReader& catalog = *context.evaluation.catalog;
  for (size_t i = 0; i < function_->argument_modes.size(); ++i) {
    const char mode = function_->argument_modes[i];
    if (mode != 'o' && mode != 'b' && mode != 't') continue;
    row_types_.push_back(query::resolve_polymorphic(function_->all_argument_types[i], function_->argument_types,
                                                    argument_types_, catalog, *context.evaluation.call));
    std::string name = i < function_->argument_names.size() ? function_->argument_names[i] : "";
    row_names_.push_back(name.empty() ? "column" + std::to_string(row_types_.size()) : name);
  }
  if (!row_types_.empty()) return;
  types::TypePointer type = catalog.type(result_type_);
  while (type && type->kind == 'd') type = catalog.type(type->base);
  if (!type) return;
  for (const auto& attribute : type->attributes)
    if (!attribute.dropped) row_types_.push_back(attribute.type);
}

// Brings what the function delivered to the columns that the caller expects: records are taken apart or put together. A
// function that returns a set delivers columns, another one a record.
void SetCall::shape(ExecutionContext& context, Chunk& raw, Chunk& out) {
  const bool from = place_ == SetCallPlace::kFrom;
  const bool take_apart = from && (returns_set_ ? raw.columns.size() != columns_.size() : composite_);
  bool put_together = !from && returns_set_ && composite_;
  if (put_together) {
    if (row_types_.empty()) find_row_columns(context);
    // A record of which nobody knows the columns comes as one.
    if (row_types_.empty() && raw.columns.size() == 1) put_together = false;
  }
  if (!take_apart && !put_together) {
    out = std::move(raw);
    return;
  }
  out.reset(columns_, raw.rows);
  if (put_together) {
    for (uint32_t i = 0; i < raw.rows; ++i) {
      types::RecordBuilder builder(result_type_);
      for (size_t c = 0; c < raw.columns.size(); ++c)
        builder.append(c < row_types_.size() ? row_types_[c] : Oid{}, raw.columns[c], i);
      if (result_type_ == types::oid::kRecord && row_names_.size() == raw.columns.size()) builder.set_names(row_names_);
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
