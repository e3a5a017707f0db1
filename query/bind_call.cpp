// Function calls, and f(x) and x.f as two spellings of the same thing.
#include <algorithm>

#include "common/sqlstate.hpp"
#include "query/analyzer.hpp"

namespace basalt::query {

namespace sqlstate = common::sqlstate;
namespace oid = types::oid;

ExpressionPointer Analyzer::bind_function_call(Scope& s, const parser::ParsedFunctionCall& call) {
  const Expression* last_srf = s.last_set_returning;
  ExpressionList arguments;
  for (const auto& argument : call.arguments) {
    // A bare row expansion (f(t.*)) is passed as the row.
    arguments.push_back(bind_inner(s, *argument));
  }
  // WITHIN GROUP's ORDER BY expressions are the trailing arguments.
  if (call.within_group)
    for (const auto& item : call.order_by) arguments.push_back(bind(s, *item.expression, Clause::kOrderBy));
  return call_or_column(s, call.name, std::move(arguments), last_srf, &call, false, call.location);
}

ExpressionPointer Analyzer::column_projection(Scope& s, const std::string& field, ExpressionPointer& argument,
                                              int location) {
  // A whole-row reference is resolved in its item: that finds join and subquery columns as well.
  if (auto* column = try_as<Column>(argument.get()); column && column->column == 0) {
    Scope& scope = scope_at(s, column->levels_up);
    auto index = static_cast<size_t>(column->table) - 1;
    NamespaceItem* item = index < scope.item_of_table.size() ? scope.item_of_table[index] : nullptr;
    if (item) return column_of_item(s, *item, column->levels_up, field, location);
  }
  RowDescription row = describe_row(&s, *argument);
  if (row.row_class != RowClass::kComposite) return nullptr;
  for (size_t i = 0; i < row.columns.size(); ++i) {
    if (!row.columns[i].type.valid() || row.columns[i].name != field) continue;
    auto node = make<FieldSelect>(argument->location);
    node->type = row.columns[i].type;
    node->typmod = row.columns[i].typmod;
    node->collation = row.columns[i].collation;
    node->field = static_cast<int16_t>(i + 1);
    node->argument = std::move(argument);
    return node;
  }
  return nullptr;
}

void Analyzer::check_set_returning(Scope& s, const Expression* last_srf, int location) {
  const ClauseInfo& info = clause_info(s.clause);
  if (s.clause == Clause::kFromFunction) {
    if (s.last_set_returning != last_srf)
      throw error(sqlstate::kFeatureNotSupported, "set-returning functions must appear at top level of FROM",
                  s.last_set_returning->location);
    return;
  }
  if (info.sets_in)
    throw error(sqlstate::kFeatureNotSupported,
                "set-returning functions are not allowed in " + std::string(info.sets_in), location);
  s.query->has_target_sets = true;
}

namespace {

struct CallShape {
  bool star = false, distinct = false, variadic = false, within_group = false, sql_syntax = false;
  const parser::ParsedFunctionCall* call = nullptr;
  explicit CallShape(const parser::ParsedFunctionCall* c) : call(c) {
    if (!c) return;
    star = c->star;
    distinct = c->distinct;
    variadic = c->variadic;
    within_group = c->within_group;
    sql_syntax = c->form == parser::CallForm::kSqlSyntax;
  }
  bool has_order() const { return call && !call->order_by.empty() && !within_group; }
  bool has_filter() const { return call && call->filter; }
  bool has_over() const { return call && call->over; }
};

// What may not be said about a plain function; `what` names the kind of object for OVER.
void refuse_aggregate_options(Analyzer& a, const CallShape& shape, const std::string& name, int location) {
  auto refuse = [&](const std::string& text) { throw a.error(sqlstate::kWrongObjectType, text, location); };
  if (shape.star) refuse(name + "(*) specified, but " + name + " is not an aggregate function");
  if (shape.distinct) refuse("DISTINCT specified, but " + name + " is not an aggregate function");
  if (shape.within_group) refuse("WITHIN GROUP specified, but " + name + " is not an aggregate function");
  if (shape.has_order()) refuse("ORDER BY specified, but " + name + " is not an aggregate function");
  if (shape.has_filter()) refuse("FILTER specified, but " + name + " is not an aggregate function");
  if (shape.has_over()) refuse("OVER specified, but " + name + " is not a window function nor an aggregate function");
}

SqlError not_found(Analyzer& a, const std::string& signature, const CallShape& shape, bool procedure, bool multiple,
                   bool named, int location) {
  (void)named;
  if (multiple) {
    if (procedure)
      return a.error(sqlstate::kAmbiguousFunction, "procedure " + signature + " is not unique", location)
          .hint("Could not choose a best candidate procedure. You might need to add explicit type casts.");
    return a.error(sqlstate::kAmbiguousFunction, "function " + signature + " is not unique", location)
        .hint("Could not choose a best candidate function. You might need to add explicit type casts.");
  }
  if (shape.has_order() && shape.call->order_by.size() > 1 && !shape.within_group)
    return a.error(sqlstate::kUndefinedFunction, "function " + signature + " does not exist", location)
        .hint(
            "No aggregate function matches the given name and argument types. Perhaps you misplaced ORDER BY; ORDER BY "
            "must appear after all regular arguments of the aggregate.");
  if (procedure)
    return a.error(sqlstate::kUndefinedFunction, "procedure " + signature + " does not exist", location)
        .hint("No procedure matches the given name and argument types. You might need to add explicit type casts.");
  return a.error(sqlstate::kUndefinedFunction, "function " + signature + " does not exist", location)
      .hint("No function matches the given name and argument types. You might need to add explicit type casts.");
}

std::vector<std::string> named_arguments(Analyzer& a, const ExpressionList& arguments) {
  std::vector<std::string> names;
  for (const auto& argument : arguments) {
    if (auto* named = try_as<NamedArgument>(argument.get())) {
      if (std::find(names.begin(), names.end(), named->name) != names.end())
        throw a.error(sqlstate::kSyntaxError, "argument name \"" + named->name + "\" used more than once",
                      argument->location);
      names.push_back(named->name);
    } else if (!names.empty()) {
      throw a.error(sqlstate::kSyntaxError, "positional argument cannot follow named argument", argument->location);
    }
  }
  return names;
}

// Arguments in parameter order, with defaults in the places nobody gave a value for.
ExpressionList reorder(ExpressionList arguments, ExpressionList defaults, const std::vector<int>& numbers) {
  ExpressionList out(numbers.size());
  size_t given = arguments.size();
  for (size_t i = 0; i < numbers.size(); ++i) {
    auto& slot = out[static_cast<size_t>(numbers[i])];
    if (i >= given) {
      slot = std::move(defaults[i - given]);
    } else if (auto* named = try_mutable<NamedArgument>(arguments[i].get())) {
      slot = std::move(named->argument);
    } else {
      slot = std::move(arguments[i]);
    }
  }
  return out;
}

}  // namespace

ExpressionPointer Analyzer::call_or_column(Scope& s, const QualifiedName& name, ExpressionList arguments,
                                           const Expression* last_srf, const parser::ParsedFunctionCall* call,
                                           bool procedure, int location) {
  CallShape shape(call);
  std::string shown = name_list_to_string(name);
  bool is_column = call == nullptr;
  if (arguments.size() > 100)
    throw error(sqlstate::kTooManyArguments, "cannot pass more than 100 arguments to a function", location);
  bool plain = !shape.star && !shape.distinct && !shape.has_order() && !shape.has_over() && !shape.within_group &&
               !shape.has_filter() && !shape.variadic;
  bool could_be_projection = plain && name.size() == 1 && arguments.size() == 1 && !procedure &&
                             arguments[0]->kind != ExpressionKind::kNamedArgument && is_complex(arguments[0]->type);
  std::vector<std::string> names = named_arguments(*this, arguments);
  std::vector<Oid> actual;
  for (const auto& argument : arguments) actual.push_back(argument->type);
  if (could_be_projection && is_column)
    if (auto found = column_projection(s, name[0], arguments[0], location)) return found;
  CallDetail detail = at(location, [&] {
    return resolve_call(name, arguments, names, actual, !shape.variadic, true, procedure, location);
  });
  if (detail.kind == CallKind::kNotFound && could_be_projection && !is_column)
    if (auto found = column_projection(s, name[0], arguments[0], location)) return found;
  if (detail.kind == CallKind::kNotFound || detail.kind == CallKind::kMultiple) {
    if (is_column) return nullptr;
    throw not_found(*this, call_signature(name, actual, names), shape, procedure, detail.kind == CallKind::kMultiple,
                    !names.empty(), location);
  }
  if (detail.kind == CallKind::kCoercion) {
    refuse_aggregate_options(*this, shape, shown, location);
    return coerce(std::move(arguments[0]), detail.result, -1, CoercionContext::kExplicit, CoercionForm::kExplicitCall,
                  location);
  }
  note_function(detail.function->oid);
  if (procedure && detail.kind != CallKind::kProcedure)
    throw error(sqlstate::kWrongObjectType, call_signature(name, actual, names) + " is not a procedure", location)
        .hint("To call a function, use SELECT.");
  if (!procedure && detail.kind == CallKind::kProcedure)
    throw error(sqlstate::kWrongObjectType, call_signature(name, actual, names) + " is a procedure", location)
        .hint("To call a procedure, use CALL.");
  if (detail.kind == CallKind::kNormal || detail.kind == CallKind::kProcedure)
    refuse_aggregate_options(*this, shape, shown, location);
  if (detail.kind == CallKind::kAggregate || detail.kind == CallKind::kWindow)
    return finish_special_call(s, shown, std::move(arguments), detail, last_srf, call, actual, names, location);

  bool variadic_call = shape.variadic;
  std::vector<Oid> declared = detail.declared;
  ExpressionList defaults = std::move(detail.defaults);
  for (const auto& item : defaults) actual.push_back(item->type);
  Oid result = at(location, [&] { return enforce_generic(actual, declared, detail.result, false); });
  size_t given = arguments.size();
  for (auto& item : defaults) arguments.push_back(std::move(item));
  coerce_arguments(arguments, actual, declared);
  if (!detail.argument_numbers.empty()) {
    ExpressionList rest;
    for (size_t i = given; i < arguments.size(); ++i) rest.push_back(std::move(arguments[i]));
    arguments.resize(given);
    arguments = reorder(std::move(arguments), std::move(rest), detail.argument_numbers);
  }
  if (detail.variadic_count > 0 && detail.variadic_type != oid::kAny)
    gather_variadic(arguments, detail, variadic_call);
  else if (detail.variadic_count > 0)
    variadic_call = false;
  if (shape.variadic && detail.variadic_type == oid::kAny && !arguments.empty() &&
      !base_element_type(arguments.back()->type).valid())
    throw error(sqlstate::kDatatypeMismatch, "VARIADIC argument must be an array", arguments.back()->location);
  if (detail.returns_set) check_set_returning(s, last_srf, location);
  auto node = make<Function>(location);
  node->function = detail.function->oid;
  node->type = result;
  node->returns_set = detail.returns_set;
  node->variadic = variadic_call;
  node->form = shape.sql_syntax ? CoercionForm::kSqlSyntax : CoercionForm::kExplicitCall;
  node->arguments = std::move(arguments);
  node->location = leftmost(location, node->arguments);
  if (node->returns_set) s.last_set_returning = node.get();
  return node;
}

// The trailing arguments that VARIADIC absorbed become one array.
void Analyzer::gather_variadic(ExpressionList& arguments, const CallDetail& detail, bool& variadic_call) {
  size_t plain = arguments.size() - static_cast<size_t>(detail.variadic_count);
  auto array = make<ArrayConstructor>(arguments[plain]->location);
  for (size_t i = plain; i < arguments.size(); ++i) array->elements.push_back(std::move(arguments[i]));
  arguments.resize(plain);
  array->element_type = array->elements[0]->type;
  array->type = array_type(array->element_type);
  if (!array->type.valid())
    throw error(sqlstate::kUndefinedObject, "could not find array type for data type " + type_name(array->element_type),
                array->elements[0]->location);
  arguments.push_back(std::move(array));
  variadic_call = true;
}

}  // namespace basalt::query
