// Expressions and queries of PL/pgSQL, evaluated and run.
#include "commands/language/collecting_sink.hpp"
#include "commands/language/plpgsql_prepared.hpp"
#include "commands/session_context.hpp"
#include "common/sqlstate.hpp"
#include "query/walker.hpp"
#include "types/container/record.hpp"

namespace basalt::commands::language {

using common::Oid;
using common::SqlError;
using common::Value;
namespace oid = types::oid;
namespace sqlstate = common::sqlstate;

namespace {

TypedValue evaluate_simple(PlFrame& frame, PreparedExpression& prepared, const Value& assigned = Value()) {
  Session& session = frame.session;
  query::EvaluatorPointer evaluator;
  if (!prepared.idle.empty()) {
    evaluator = std::move(prepared.idle.back());
    prepared.idle.pop_back();
  } else {
    evaluator = query::ExpressionCompiler(session.catalog(), session.context()).compile(*prepared.expression);
  }
  std::vector<Value> parameters = parameter_values(frame, prepared, assigned);
  query::EvaluationContext context;
  context.call = &session.context();
  context.catalog = &session.catalog();
  context.functions = session.context().function_runtime();
  context.parameters = parameters;
  Oid type = prepared.expression->type;
  TypedValue out;
  if (prepared.needs_snapshot) {
    CommandScope command(session, frame.options.read_only);
    out = {query::evaluate_constant(*evaluator, context), type};
  } else {
    out = {query::evaluate_constant(*evaluator, context), type};
  }
  prepared.idle.push_back(std::move(evaluator));
  return out;
}

// EXPLAIN, SHOW and the like have rows, too.
RunResult run_utility(Session& session, const parser::ParsedStatementText& statement, const std::string& text,
                      const RunOptions& options, const PlFrame::RowTaker& row) {
  CollectingSink sink;
  run_utility_statement(session, statement, text, options, sink);
  for (auto& values : sink.taken)
    if (row && !row(sink.shape, std::move(values))) break;
  return {query::CommandKind::kUtility, sink.taken.size(), sink.shape ? "" : sink.tag};
}

RunResult run_planned(PlFrame& frame, const PlScope* scope, const CachedStatement::Plans& plans,
                      const std::vector<Value>& parameters, const PlFrame::RowTaker& row) {
  if (plans.empty()) return {};
  std::shared_ptr<const ResultShape> shape;
  auto last = plans.back();
  RunOptions options = frame.options;
  options.transitions = &frame.transitions;
  // WHERE CURRENT OF may name a variable.
  options.cursor_name = [&frame, scope](const std::string& name) {
    int datum = find_datum(scope, name);
    if (datum < 0 || frame.program->datums[static_cast<size_t>(datum)].type != oid::kRefcursor) return name;
    const Value& value = frame.values[static_cast<size_t>(datum)];
    return value.is_null() ? name : std::string(value.string());
  };
  bool returns = last->command == query::CommandKind::kSelect || last->has_returning;
  if (returns) shape = shape_of(*last);
  return run_plans(frame.session, plans, parameters, options, [&](const common::Chunk& chunk) {
    if (!row || !returns) return true;
    for (uint32_t r = 0; r < chunk.rows; ++r) {
      std::vector<Value> values;
      for (const auto& column : chunk.columns) values.push_back(column.value(r));
      if (!row(shape, std::move(values)) && last->command == query::CommandKind::kSelect) return false;
    }
    return true;
  });
}

}  // namespace

std::shared_ptr<const ResultShape> shape_of(const planner::PhysicalStatement& plan) {
  auto shape = std::make_shared<ResultShape>();
  shape->is_row = true;
  shape->type = oid::kRecord;
  for (size_t i = 0; i < plan.root->output.size() - plan.cursor_rows.size(); ++i) {
    const auto& column = plan.root->output[i];
    shape->names.push_back(column.name);
    shape->types.push_back(column.type);
    shape->typmods.push_back(column.typmod);
  }
  return shape;
}

namespace {

SqlError several_columns(size_t columns, const PlExpression& expression) {
  SqlError error(sqlstate::kSyntaxError, "query returned " + std::to_string(columns) + " columns");
  add_context(error, "query: " + expression.assigned + expression.text);
  return error;
}

// How a CONTEXT line names it.
std::string kind_of(const PlExpression& expression) {
  return expression.assigned.empty() ? "SQL expression \"" : "PL/pgSQL assignment \"";
}

}  // namespace

TypedValue PlFrame::evaluate(const PlExpression& expression) {
  PreparedExpression* prepared = nullptr;
  try {
    prepared = &prepare(*this, expression);
    if (!prepared->simple) {
      TypedValue out;
      int count = 0;
      run_query(expression, [&](const std::shared_ptr<const ResultShape>& shape, std::vector<Value> row) {
        if (row.size() != 1) throw several_columns(row.size(), expression);
        if (++count > 1) throw SqlError(sqlstate::kCardinalityViolation, "query returned more than one row");
        out = {row[0], shape->types[0]};
        return true;
      });
      if (count == 0) return {Value(), oid::kUnknown};
      return out;
    }
  } catch (SqlError& error) {
    if (!prepared && error.report().sqlstate == sqlstate::kObjectNotInPrerequisiteState)
      add_context(error, kind_of(expression) + expression.assigned + expression.text + "\"");
    if (!prepared || prepared->simple) {
      make_internal(error, expression.assigned + expression.text);
      if (error.report().internal_position > 7)  // without "SELECT "
        error.report().internal_position += static_cast<int>(expression.assigned.size()) - 7;
    }
    throw;
  }
  return evaluate_simple(*this, *prepared);
}

TypedValue PlFrame::with_part(const PlTarget& target, const TypedValue& value) {
  // What has no type yet is text to the casts.
  const bool untyped = value.type == oid::kUnknown;
  const Oid type = untyped ? oid::kText : value.type;
  PreparedExpression* prepared = nullptr;
  try {
    prepared = &prepare_part(*this, target, type);
  } catch (SqlError& error) {
    const std::string& whole = target.part->assigned;
    if (error.report().position == 0) add_context(error, "PL/pgSQL assignment \"" + whole + "\"");
    make_internal(error, whole);
    if (error.report().internal_position > 7) error.report().internal_position -= 7;  // without "SELECT "
    throw;
  }
  const bool null = value.value.is_null();
  return evaluate_simple(*this, *prepared, null ? Value::null(physical_of(session, type)) : value.value);
}

// An error's place in the query: its text goes with it, or the text is in the context.
void PlFrame::place_error(SqlError& error, const PlExpression& expression) {
  bool placed = error.report().position != 0;
  const std::string text = expression.performed ? "SELECT " + expression.text : expression.assigned + expression.text;
  bool whole = expression.is_statement || expression.performed;
  make_internal(error, text);
  if (!whole && error.report().internal_position > 7 && error.report().internal_query == text)
    error.report().internal_position += static_cast<int>(expression.assigned.size()) - 7;
  if (!placed) add_context(error, (whole ? "SQL statement \"" : kind_of(expression)) + text + "\"");
}

RunResult PlFrame::run_query(const PlExpression& expression, const RowTaker& row) {
  try {
    PreparedExpression& prepared = prepare(*this, expression);
    if (!is_query(prepared.parsed[0].statement->kind)) {
      return run_utility(session, prepared.parsed[0], prepared.text, options, row);
    }
    if (prepared.simple) {
      TypedValue value = evaluate_simple(*this, prepared);
      auto shape = std::make_shared<ResultShape>();
      shape->is_row = true;
      shape->type = oid::kRecord;
      shape->names = {"?column?"};
      shape->types = {value.type};
      shape->typmods = {-1};
      if (row) row(shape, {value.value});
      return {query::CommandKind::kSelect, 1};
    }
    const CachedStatement::Plans plans = prepared.statement->plans(session, set_up(*this, expression, prepared));
    return run_planned(*this, expression.scope, plans, parameter_values(*this, prepared), row);
  } catch (SqlError& error) {
    place_error(error, expression);
    throw;
  }
}

PlQuery PlFrame::plan_query(const PlExpression& expression, bool cursor) {
  try {
    PreparedExpression& prepared = prepare(*this, expression);
    PlQuery out;
    out.text = prepared.text;
    if (!is_query(prepared.parsed[0].statement->kind)) return out;
    CachedStatement::SetUp names = set_up(*this, expression, prepared);
    if (cursor) {
      query::BindContext bind = session.bind_context(prepared.text);
      names(bind);
      out.plans = session.plan_statement(*prepared.parsed[0].statement, bind, nullptr, {}, true);
    } else {
      out.plans = prepared.statement->plans(session, names);
    }
    out.parameters = parameter_values(*this, prepared);
    return out;
  } catch (SqlError& error) {
    place_error(error, expression);
    throw;
  }
}

PlQuery PlFrame::plan_dynamic(const PlStatement& statement, bool cursor) {
  PlQuery out;
  std::vector<Oid> types;
  dynamic_query(statement, out.text, out.parameters, types);
  try {
    auto parsed = parser::parse_statements(out.text);
    if (parsed.size() != 1)
      throw SqlError(sqlstate::kInvalidCursorDefinition, "cannot open multi-query plan as cursor");
    if (!is_query(parsed[0].statement->kind)) return out;
    query::BindContext bind = session.bind_context(out.text);
    bind.parameter_types = types;
    describe_transitions(bind, transitions);
    out.plans = session.plan_statement(*parsed[0].statement, bind, nullptr, {}, cursor);
    return out;
  } catch (SqlError& error) {
    bool placed = error.report().position != 0;
    make_internal(error, out.text);
    if (!placed) add_context(error, "SQL statement \"" + out.text + "\"");
    throw;
  }
}

// The text and the USING values of EXECUTE.
void PlFrame::dynamic_query(const PlStatement& statement, std::string& sql, std::vector<Value>& parameters,
                            std::vector<Oid>& types) {
  TypedValue text = evaluate(*statement.expression);
  if (text.value.is_null()) throw SqlError(sqlstate::kNullValueNotAllowed, "query string argument of EXECUTE is null");
  sql = session.context().output(text.type, text.value);
  for (const auto& argument : statement.arguments) {
    TypedValue value = evaluate(*argument);
    parameters.push_back(value.value);
    types.push_back(value.type);
  }
}

RunResult PlFrame::run_dynamic(const PlStatement& statement, const RowTaker& row) {
  std::string sql;
  std::vector<Value> parameters;
  std::vector<Oid> types;
  dynamic_query(statement, sql, parameters, types);
  try {
    RunResult out;
    for (const auto& parsed : parser::parse_statements(sql)) {
      if (!is_query(parsed.statement->kind)) {
        out = run_utility(session, parsed, sql, options, row);
        continue;
      }
      CachedStatement cached(*parsed.statement, sql);
      const auto& plans = cached.plans(session, [&](query::BindContext& bind) {
        bind.parameter_types = types;
        describe_transitions(bind, transitions);
      });
      out = run_planned(*this, nullptr, plans, parameters, row);
    }
    return out;
  } catch (SqlError& error) {
    bool placed = error.report().position != 0;
    make_internal(error, sql);
    if (!placed) add_context(error, "SQL statement \"" + sql + "\"");
    throw;
  }
}

namespace {

// What the call says for parameter `i`, by position or name; null: nothing.
const parser::ParsedExpression* argument_of(const parser::ParsedFunctionCall& call, const std::string& name, size_t i) {
  if (i < call.arguments.size() && call.arguments[i]->kind != parser::ExpressionKind::kNamedArgument)
    return call.arguments[i].get();
  for (const auto& argument : call.arguments) {
    if (argument->kind != parser::ExpressionKind::kNamedArgument) continue;
    const auto& named = static_cast<const parser::ParsedNamedArgument&>(*argument);
    if (named.name == name) return named.value.get();
  }
  return nullptr;
}

// The variable that an output argument names.
PlTarget output_target(const PlScope* scope, const parser::ParsedExpression* argument, const std::string& parameter) {
  PlTarget out;
  if (argument && argument->kind == parser::ExpressionKind::kColumnRef) {
    const auto& names = static_cast<const parser::ParsedColumnRef&>(*argument).names;
    if (!names.empty() && names.size() <= 2) out.datum = find_datum(scope, names[0]);
    if (names.size() == 2) out.field = names[1];
  }
  if (argument && argument->kind == parser::ExpressionKind::kParameter)
    out.datum = find_datum(scope, "$" + std::to_string(static_cast<const parser::ParsedParameter&>(*argument).number));
  if (out.datum < 0)
    throw SqlError(sqlstate::kSyntaxError, "procedure parameter \"" + parameter +
                                               "\" is an output parameter but corresponding argument is not writable");
  return out;
}

}  // namespace

void PlFrame::run_call(const PlStatement& statement) {
  const PlExpression& expression = *statement.expression;
  try {
    PreparedExpression& prepared = prepare(*this, expression);
    const auto& call = *parser::as<parser::ParsedCall>(*prepared.parsed[0].statement).call;
    query::BindContext bind = session.bind_context(prepared.text);
    set_up(*this, expression, prepared)(bind);
    query::ExpressionPointer bound = query::bind_call(call, bind);
    catalog::FunctionPointer procedure = session.catalog().function(query::as<query::Function>(*bound).function);
    std::vector<PlTarget> outputs;
    for (size_t i = 0; i < procedure->argument_modes.size(); ++i) {
      const char mode = procedure->argument_modes[i];
      if (mode != 'o' && mode != 'b') continue;
      const std::string name = i < procedure->argument_names.size() ? procedure->argument_names[i] : "";
      outputs.push_back(output_target(expression.scope, argument_of(call, name, i), name));
    }
    Value result = run_procedure(session, *bound, parameter_values(*this, prepared), may_end_transaction);
    if (outputs.empty() || result.is_null()) return;
    std::string bytes(result.string());
    types::RecordView row(bytes);
    for (uint32_t i = 0; i < outputs.size(); ++i) assign(outputs[i], {row.value(i), row.field_type(i)});
  } catch (SqlError& error) {
    place_error(error, expression);
    throw;
  }
}

bool PlFrame::evaluate_condition(const PlExpression& expression) {
  TypedValue value = evaluate(expression);
  Value condition = convert(value.value, value.type, oid::kBool, -1);
  return !condition.is_null() && condition.as<bool>();
}

}  // namespace basalt::commands::language
