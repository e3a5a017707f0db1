#include "commands/language/cached_statement.hpp"

#include "commands/language/language_state.hpp"
#include "commands/trigger_manager.hpp"
#include "common/sqlstate.hpp"
#include "executor/execution.hpp"

namespace basalt::commands::language {

using common::Chunk;
using common::SqlError;
using common::Value;
using query::CommandKind;
namespace sqlstate = common::sqlstate;

bool CachedStatement::valid(Session& session) const {
  return surroundings_ == session.plan_surroundings() && dependencies_ && session.plans_stand(plans_, *dependencies_);
}

const CachedStatement::Plans& CachedStatement::plans(Session& session, const SetUp& set_up) {
  if (valid(session)) return plans_;
  plans_.clear();
  query::BindContext bind = session.bind_context(text_);
  set_up(bind);
  auto dependencies = std::make_shared<PlanDependencies>();
  plans_ = session.plan_statement(*statement_, bind, dependencies.get());
  dependencies_ = std::move(dependencies);
  surroundings_ = session.plan_surroundings();
  return plans_;
}

namespace {

const char* command_name(const planner::PhysicalStatement& plan) {
  switch (plan.command) {
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

void check_allowed(Session& session, const planner::PhysicalStatement& plan, bool read_only) {
  session.check_privileges(plan);
  if (!plan.modifies && !plan.locks_rows) return;
  const char* name = plan.command == CommandKind::kSelect && plan.locks_rows ? "SELECT FOR UPDATE" : command_name(plan);
  if (read_only)
    throw SqlError(sqlstate::kFeatureNotSupported, std::string(name) + " is not allowed in a non-volatile function");
  session.prevent_read_only(name);
  session.transaction().assign_id();
}

}  // namespace

RunResult run_plans(Session& session, const CachedStatement::Plans& plans, const std::vector<Value>& parameters,
                    const RunOptions& options, const RowSink& sink) {
  CachedStatement::Plans held = plans;  // a recursive call may plan anew
  bool modifies = false;
  for (const auto& plan : held) modifies = modifies || plan->modifies;
  RunResult result;
  {
    CommandScope command(session, options.read_only);
    if (modifies) session.triggers().begin_statement();
    for (const auto& plan : held) {
      check_allowed(session, *plan, options.read_only);
      executor::ExecutionContext context = session.execution_context(command.snapshot(), parameters);
      context.snapshot.transaction = session.transaction().id();
      if (options.transitions)
        for (const auto& [name, table] : *options.transitions) context.tuplestores[name] = table.rows;
      if (options.cursor_name)
        context.current_of = [&options, inner = context.current_of](const std::string& name, common::Oid relation) {
          return inner(options.cursor_name(name), relation);
        };
      executor::Execution execution(*plan, context);
      Chunk chunk;
      uint64_t fetched = 0;
      bool more = true;
      while (more && execution.fetch(chunk, common::kChunkRowsMax)) {
        fetched += chunk.rows;
        if (sink && plan->can_set_tag) more = sink(chunk);  // what rules add gives no rows
      }
      execution.finish();
      if (plan->can_set_tag) {
        result.command = plan->command;
        result.rows = plan->command == CommandKind::kSelect ? fetched : execution.rows_modified();
      }
      if (plan != held.back()) session.advance_command();
    }
  }
  if (modifies) {
    session.advance_command();
    session.triggers().end_statement();
  }
  return result;
}

namespace {

class UtilitySink : public ResultSink {
 public:
  explicit UtilitySink(const RowSink& sink) : sink_(sink) {}
  void describe(const std::vector<ResultColumn>&) override {}
  void rows(const std::vector<ResultColumn>&, const Chunk& chunk) override {
    if (sink_ && more_) more_ = sink_(chunk);
  }
  void complete(std::string_view) override {}

 private:
  const RowSink& sink_;
  bool more_ = true;
};

}  // namespace

void run_utility_statement(Session& session, const parser::ParsedStatementText& statement, std::string_view text,
                           const RunOptions& options, const RowSink& sink) {
  UtilitySink utility_sink(sink);
  run_utility_statement(session, statement, text, options, utility_sink);
}

void run_utility_statement(Session& session, const parser::ParsedStatementText& statement, std::string_view text,
                           const RunOptions& options, ResultSink& sink) {
  if (statement.statement->kind == parser::StatementKind::kTransaction)
    throw SqlError(sqlstate::kFeatureNotSupported, "unsupported transaction command in PL/pgSQL");
  if (statement.statement->kind == parser::StatementKind::kVariableSet) {
    // Sees no rows; SET TRANSACTION may begin the transaction anew.
    const storage::IsolationLevel before = session.isolation();
    session.run_statement(statement, text, {}, {}, sink);
    if (session.isolation() != before) ++language_state(session).transactions_ended;
    return;
  }
  CommandScope command(session, options.read_only);
  session.run_statement(statement, text, {}, {}, sink);
}

void describe_transitions(query::BindContext& bind, const TransitionTables& transitions) {
  if (transitions.empty()) return;
  auto descriptions = std::make_shared<std::unordered_map<std::string, query::TupleStoreDescription>>();
  for (const auto& [name, table] : transitions) {
    query::TupleStoreDescription& description = (*descriptions)[name];
    description.name = name;
    description.relation = table.relation->oid;
    description.rows = static_cast<double>(table.rows->rows());
    for (const auto& column : table.relation->columns)
      description.columns.push_back(
          {column.dropped ? std::string() : column.name, column.type, column.typmod, column.collation});
  }
  bind.tuplestore = [descriptions](std::string_view name) -> const query::TupleStoreDescription* {
    auto it = descriptions->find(std::string(name));
    return it == descriptions->end() ? nullptr : &it->second;
  };
}

}  // namespace basalt::commands::language
