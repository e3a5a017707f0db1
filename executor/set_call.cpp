#include "executor/set_call.hpp"

#include "common/sqlstate.hpp"
#include "query/execute_privilege.hpp"
#include "query/polymorphic.hpp"
#include "types/container/record.hpp"
#include "types/result_row.hpp"

namespace basalt::executor {

using common::PhysicalType;
using common::SqlError;
namespace sqlstate = common::sqlstate;

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
  } else if (definitions.empty()) {
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
  named_ = type && type->kind == 'c';
  composite_ = named_ || (type && type->oid == types::oid::kRecord);
  define_row(definitions);
  if (!arguments) {
    scalar_ = compiler.compile(call);
    return;
  }
  result_type_ = call.type;
  function_ = catalog.function(function);
  query::require_execute(catalog, *context.evaluation.call, *function_);
  for (const auto& argument : *arguments) argument_types_.push_back(argument->type);
  arguments_ = compiler.compile_list(*arguments);
}

void SetCall::define_row(std::span<const query::ColumnDefinition> definitions) {
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
    call_scalar(context, values);
  } else if (function_->language.value == kInternalLanguage) {
    types::SetFunctionMaker maker = types::FunctionRegistry::instance().set(function_->source);
    if (!maker) throw common::not_supported("function " + function_->name);
    set_ = maker(*call_, values);
  } else {
    set_ = context.evaluation.functions->call_set(*function_, *call_, values);
  }
  delivers_records_ = dynamic_cast<types::RowsAreRecords*>(set_.get()) != nullptr;
}

// One call of a function that makes a row as its column definition list wants it.
void SetCall::call_scalar(ExecutionContext& context, std::span<const Value> arguments) {
  if (function_->language.value != kInternalLanguage) {
    scalar_value_ =
        Vector::constant(PhysicalType::kString, context.evaluation.functions->call(*function_, *call_, arguments));
    return;
  }
  types::ScalarKernel kernel = types::FunctionRegistry::instance().scalar(function_->source);
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

namespace {

SqlError wrong_row(std::string detail) {
  SqlError error(sqlstate::kDatatypeMismatch, "function return row and query-specified return row do not match");
  error.report().detail = std::move(detail);
  return error;
}

SqlError wrong_count(size_t returned, size_t expected) {
  return wrong_row("Returned row contains " + std::to_string(returned) + " attribute" + (returned == 1 ? "" : "s") +
                   ", but query expects " + std::to_string(expected) + ".");
}

}  // namespace

// Columns for columns. A named type may have got more of them since the query was stored.
void SetCall::require_columns(Chunk& raw) const {
  if (named_ && raw.columns.size() > columns_.size()) raw.columns.resize(columns_.size());
  if (raw.columns.size() != columns_.size()) throw wrong_count(raw.columns.size(), columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c)
    if (raw.columns[c].type() != columns_[c])
      throw wrong_row("The type at ordinal position " + std::to_string(c + 1) + " has changed.");
}

// A record against the column definition list, or against what the query was bound with.
void SetCall::require_fields(ExecutionContext& context, const types::RecordView& record) const {
  if (record.size() != columns_.size() && !named_) throw wrong_count(record.size(), columns_.size());
  for (uint32_t c = 0; c < columns_.size() && c < record.size(); ++c) {
    const Oid returned = record.field_type(c);
    const Oid expected = defined_row_ ? defined_row_->attributes[c].type : returned;
    auto cast = returned == expected ? nullptr : context.evaluation.catalog->cast(returned, expected);
    if ((returned == expected || (cast && cast->method == 'b')) && record.physical(c) == columns_[c]) continue;
    if (returned == expected)
      throw wrong_row("The type at ordinal position " + std::to_string(c + 1) + " has changed.");
    types::CallContext& names = *context.evaluation.call;
    throw wrong_row("Returned type " + names.format_type(returned, -1) + " at ordinal position " +
                    std::to_string(c + 1) + ", but query expects " + names.format_type(expected, -1) + ".");
  }
}

void SetCall::take_apart(ExecutionContext& context, const Chunk& raw, Chunk& out) {
  out.reset(columns_, raw.rows);
  for (uint32_t i = 0; i < raw.rows; ++i) {
    Value value = raw.columns[0].value(i);
    for (size_t c = 0; c < columns_.size(); ++c) out.columns[c].set_null(i);
    if (value.is_null()) continue;
    types::RecordView record(value.string());
    require_fields(context, record);
    for (uint32_t c = 0; c < columns_.size() && c < record.size(); ++c) {
      Value field = record.value(c);
      if (!field.is_null()) out.columns[c].set_value(i, field);
    }
  }
  out.rows = raw.rows;
}

void SetCall::put_together(ExecutionContext& context, const Chunk& raw, Chunk& out) {
  const types::TypePointer row_type = context.evaluation.catalog->type(result_type_);
  out.reset(columns_, raw.rows);
  for (uint32_t i = 0; i < raw.rows; ++i) {
    types::RecordBuilder builder(result_type_);
    for (size_t c = 0; c < raw.columns.size(); ++c)
      builder.append(c < row_types_.size() ? row_types_[c] : Oid{}, raw.columns[c], i);
    builder.number_fields(*row_type);
    if (result_type_ == types::oid::kRecord && row_names_.size() == raw.columns.size()) builder.set_names(row_names_);
    out.columns[0].set_value(i, Value::of(builder.finish()));
  }
  out.rows = raw.rows;
}

// Brings what the function delivered to the columns that the caller expects: records are taken apart or put together. A
// function that returns a set delivers columns (or records, of which nobody knows the columns), another one a record.
void SetCall::shape(ExecutionContext& context, Chunk& raw, Chunk& out) {
  if (place_ == SetCallPlace::kFrom) {
    const bool one_record = delivers_records_ || (raw.columns.size() == 1 && columns_.size() != 1);
    if (returns_set_ ? one_record : composite_) return take_apart(context, raw, out);
    if (composite_) require_columns(raw);
  } else if (returns_set_ && composite_ && !delivers_records_) {
    if (row_types_.empty()) find_row_columns(context);
    if (!row_types_.empty() || raw.columns.size() != 1) return put_together(context, raw, out);
  }
  out = std::move(raw);
}

}  // namespace basalt::executor
