// CALL and DO.
#include "catalog/catalog_ids.hpp"
#include "commands/language/language.hpp"
#include "commands/language/language_state.hpp"
#include "commands/language/register.hpp"
#include "commands/session_context.hpp"
#include "commands/utility.hpp"
#include "common/sqlstate.hpp"
#include "query/binder.hpp"
#include "types/container/record.hpp"

namespace basalt::commands::language {

using common::SqlError;
using common::Value;
namespace sqlstate = common::sqlstate;

namespace {

// COMMIT and ROLLBACK are possible: not within a function, and no transaction block is open.
bool may_end_transaction(const UtilityCall& call) {
  return call.top_level && !call.session.in_block() && !call.session.in_implicit_block();
}

std::string run_call(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCall>(call.statement);
  Session& session = call.session;
  session.transaction();
  query::BindContext bind = session.bind_context(call.text);
  bind.parameter_types = call.parameter_types;
  query::ExpressionPointer bound = query::bind_call(*statement.call, bind);
  const auto& node = query::as<query::Function>(*bound);
  catalog::FunctionPointer function = session.catalog().function(node.function);
  std::vector<common::Oid> types;
  for (const auto& argument : node.arguments) types.push_back(argument->type);
  ResultShape shape = result_shape(session, *function, function->result_type, types);
  Value result = run_procedure(session, *bound, call.parameters, may_end_transaction(call));
  if (!shape.is_row) return "CALL";
  std::vector<ResultColumn> columns;
  common::Chunk chunk;
  chunk.rows = 1;
  for (size_t i = 0; i < shape.types.size(); ++i) {
    ResultColumn column;
    column.name = shape.names[i];
    column.type = shape.types[i];
    column.type_length = session.catalog().type(column.type)->length;
    columns.push_back(column);
    Value value = Value::null(physical_of(session, column.type));
    if (!result.is_null()) value = types::RecordView(result.string()).value(static_cast<uint32_t>(i));
    if (value.is_null()) value = Value::null(physical_of(session, column.type));
    chunk.columns.push_back(common::Vector::constant(value.type(), value).flatten(1));
  }
  call.sink.describe(columns);
  call.sink.rows(columns, chunk);
  return "CALL";
}

std::string run_do(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedDo>(call.statement);
  std::string language = "plpgsql", source;
  bool has_source = false;
  for (const auto& option : statement.options) {
    if (option.name == "language") language = option.text;
    if (option.name != "as") continue;
    source = option.names.empty() ? option.text : option.names.front();
    has_source = true;
  }
  if (!has_source) throw SqlError(sqlstate::kSyntaxError, "no inline code specified");
  if (language != "plpgsql") {
    if (language == "sql" || language == "internal" || language == "c")
      throw SqlError(sqlstate::kFeatureNotSupported,
                     "language \"" + language + "\" does not support inline code execution");
    throw SqlError(sqlstate::kUndefinedObject, "language \"" + language + "\" does not exist");
  }
  call.session.transaction();
  CallScope scope(call.session);
  run_plpgsql_block(call.session, source, call.text, may_end_transaction(call));
  return "DO";
}

}  // namespace

Value run_procedure(Session& session, const query::Expression& bound, std::span<const Value> parameters,
                    bool may_end_transaction) {
  session.statement_snapshot();
  CommandScope command(session, false);
  executor::ExecutionContext context = session.execution_context(command.snapshot(), parameters);
  query::ExpressionCompiler compiler(session.catalog(), session.context());
  query::EvaluatorPointer evaluator = compiler.compile(bound);
  if (may_end_transaction) language_state(session).may_end_transaction = query::as<query::Function>(bound).function;
  return query::evaluate_constant(*evaluator, context.evaluation);
}

void register_call() {
  register_utility(parser::StatementKind::kCall, run_call);
  register_utility(parser::StatementKind::kDo, run_do);
}

}  // namespace basalt::commands::language
