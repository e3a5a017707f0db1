#include "commands/utility/prepared.hpp"

#include "commands/families.hpp"
#include "commands/session_context.hpp"
#include "commands/trigger_manager.hpp"
#include "common/sqlstate.hpp"
#include "executor/execution.hpp"
#include "parser/parse.hpp"

namespace basalt::commands {

using common::Chunk;
using common::Oid;
using common::SqlError;
using common::Value;
namespace sqlstate = common::sqlstate;

namespace {

SqlError no_statement(const std::string& name) {
  return {sqlstate::kUndefinedPstatement, "prepared statement \"" + name + "\" does not exist"};
}

std::string run_prepare(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = parser::as<parser::ParsedPrepare>(call.statement);
  if (statement.name.empty())
    throw SqlError(sqlstate::kInvalidPstatementDefinition, "invalid statement name: must not be empty");
  query::BindContext bind = session.bind_context(call.text);
  std::vector<Oid> types;
  for (const auto& type : statement.argument_types) types.push_back(query::resolve_type(*type, bind).type->oid);
  // PostgreSQL keeps the whole statement: errors point into it.
  session.parse_prepared(statement.name, call.statement_text, std::move(types), true);
  PreparedStatement& prepared = *session.prepared_statements().at(statement.name);
  prepared.from_sql = true;
  prepared.source = call.text;
  return "PREPARE";
}

void evaluate_arguments(UtilityCall& call, const parser::ParsedExecute& statement, const PreparedStatement& prepared,
                        std::vector<Value>& parameters) {
  Session& session = call.session;
  size_t expected = prepared.parameter_types.size();
  parameters.clear();
  if (expected == 0) return;  // as PostgreSQL, which does not look at what is given then
  if (statement.arguments.size() != expected)
    throw SqlError(sqlstate::kSyntaxError,
                   "wrong number of parameters for prepared statement \"" + statement.name + "\"")
        .detail("Expected " + std::to_string(expected) + " parameters but got " +
                std::to_string(statement.arguments.size()) + ".");
  query::BindContext bind = session.bind_context(call.text);
  bind.parameter_types = call.parameter_types;
  query::ExpressionCompiler compiler(session.catalog(), session.call_context());
  executor::ExecutionContext context = session.execution_context(session.statement_snapshot(), call.parameters);
  parameters.clear();
  for (size_t i = 0; i < expected; ++i) {
    query::ExpressionPointer argument =
        query::bind_expression(*statement.arguments[i], query::ExpressionUse::kExecuteParameter, {}, bind);
    Oid given = argument->type;
    int location = argument->location;
    argument = query::coerce_for_assignment(std::move(argument), prepared.parameter_types[i], -1, bind);
    if (!argument)
      throw SqlError(sqlstate::kDatatypeMismatch,
                     "parameter $" + std::to_string(i + 1) + " of type " +
                         session.call_context().format_type(given, -1) + " cannot be coerced to the expected type " +
                         session.call_context().format_type(prepared.parameter_types[i], -1))
          .hint("You will need to rewrite or cast the expression.")
          .position(parser::position_of(call.text, location));
    query::assign_collations(*argument, bind);
    query::EvaluatorPointer evaluator = compiler.compile(*argument);
    parameters.push_back(query::evaluate_constant(*evaluator, context.evaluation));
  }
}

std::string run_execute(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = parser::as<parser::ParsedExecute>(call.statement);
  std::vector<Value> parameters;
  std::shared_ptr<PreparedStatement> prepared = prepare_execution(call, statement, parameters);
  if (prepared->empty_query) return "EXECUTE";
  if (!is_query(prepared->kind)) {
    session.run_statement(session.parsed_statement(*prepared), prepared->text, parameters, prepared->parameter_types,
                          call.sink);
    return "";
  }
  const PlanList plans = session.choose_plans(*prepared, parameters, Session::PlanChoice::kForRun);
  std::string tag = command_tag(command_of(prepared->kind), 0);
  for (const auto& plan : plans) {
    session.triggers().begin_statement();
    session.check_privileges(*plan);
    if (plan->modifies || plan->locks_rows) {
      session.prevent_read_only(plan->command == query::CommandKind::kSelect   ? "SELECT"
                                : plan->command == query::CommandKind::kInsert ? "INSERT"
                                : plan->command == query::CommandKind::kUpdate ? "UPDATE"
                                                                               : "DELETE");
      session.transaction().assign_id();
    }
    executor::ExecutionContext context = session.execution_context(session.statement_snapshot(), parameters);
    executor::Execution execution(*plan, context);
    std::vector<ResultColumn> columns = session.result_columns(*plan);
    if (!columns.empty() || plan->command == query::CommandKind::kSelect) call.sink.describe(columns);
    Chunk chunk;
    uint64_t fetched = 0;
    while (execution.fetch(chunk, common::kChunkRowsMax)) {
      fetched += chunk.rows;
      call.sink.rows(columns, chunk);
    }
    execution.finish();
    bool select = plan->command == query::CommandKind::kSelect;
    if (plan->can_set_tag) tag = command_tag(plan->command, select ? fetched : execution.rows_modified());
    session.advance_command();
    session.triggers().end_statement();
  }
  return tag;
}

std::vector<ResultColumn> describe_execute(Session& session, const parser::ParsedStatement& statement) {
  auto it = session.prepared_statements().find(parser::as<parser::ParsedExecute>(statement).name);
  return it == session.prepared_statements().end() ? std::vector<ResultColumn>() : it->second->columns;
}

std::string run_deallocate(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedDeallocate>(call.statement);
  auto& list = call.session.prepared_statements();
  if (statement.name.empty()) {
    list.clear();
    return "DEALLOCATE ALL";
  }
  if (list.erase(statement.name) == 0) throw no_statement(statement.name);
  return "DEALLOCATE";
}

}  // namespace

std::shared_ptr<PreparedStatement> prepare_execution(UtilityCall& call, const parser::ParsedExecute& statement,
                                                     std::vector<Value>& parameters) {
  Session& session = call.session;
  auto it = session.prepared_statements().find(statement.name);
  if (statement.name.empty() || it == session.prepared_statements().end()) throw no_statement(statement.name);
  std::shared_ptr<PreparedStatement> prepared = it->second;
  session.transaction();
  evaluate_arguments(call, statement, *prepared, parameters);
  if (!prepared->empty_query && is_query(prepared->kind)) session.revalidate_prepared(*prepared);
  return prepared;
}

void register_prepared_commands() {
  using parser::StatementKind;
  register_utility(StatementKind::kPrepare, run_prepare);
  register_utility(StatementKind::kExecute, run_execute);
  register_utility(StatementKind::kDeallocate, run_deallocate);
  register_utility_describer(StatementKind::kExecute, describe_execute);
}

}  // namespace basalt::commands
