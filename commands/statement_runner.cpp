// Running one statement: utility statements go to their handlers; queries are bound, rewritten, planned and executed.
#include "commands/session_context.hpp"
#include "commands/trigger_manager.hpp"
#include "commands/utility.hpp"
#include "common/sqlstate.hpp"
#include "executor/execution.hpp"
#include "query/walker.hpp"

namespace basalt::commands {

using common::Chunk;
using common::Oid;
using common::SqlError;
using common::Value;
using parser::StatementKind;
using query::CommandKind;
namespace sqlstate = common::sqlstate;

namespace {

bool leaves_failed_block(const parser::ParsedStatement& statement) {
  if (statement.kind != StatementKind::kTransaction) return false;
  using parser::TransactionAction;
  TransactionAction action = static_cast<const parser::ParsedTransaction&>(statement).action;
  return action == TransactionAction::kCommit || action == TransactionAction::kRollback ||
         action == TransactionAction::kRollbackTo || action == TransactionAction::kPrepare;
}

// In PostgreSQL a utility statement takes a snapshot unless it is one of these.
bool takes_snapshot(StatementKind kind) {
  switch (kind) {
    case StatementKind::kTransaction:
    case StatementKind::kVariableSet:
    case StatementKind::kVariableShow:
    case StatementKind::kConstraintsSet:
    case StatementKind::kLock:
    case StatementKind::kFetch:
    case StatementKind::kListen:
    case StatementKind::kNotify:
    case StatementKind::kUnlisten:
    case StatementKind::kCheckpoint:
      return false;
    default:
      return true;
  }
}

// Names the statement for "cannot execute X in a read-only transaction".
const char* write_name(const planner::PhysicalStatement& statement) {
  switch (statement.command) {
    case CommandKind::kInsert:
      return "INSERT";
    case CommandKind::kUpdate:
      return "UPDATE";
    case CommandKind::kDelete:
      return "DELETE";
    case CommandKind::kMerge:
      return "MERGE";
    default:
      return "SELECT";
  }
}

}  // namespace

CommandKind command_of(StatementKind kind) {
  switch (kind) {
    case StatementKind::kInsert:
      return CommandKind::kInsert;
    case StatementKind::kUpdate:
      return CommandKind::kUpdate;
    case StatementKind::kDelete:
      return CommandKind::kDelete;
    case StatementKind::kMerge:
      return CommandKind::kMerge;
    default:
      return CommandKind::kSelect;
  }
}

bool is_query(StatementKind kind) {
  return kind == StatementKind::kSelect || kind == StatementKind::kInsert || kind == StatementKind::kUpdate ||
         kind == StatementKind::kDelete || kind == StatementKind::kMerge;
}

std::string command_tag(CommandKind command, uint64_t rows) {
  switch (command) {
    case CommandKind::kInsert:
      return "INSERT 0 " + std::to_string(rows);
    case CommandKind::kUpdate:
      return "UPDATE " + std::to_string(rows);
    case CommandKind::kDelete:
      return "DELETE " + std::to_string(rows);
    case CommandKind::kMerge:
      return "MERGE " + std::to_string(rows);
    default:
      return "SELECT " + std::to_string(rows);
  }
}

query::BindContext Session::bind_context(std::string_view text) {
  query::BindContext bind;
  bind.catalog = &catalog();
  bind.call = context_.get();
  bind.text = text;
  bind.search_path = search_path();
  bind.temp_namespace = temporary_schema_;
  bind.database_name = options_.database_name;
  bind.user = current_user_;
  bind.transform_null_equals = settings_.session().transform_null_equals;
  bind.lock = [this](Oid relation, storage::LockMode mode) -> catalog::RelationPointer {
    if (mode != storage::LockMode::kNone) {
      storage::LockTag tag{storage::LockSpace::kRelation, database().value, 0, relation.value, 0};
      transaction().lock(tag, mode, storage::WaitPolicy::kWait);
    }
    return catalog().relation(relation);
  };
  bind.notice = [this](const common::ErrorReport& report) { notice(report); };
  return bind;
}

namespace {

// Parameters become constants: the planner may read them.
void substitute_parameters(query::BoundQuery& query, std::span<const Value> values) {
  query::transform_with_depth(query, [&](query::ExpressionPointer& e, int) {
    const auto* parameter = query::try_as<query::Parameter>(e.get());
    if (!parameter || parameter->parameter_kind != query::ParameterKind::kExtern) return;
    if (parameter->id <= 0 || static_cast<size_t>(parameter->id) > values.size()) return;
    auto constant = std::make_unique<query::Constant>();
    constant->type = parameter->type;
    constant->typmod = parameter->typmod;
    constant->collation = parameter->collation;
    constant->location = parameter->location;
    constant->value = values[static_cast<size_t>(parameter->id) - 1];
    e = std::move(constant);
  });
}

}  // namespace

PlanList Session::plan_statement(const parser::ParsedStatement& statement, query::BindContext& bind,
                                 PlanDependencies* dependencies, std::span<const Value> values, bool for_cursor) {
  PlanList plans;
  if (dependencies) dependencies->begin(*database_catalog_);
  for (auto& bound : query::bind_statement(statement, bind)) {
    if (dependencies) dependencies->note(*bound);
    if (!values.empty()) substitute_parameters(*bound, values);
    planner::PlanContext plan_context{catalog(), *context_, &server_.storage, settings_.planner(), {}};
    plan_context.functions = context_->function_runtime();
    plan_context.for_cursor = for_cursor;
    plan_context.snapshot_lsn = kept_snapshot_lsn();
    plans.push_back(planner::plan(std::move(bound), plan_context));
  }
  if (dependencies) {
    for (Oid name_space : search_path()) bind.dependencies.namespaces.push_back(name_space);
    dependencies->settle(bind.dependencies, plans, catalog(), *database_catalog_, server_.storage);
    // A plan without an index that all others may use is not for them.
    if (dependencies->newest_index_lsn() > kept_snapshot_lsn()) dependencies->begin(*database_catalog_);
  }
  return plans;
}

executor::ExecutionContext Session::execution_context(const storage::Snapshot& snapshot,
                                                      std::span<const Value> parameters) {
  executor::ExecutionContext execution;
  execution.evaluation.call = context_.get();
  execution.evaluation.catalog = &catalog();
  execution.evaluation.functions = context_->function_runtime();
  execution.evaluation.parameters = parameters;
  execution.storage = &server_.storage;
  execution.transaction = &transaction();
  execution.snapshot = snapshot;
  execution.memory = &query_memory_;
  execution.work_mem_bytes = settings_.planner().work_mem_bytes;
  execution.spill_directory = server_.data_directory + "/spill";
  execution.hooks = triggers_.get();
  execution.current_of = [this](const std::string& name, Oid relation) { return cursor_row(name, relation); };
  return execution;
}

std::vector<ResultColumn> Session::result_columns(const planner::PhysicalStatement& statement) {
  std::vector<ResultColumn> columns;
  if (statement.command != CommandKind::kSelect && !statement.has_returning) return columns;
  // Row ids of a cursor's query stand behind the columns.
  for (size_t i = 0; i < statement.root->output.size() - statement.cursor_rows.size(); ++i) {
    const auto& output = statement.root->output[i];
    ResultColumn column;
    column.name = output.name;
    column.type = output.type;
    column.typmod = output.typmod;
    // A client is told of the type under a domain.
    types::TypePointer type = catalog().type(output.type);
    while (type->kind == 'd') {
      column.typmod = type->typmod;
      column.type = type->base;
      type = catalog().type(type->base);
    }
    column.type_length = type->length;
    if (i < statement.origin_tables.size()) {
      column.origin_table = statement.origin_tables[i];
      column.origin_column = statement.origin_columns[i];
    }
    columns.push_back(std::move(column));
  }
  return columns;
}

void Session::run_statement(const parser::ParsedStatementText& statement, std::string_view text,
                            const std::vector<Value>& parameters, const std::vector<Oid>& parameter_types,
                            ResultSink& sink) {
  const parser::ParsedStatement& parsed = *statement.statement;
  if (phase_ == TransactionPhase::kFailed && !leaves_failed_block(parsed))
    throw SqlError(sqlstate::kInFailedSqlTransaction,
                   "current transaction is aborted, commands ignored until end of transaction block");
  struct Depth {
    int& depth;
    explicit Depth(int& d) : depth(d) { ++depth; }
    ~Depth() { --depth; }
  } depth(statement_depth_);
  std::string_view statement_text =
      text.substr(static_cast<size_t>(std::max(0, statement.location)), static_cast<size_t>(statement.length));
  // SELECT ... INTO makes a table.
  const bool makes_table =
      parsed.kind == StatementKind::kSelect && static_cast<const parser::ParsedSelect&>(parsed).into;
  if (!is_query(parsed.kind) || makes_table) {
    queried_ = queried_ || takes_snapshot(parsed.kind);
    UtilityCall call{*this, parsed, text, statement_text, parameters, parameter_types, sink, statement_depth_ <= 1};
    std::string tag = run_utility(call);
    // BEGIN, COMMIT and the like leave no transaction to advance.
    if (transaction_ && phase_ != TransactionPhase::kFailed) advance_command();
    if (!tag.empty()) sink.complete(tag);
    return;
  }
  transaction();
  query::BindContext bind = bind_context(text);
  bind.parameter_types = parameter_types;
  PlanList plans = plan_statement(parsed, bind);
  std::vector<std::vector<ResultColumn>> columns;
  for (const auto& plan : plans) columns.push_back(result_columns(*plan));
  run_plans(parsed.kind, plans, columns, parameters, {}, sink);
}

void Session::run_plans(StatementKind kind, const PlanList& plans, std::span<const std::vector<ResultColumn>> columns,
                        std::span<const Value> parameters, std::span<const Value> literals, ResultSink& sink,
                        std::span<const Chunk> literal_rows) {
  // A change whose rules did something else instead still says what it was.
  uint64_t rows = 0;
  const CommandKind command = command_of(kind);
  for (size_t i = 0; i < plans.size(); ++i) {
    const planner::PhysicalStatement& plan = *plans[i];
    triggers_->begin_statement();
    check_privileges(plan);
    if (plan.modifies || plan.locks_rows) prevent_read_only(write_name(plan));
    if (plan.modifies || plan.locks_rows) transaction().assign_id();
    executor::ExecutionContext execution_ctx = execution_context(statement_snapshot(), parameters);
    execution_ctx.evaluation.literals = literals;
    execution_ctx.literal_rows = literal_rows;
    executor::Execution execution(plan, execution_ctx);
    if (!columns[i].empty() || plan.command == CommandKind::kSelect) sink.describe(columns[i]);
    Chunk chunk;
    uint64_t fetched = 0;
    while (execution.fetch(chunk, common::kChunkRowsMax)) {
      fetched += chunk.rows;
      sink.rows(columns[i], chunk);
    }
    execution.finish();
    if (plan.can_set_tag) rows = plan.command == CommandKind::kSelect ? fetched : execution.rows_modified();
    advance_command();
    triggers_->end_statement();
  }
  sink.complete(command_tag(command, rows));
}

}  // namespace basalt::commands
