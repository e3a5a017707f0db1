// Entry points of PL/pgSQL: functions, set-returning functions, triggers, DO.
#include "commands/language/body_position.hpp"
#include "commands/language/language.hpp"
#include "commands/language/language_state.hpp"
#include "commands/language/plpgsql_frame.hpp"
#include "commands/session_context.hpp"
#include "commands/utility/cursor.hpp"
#include "common/sqlstate.hpp"
#include "query/polymorphic.hpp"
#include "types/container/array.hpp"
#include "types/container/record.hpp"

namespace basalt::commands::language {

using common::Oid;
using common::SqlError;
using common::Value;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

namespace {

struct PlCache {
  std::map<std::pair<Oid, std::vector<Oid>>, std::pair<std::string, std::shared_ptr<PlProgram>>> programs;
};

std::string signature_of(Session& session, const catalog::FunctionDescriptor& function) {
  // As regprocedure shows it: with its schema where the search path does not lead to it.
  std::string out;
  const auto& path = session.search_path();
  const auto* schema = session.catalog().name_space(function.namespace_oid);
  if (schema && std::find(path.begin(), path.end(), function.namespace_oid) == path.end())
    out = catalog::quote_identifier(schema->name) + ".";
  out += catalog::quote_identifier(function.name) + "(";
  for (size_t i = 0; i < function.argument_types.size(); ++i)
    out += (i ? "," : "") + session.context().format_type(function.argument_types[i], -1);
  return out + ")";
}

PlParseOptions parse_options(Session& session, const catalog::FunctionDescriptor& function, std::span<const Oid> actual,
                             bool is_trigger, Oid result_type) {
  PlParseOptions options;
  options.session = &session;
  options.is_trigger = is_trigger;
  options.is_procedure = function.kind == 'p';
  options.returns_set = function.returns_set;
  options.result_type = result_type.valid() ? result_type : function.result_type;
  options.function_name = function.name;
  size_t inputs = 0;
  const auto& all = function.all_argument_types.empty() ? function.argument_types : function.all_argument_types;
  for (size_t i = 0; i < all.size(); ++i) {
    PlParameter parameter;
    parameter.type = all[i];
    if (i < function.argument_modes.size()) parameter.mode = function.argument_modes[i];
    if (i < function.argument_names.size()) parameter.name = function.argument_names[i];
    bool input = parameter.mode != 'o' && parameter.mode != 't';
    if (input && inputs < actual.size()) parameter.type = actual[inputs];
    if (!input)
      parameter.type = query::resolve_polymorphic(all[i], function.argument_types, {actual.begin(), actual.end()},
                                                  session.catalog(), session.context());
    inputs += input;
    options.parameters.push_back(std::move(parameter));
  }
  return options;
}

std::shared_ptr<PlProgram> compile(Session& session, const catalog::FunctionDescriptor& function,
                                   const PlParseOptions& options) {
  int line = 0;
  try {
    return parse_plpgsql(function.source, options, &line);
  } catch (SqlError& error) {
    make_internal(error, function.source);
    add_context(error, "compilation of PL/pgSQL function \"" + function.name + "\" near line " +
                           std::to_string(std::max(line, 1)));
    throw;
  }
}

std::shared_ptr<PlProgram> program_of(Session& session, const catalog::FunctionDescriptor& function,
                                      std::span<const Oid> types, Oid key, const PlParseOptions& options) {
  std::vector<Oid> cache_key(types.begin(), types.end());
  cache_key.push_back(key);
  auto& slot = session.extra<PlCache>("plpgsql functions").programs[{function.oid, cache_key}];
  if (!slot.second || slot.first != function.source) {
    slot.second = compile(session, function, options);
    slot.first = function.source;
  }
  return slot.second;
}

void bind_arguments(PlFrame& frame, std::span<const Value> arguments, std::span<const Oid> types) {
  for (size_t i = 0; i < arguments.size() && i < frame.program->arguments.size(); ++i)
    frame.set(frame.program->arguments[i], arguments[i], types[i]);
}

std::unique_ptr<PlFrame> run_function(Session& session, const catalog::FunctionDescriptor& function,
                                      types::FunctionCall& call, std::span<const Value> arguments) {
  PlParseOptions options = parse_options(session, function, call.argument_types, false, call.result_type);
  auto frame =
      std::make_unique<PlFrame>(session, program_of(session, function, call.argument_types, call.result_type, options),
                                signature_of(session, function), function.volatility != 'v');
  frame->result = result_shape(session, function, call);
  bind_arguments(*frame, arguments, call.argument_types);
  LanguageState& state = language_state(session);
  if (function.kind == 'p' && state.may_end_transaction == function.oid) {
    state.may_end_transaction = Oid();
    frame->may_end_transaction = !function.security_definer && function.settings.empty();
  }
  frame->run();
  return frame;
}

// A record that is returned must have the very columns of the declared row.
void require_returned_row(Session& session, const types::RecordView& row, const ResultShape& shape) {
  auto mismatch = [](std::string detail) {
    return SqlError(sqlstate::kDatatypeMismatch, "returned record type does not match expected record type")
        .detail(std::move(detail));
  };
  if (row.size() != shape.types.size())
    throw mismatch("Number of returned columns (" + std::to_string(row.size()) +
                   ") does not match expected column count (" + std::to_string(shape.types.size()) + ").");
  for (uint32_t i = 0; i < row.size(); ++i)
    if (row.field_type(i) != shape.types[i])
      throw mismatch("Returned type " + session.context().format_type(row.field_type(i), -1) +
                     " does not match expected type " + session.context().format_type(shape.types[i], -1) +
                     " in column " + std::to_string(i + 1) + ".");
}

}  // namespace

Value call_plpgsql(Session& session, const catalog::FunctionDescriptor& function, types::FunctionCall& call,
                   std::span<const Value> arguments) {
  auto frame = run_function(session, function, call, arguments);
  const ResultShape& shape = frame->result;
  if (!frame->program->outputs.empty()) {
    std::vector<Value> row;
    for (int output : frame->program->outputs) row.push_back(frame->get(output));
    return shape.is_row && (row.size() > 1 || function.kind == 'p') ? make_record(shape, row, shape.types) : row[0];
  }
  if (shape.is_void || function.kind == 'p')
    return physical_of(session, oid::kVoid) == common::PhysicalType::kString
               ? Value::of("")
               : Value::null(physical_of(session, oid::kVoid));
  if (!frame->has_returned) {
    SqlError error(sqlstate::kSREFunctionExecutedNoReturnStatement, "control reached end of function without RETURN");
    add_context(error, "PL/pgSQL function " + frame->signature);
    throw error;
  }
  if (frame->returned.value.is_null()) return Value::null(physical_of(session, shape.type));
  try {
    if (!shape.is_row) return frame->convert(frame->returned.value, frame->returned.type, shape.type, -1);
    types::RecordView view(frame->returned.value.string());
    if (!shape.known || (frame->returned.type == shape.type && !shape.defined)) return frame->returned.value;
    require_returned_row(session, view, shape);
    std::vector<Value> row;
    for (size_t i = 0; i < shape.types.size(); ++i) {
      auto field = static_cast<uint32_t>(i);
      row.push_back(view.is_null(field)
                        ? Value::null(physical_of(session, shape.types[i]))
                        : frame->convert(view.value(field), view.field_type(field), shape.types[i], shape.typmods[i]));
    }
    return make_record(shape, row, shape.types);
  } catch (SqlError& error) {
    add_context(error,
                "PL/pgSQL function " + frame->signature + " while casting return value to function's return type");
    throw;
  }
}

std::unique_ptr<types::SetFunction> call_plpgsql_set(Session& session, const catalog::FunctionDescriptor& function,
                                                     types::FunctionCall& call, std::span<const Value> arguments) {
  auto frame = run_function(session, function, call, arguments);
  std::vector<common::PhysicalType> physical;
  if (!frame->result.is_row) {
    physical.push_back(physical_of(session, frame->result.type));
  } else if (frame->result.known) {
    for (Oid type : frame->result.types) physical.push_back(physical_of(session, type));
  } else if (!frame->rows.empty()) {
    for (const Value& value : frame->rows[0]) physical.push_back(value.type());
  }
  auto out = std::make_unique<RowsOfFunction>(std::move(physical));
  for (const auto& row : frame->rows) out->add(row);
  return out;
}

void run_plpgsql_block(Session& session, std::string_view source, std::string_view statement,
                       bool may_end_transaction) {
  PlParseOptions options;
  options.session = &session;
  options.result_type = oid::kVoid;
  options.function_name = "inline_code_block";
  options.check_syntax = true;
  std::string held(source);
  int line = 0;
  std::shared_ptr<PlProgram> program;
  try {
    program = parse_plpgsql(held, options, &line);
  } catch (SqlError& error) {
    if (place_in_statement(error, held, statement)) throw;
    make_internal(error, held);
    add_context(
        error, "compilation of PL/pgSQL function \"inline_code_block\" near line " + std::to_string(std::max(line, 1)));
    throw;
  }
  PlFrame frame(session, std::move(program), "inline_code_block", false);
  frame.result.is_void = true;
  frame.may_end_transaction = may_end_transaction;
  frame.run();
}

void validate_plpgsql(Session& session, const catalog::FunctionDescriptor& function) {
  for (Oid type : function.argument_types)
    if (session.catalog().type(type)->kind == 'p' && type != oid::kRecord) return;
  PlParseOptions options =
      parse_options(session, function, function.argument_types, function.result_type == oid::kTrigger, {});
  options.check_syntax = true;
  compile(session, function, options);
}

// ---- triggers

namespace {

void set_row(PlFrame& frame, int datum, const std::shared_ptr<const ResultShape>& shape,
             const catalog::RelationDescriptor& relation, const common::Chunk* row) {
  PlRecord& record = frame.records[static_cast<size_t>(datum)];
  record.shape = shape;
  record.null = !row;
  for (const auto& column : relation.columns) {
    if (column.dropped) continue;
    record.values.push_back(row ? row->columns[static_cast<size_t>(column.number) - 1].value(0)
                                : Value::null(column.physical));
  }
}

void set_variables(Session& session, PlFrame& frame, const TriggerCall& call) {
  const catalog::TriggerDescriptor& trigger = *call.trigger;
  auto set = [&](const char* name, Value value) {
    frame.values[static_cast<size_t>(frame.program->trigger_variables.at(name))] = std::move(value);
  };
  const char* operation = call.event == 4    ? "INSERT"
                          : call.event == 8  ? "DELETE"
                          : call.event == 16 ? "UPDATE"
                                             : "TRUNCATE";
  set("tg_name", Value::of(trigger.name));
  set("tg_when", Value::of(std::string_view(trigger.type & 2 ? "BEFORE" : trigger.type & 64 ? "INSTEAD OF" : "AFTER")));
  set("tg_level", Value::of(std::string_view(trigger.type & 1 ? "ROW" : "STATEMENT")));
  set("tg_op", Value::of(std::string_view(operation)));
  set("tg_relid", Value::of(static_cast<int32_t>(call.relation->oid.value)));
  set("tg_relname", Value::of(call.relation->name));
  set("tg_table_name", Value::of(call.relation->name));
  set("tg_table_schema", Value::of(session.catalog().name_space(call.relation->namespace_oid)->name));
  set("tg_nargs", Value::of(static_cast<int32_t>(trigger.arguments.size())));
}

// The row that the function returned, in place of NEW.
void take_row(PlFrame& frame, const TriggerCall& call, const ResultShape& shape) {
  types::RecordView view(frame.returned.value.string());
  size_t live = 0;
  for (const auto& column : call.relation->columns) {
    if (column.dropped) continue;
    auto field = static_cast<uint32_t>(live);
    Value value = field >= view.size() || view.is_null(field) ? Value::null(column.physical)
                                                              : frame.convert(view.value(field), view.field_type(field),
                                                                              shape.types[live], shape.typmods[live]);
    if (value.is_null()) value = Value::null(column.physical);
    call.new_row->columns[static_cast<size_t>(column.number) - 1] =
        common::Vector::constant(column.physical, value).flatten(1);
    ++live;
  }
  if (view.size() != live)
    throw SqlError(sqlstate::kDatatypeMismatch,
                   "returned row structure does not match the structure of the triggering table")
        .detail("Number of returned columns (" + std::to_string(view.size()) +
                ") does not match expected column count (" + std::to_string(live) + ").");
}

}  // namespace

bool call_plpgsql_trigger(Session& session, const catalog::FunctionDescriptor& function, TriggerCall& call) {
  PlParseOptions options = parse_options(session, function, {}, true, {});
  PlFrame frame(session, program_of(session, function, {}, call.relation->oid, options),
                signature_of(session, function), function.volatility != 'v');
  frame.is_trigger = true;
  frame.transitions = call.transitions;
  auto shape = std::make_shared<ResultShape>(row_shape(session, call.relation->row_type));
  set_row(frame, frame.program->new_row, shape, *call.relation, call.new_row);
  set_row(frame, frame.program->old_row, shape, *call.relation, call.old_row);
  set_variables(session, frame, call);
  if (!call.trigger->arguments.empty()) {
    std::string text = "[0:" + std::to_string(call.trigger->arguments.size() - 1) + "]={";
    for (size_t i = 0; i < call.trigger->arguments.size(); ++i) {
      text += i ? ",\"" : "\"";
      for (char c : call.trigger->arguments[i])
        text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
      text += "\"";
    }
    frame.values[static_cast<size_t>(frame.program->trigger_variables.at("tg_argv"))] =
        session.context().input(oid::kTextArray, text + "}", -1);
  }
  frame.run();
  for (const auto& [name, table] : frame.transitions) close_cursors_over(session, *table.rows);
  bool row_trigger = call.trigger->type & 1;
  if (!frame.has_returned) {
    SqlError error(sqlstate::kSREFunctionExecutedNoReturnStatement,
                   "control reached end of trigger procedure without RETURN");
    add_context(error, "PL/pgSQL function " + frame.signature);
    throw error;
  }
  if (!row_trigger || frame.returned.value.is_null()) return false;
  bool before = call.trigger->type & (2 | 64);
  if (before && call.new_row) take_row(frame, call, *shape);
  return true;
}

}  // namespace basalt::commands::language
