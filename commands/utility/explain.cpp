// EXPLAIN: options, planning, and the run of EXPLAIN ANALYZE.
#include <chrono>

#include "commands/families.hpp"
#include "commands/trigger_manager.hpp"
#include "commands/utility.hpp"
#include "commands/utility/explain_entry.hpp"
#include "commands/utility/prepared.hpp"
#include "common/sqlstate.hpp"
#include "executor/execution.hpp"
#include "parser/ast_object.hpp"
#include "parser/ast_utility.hpp"

namespace basalt::commands {

using common::Chunk;
using common::SqlError;
using common::Vector;
namespace sqlstate = common::sqlstate;

namespace {

double elapsed_ms(std::chrono::steady_clock::time_point since) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - since).count();
}

bool boolean_option(const parser::ParsedDefElem& option) {
  if (option.argument == parser::DefArgument::kNone) return true;
  if (option.argument == parser::DefArgument::kInteger || option.argument == parser::DefArgument::kBoolean) {
    if (option.integer == 0 || option.integer == 1) return option.integer == 1;
  } else {
    std::string word;
    for (char c : option.text) word += static_cast<char>(tolower(static_cast<unsigned char>(c)));
    if (word == "true" || word == "on") return true;
    if (word == "false" || word == "off") return false;
  }
  throw SqlError(sqlstate::kSyntaxError, option.name + " requires a Boolean value");
}

ExplainOptions parse_options(const parser::ParsedExplain& statement, std::string_view text) {
  ExplainOptions options;
  bool timing_given = false, summary_given = false;
  for (const auto& option : statement.options) {
    if (option.name == "analyze")
      options.analyze = boolean_option(option);
    else if (option.name == "verbose")
      options.verbose = boolean_option(option);
    else if (option.name == "costs")
      options.costs = boolean_option(option);
    else if (option.name == "settings")
      options.settings = boolean_option(option);
    else if (option.name == "buffers")
      options.buffers = boolean_option(option);
    else if (option.name == "wal")
      options.wal = boolean_option(option);
    else if (option.name == "timing") {
      timing_given = true;
      options.timing = boolean_option(option);
    } else if (option.name == "summary") {
      summary_given = true;
      options.summary = boolean_option(option);
    } else if (option.name == "format") {
      if (option.argument == parser::DefArgument::kNone)
        throw SqlError(sqlstate::kSyntaxError, "format requires a parameter");
      if (option.text == "text")
        options.format = ExplainFormat::kText;
      else if (option.text == "xml")
        options.format = ExplainFormat::kXml;
      else if (option.text == "json")
        options.format = ExplainFormat::kJson;
      else if (option.text == "yaml")
        options.format = ExplainFormat::kYaml;
      else
        throw SqlError(sqlstate::kInvalidParameterValue,
                       "unrecognized value for EXPLAIN option \"format\": \"" + option.text + "\"")
            .position(parser::position_of(text, option.location));
    } else {
      throw SqlError(sqlstate::kSyntaxError, "unrecognized EXPLAIN option \"" + option.name + "\"")
          .position(parser::position_of(text, option.location));
    }
  }
  if (options.wal && !options.analyze)
    throw SqlError(sqlstate::kInvalidParameterValue, "EXPLAIN option WAL requires ANALYZE");
  if (timing_given && options.timing && !options.analyze)
    throw SqlError(sqlstate::kInvalidParameterValue, "EXPLAIN option TIMING requires ANALYZE");
  if (!timing_given) options.timing = options.analyze;
  if (!summary_given) options.summary = options.analyze;
  return options;
}

using Plans = PlanList;

void execute(Session& session, const planner::PhysicalStatement& plan, const std::vector<common::Value>& parameters,
             std::vector<executor::NodeCounters>& counters) {
  session.check_privileges(plan);
  if (plan.modifies || plan.locks_rows) {
    session.prevent_read_only("EXPLAIN ANALYZE");
    session.transaction().assign_id();
  }
  session.triggers().begin_statement();
  executor::ExecutionContext context = session.execution_context(session.statement_snapshot(), parameters);
  context.explain_analyze = true;
  executor::Execution execution(plan, context);
  Chunk chunk;
  while (execution.fetch(chunk, common::kChunkRowsMax)) {
  }
  execution.finish();
  counters = execution.counters();
  if (plan.modifies) session.advance_command();
  session.triggers().end_statement();
}

// Only made ready to run: that asks for EXECUTE of the functions.
void start(Session& session, const planner::PhysicalStatement& plan, const std::vector<common::Value>& parameters) {
  executor::ExecutionContext context = session.execution_context(session.statement_snapshot(), parameters);
  executor::Execution execution(plan, context);
}

std::vector<std::pair<std::string, std::string>> changed_planner_settings(Session& session) {
  std::vector<std::pair<std::string, std::string>> changed;
  for (const auto& definition : setting_definitions()) {
    std::string_view category = definition.category;
    if (!category.starts_with("Query Tuning")) continue;
    std::string value = session.settings().show(definition.name);
    if (value != normalize_setting(definition, definition.boot_value)) changed.emplace_back(definition.name, value);
  }
  return changed;
}

std::vector<ResultColumn> result_columns(const ExplainOptions& options) {
  ResultColumn column;
  column.name = "QUERY PLAN";
  // XML is text here: there is no type xml.
  column.type = options.format == ExplainFormat::kJson ? types::oid::kJson : types::oid::kText;
  return {column};
}

void send(ResultSink& sink, const ExplainOptions& options, const std::string& text) {
  std::vector<ResultColumn> columns = result_columns(options);
  sink.describe(columns);
  std::vector<std::string_view> lines;
  if (options.format == ExplainFormat::kText) {
    std::string_view rest = text;
    while (true) {
      size_t end = rest.find('\n');
      lines.push_back(rest.substr(0, end));
      if (end == std::string_view::npos) break;
      rest.remove_prefix(end + 1);
    }
  } else {
    lines.push_back(text);
  }
  for (size_t first = 0; first < lines.size(); first += common::kChunkRowsMax) {
    Chunk chunk;
    chunk.rows = static_cast<uint32_t>(std::min<size_t>(lines.size() - first, common::kChunkRowsMax));
    Vector vector(common::PhysicalType::kString, chunk.rows);
    for (uint32_t i = 0; i < chunk.rows; ++i) vector.data<common::StringRef>()[i] = vector.add_string(lines[first + i]);
    chunk.columns.push_back(std::move(vector));
    sink.rows(columns, chunk);
  }
}

// The query that is explained: of DECLARE CURSOR and CREATE TABLE AS, their query.
const parser::ParsedStatement& explained_query(const parser::ParsedStatement& statement) {
  if (statement.kind == parser::StatementKind::kDeclareCursor)
    return *parser::as<parser::ParsedDeclareCursor>(statement).query;
  if (statement.kind == parser::StatementKind::kCreateTableAs)
    return *parser::as<parser::ParsedCreateTableAs>(statement).query;
  return statement;
}

std::string run_explain(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = parser::as<parser::ParsedExplain>(call.statement);
  ExplainOptions options = parse_options(statement, call.text);
  session.transaction();
  auto started = std::chrono::steady_clock::now();
  const common::ResourceUse before = common::resource_use;
  std::vector<common::Value> parameters = call.parameters;
  Plans plans;
  std::shared_ptr<PreparedStatement> prepared;
  const parser::ParsedStatement& query = explained_query(*statement.query);
  if (query.kind == parser::StatementKind::kExecute) {
    prepared = prepare_execution(call, parser::as<parser::ParsedExecute>(query), parameters);
    plans = session.choose_plans(*prepared, parameters, Session::PlanChoice::kForExplain);
  } else if (is_query(query.kind)) {
    query::BindContext bind = session.bind_context(call.text);
    bind.parameter_types = call.parameter_types;
    plans = session.plan_statement(query, bind);
  } else {
    send(call.sink, options, "Utility statements have no plan structure");
    return "EXPLAIN";
  }
  double planning_ms = elapsed_ms(started);
  const common::ResourceUse planning_use = common::resource_use - before;
  std::vector<std::pair<ExplainEntry, ExplainSummary>> explained;
  for (const auto& plan : plans) {
    session.check_privileges(*plan);
    std::vector<executor::NodeCounters> counters;
    ExplainSummary summary;
    auto begin = std::chrono::steady_clock::now();
    if (options.analyze)
      execute(session, *plan, parameters, counters);
    else
      start(session, *plan, parameters);
    if (options.summary) summary.planning_ms = planning_ms;
    summary.planning_use = planning_use;
    if (options.summary && options.analyze) summary.execution_ms = elapsed_ms(begin);
    if (options.settings) summary.settings = changed_planner_settings(session);
    explained.emplace_back(explain_plan(session, *plan, options, options.analyze ? &counters : nullptr),
                           std::move(summary));
  }
  if (plans.empty())
    send(call.sink, options, "Query rewrites to nothing");
  else
    send(call.sink, options, print_explain(explained, options));
  return "EXPLAIN";
}

std::vector<ResultColumn> describe_explain(Session&, const parser::ParsedStatement& statement) {
  const auto& explain = parser::as<parser::ParsedExplain>(statement);
  return result_columns(parse_options(explain, {}));
}

}  // namespace

void register_explain_commands() {
  register_utility(parser::StatementKind::kExplain, run_explain);
  register_utility_describer(parser::StatementKind::kExplain, describe_explain);
}

}  // namespace basalt::commands
