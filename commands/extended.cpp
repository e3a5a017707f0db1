// The extended protocol: Parse, Bind, Execute over prepared statements and portals.
#include <algorithm>

#include "commands/language/language_state.hpp"
#include "commands/session_context.hpp"
#include "commands/statement_cache.hpp"
#include "commands/trigger_manager.hpp"
#include "commands/utility.hpp"
#include "commands/utility/cursor.hpp"
#include "common/sqlstate.hpp"

namespace basalt::commands {

using common::Chunk;
using common::Oid;
using common::SqlError;
using common::Value;
using parser::StatementKind;
using query::CommandKind;
namespace sqlstate = common::sqlstate;

namespace {

// Keeps what a utility statement or a modifying query yields, to be handed out by Execute.
class StoringSink : public ResultSink {
 public:
  StoringSink(Portal& portal, executor::ExecutionContext& context, ResultSink& outer)
      : portal_(portal), context_(context), outer_(outer) {}
  void describe(const std::vector<ResultColumn>& columns) override { portal_.columns = columns; }
  void rows(const std::vector<ResultColumn>&, const Chunk& chunk) override {
    if (!portal_.store) {
      std::vector<common::PhysicalType> types;
      for (const auto& column : chunk.columns) types.push_back(column.type());
      portal_.store = std::make_unique<executor::ChunkStore>(context_, types, context_.work_mem_bytes);
    }
    portal_.store->append(chunk);
  }
  void complete(std::string_view tag) override { portal_.tag = tag; }
  void empty_query() override { outer_.empty_query(); }
  void begin_copy_in(bool binary, int columns) override { outer_.begin_copy_in(binary, columns); }
  std::optional<std::string> read_copy_data() override { return outer_.read_copy_data(); }
  void begin_copy_out(bool binary, int columns) override { outer_.begin_copy_out(binary, columns); }
  void copy_data(std::string_view bytes) override { outer_.copy_data(bytes); }
  void end_copy_out() override { outer_.end_copy_out(); }

 private:
  Portal& portal_;
  executor::ExecutionContext& context_;
  ResultSink& outer_;
};

// SELECT ... INTO makes a table: it runs as a utility statement.
bool runs_as_query(const parser::ParsedStatement& statement) {
  if (statement.kind == StatementKind::kSelect && static_cast<const parser::ParsedSelect&>(statement).into)
    return false;
  return is_query(statement.kind);
}

// The query in a statement that is no query itself, whose parameters are the statement's; null: none.
const parser::ParsedStatement* query_within(const parser::ParsedStatement& statement) {
  const parser::ParsedStatement* inner = nullptr;
  if (statement.kind == StatementKind::kSelect) inner = &statement;  // SELECT INTO
  if (statement.kind == StatementKind::kCreateTableAs)
    inner = static_cast<const parser::ParsedCreateTableAs&>(statement).query.get();
  if (statement.kind == StatementKind::kDeclareCursor)
    inner = static_cast<const parser::ParsedDeclareCursor&>(statement).query.get();
  if (statement.kind == StatementKind::kExplain)
    inner = static_cast<const parser::ParsedExplain&>(statement).query.get();
  return inner && is_query(inner->kind) ? inner : nullptr;
}

// SELECT INTO counts as what it is run as.
StatementKind kind_to_run(const parser::ParsedStatement& statement) {
  return is_query(statement.kind) && !runs_as_query(statement) ? StatementKind::kCreateTableAs : statement.kind;
}

}  // namespace

void Session::parse(const std::string& name, std::string_view text, std::vector<Oid> parameter_types) {
  start_statement(text);
  parse_prepared(name, text, std::move(parameter_types));
}

void Session::parse_prepared(const std::string& name, std::string_view text, std::vector<Oid> parameter_types,
                             bool is_prepare) {
  if (name.empty()) prepared_.erase(name);  // also when the new one fails
  auto prepared = std::make_shared<PreparedStatement>();
  prepared->name = name;
  prepared->text = prepared->source = text;
  prepared->prepare_time = statement_start_;
  prepared->parameter_types = std::move(parameter_types);
  // An unnamed statement without parameters is like a simple query: plans serve other literals too.
  bool with_literals = name.empty() && !is_prepare && prepared->parameter_types.empty();
  std::optional<StatementKey> key;
  if (fingerprint_for_cache(text, with_literals ? parser::LiteralRows::kLeaveOut : parser::LiteralRows::kAsTokens)) {
    transaction();
    with_literals = with_literals && fingerprint_->parameters_max == 0;
    if (!has_catalog_changes()) {
      key = StatementKey{fingerprint_.get(), user_surroundings(), with_literals ? "" : "P"};
      for (Oid type : prepared->parameter_types) key->declared += ' ' + std::to_string(type.value);
    }
  }
  bool found = key && with_literals && fingerprint_->rows.columns && prepare_with_literals(*key, *prepared);
  // Rows that have to stay in the plan.
  if (!found && fingerprint_->rows.columns && !fingerprint_for_cache(text, parser::LiteralRows::kAsTokens)) key.reset();
  if (!found && key)
    found = with_literals ? prepare_with_literals(*key, *prepared) : prepare_from_cache(*key, *prepared);
  if (!found) {
    uint64_t notices_before = notices_;
    const parser::ParsedStatement* statement = nullptr;
    parse_text(*prepared);
    if (is_prepare) {
      auto& outer = static_cast<parser::ParsedPrepare&>(*prepared->parsed.at(0).statement);
      parser::StatementPtr inner = std::move(outer.query);
      prepared->parsed[0].statement = std::move(inner);
      prepared->kind = kind_to_run(*prepared->parsed[0].statement);
    }
    if (!prepared->empty_query) {
      statement = prepared->parsed[0].statement.get();
      if (phase_ == TransactionPhase::kFailed && statement->kind != StatementKind::kTransaction)
        throw SqlError(sqlstate::kInFailedSqlTransaction,
                       "current transaction is aborted, commands ignored until end of transaction block");
      bool shareable = key && notices_ == notices_before && is_shareable(*statement);
      if (!shareable || !with_literals || !plan_with_literals(*key, *prepared)) analyze_prepared(*prepared);
      if (shareable && notices_ == notices_before && !prepared->literals) share_prepared(*key, *prepared);
    }
  }
  if (prepared_.contains(name))
    throw SqlError(sqlstate::kDuplicatePstatement, "prepared statement \"" + name + "\" already exists");
  prepared_[name] = std::move(prepared);
}

void Session::parse_text(PreparedStatement& prepared) {
  parser::ParseOptions options;
  options.standard_conforming_strings = settings_.types().standard_conforming_strings;
  options.notice = [this](const common::ErrorReport& report) { notice(report); };
  prepared.parsed = parser::parse_statements(prepared.text, options);
  if (prepared.parsed.size() > 1)
    throw SqlError(sqlstate::kSyntaxError, "cannot insert multiple commands into a prepared statement");
  prepared.empty_query = prepared.parsed.empty();
  if (!prepared.empty_query) prepared.kind = kind_to_run(*prepared.parsed[0].statement);
}

const parser::ParsedStatementText& Session::parsed_statement(PreparedStatement& prepared) {
  if (prepared.parsed.empty()) parse_text(prepared);
  return prepared.parsed.at(0);
}

// Binds and plans; finds parameter types and result columns.
void Session::analyze_prepared(PreparedStatement& prepared) {
  const parser::ParsedStatement& statement = *parsed_statement(prepared).statement;
  if (!runs_as_query(statement)) {
    if (statement.kind != StatementKind::kTransaction) prepared.columns = describe_utility(*this, statement);
    prepared.returns_rows = !prepared.columns.empty();
    if (const parser::ParsedStatement* inner = query_within(statement)) {
      transaction();
      query::BindContext bind = bind_context(prepared.text);
      bind.parameter_types = prepared.parameter_types;
      bind.infer_parameters = true;
      query::bind_query(*inner, bind);
      prepared.parameter_types = bind.parameter_types;
    }
    return;
  }
  transaction();
  for (Oid type : prepared.parameter_types)
    if (type.valid() && !catalog().type(type))
      throw SqlError(sqlstate::kInternalError, "cache lookup failed for type " + std::to_string(type.value));
  query::BindContext bind = bind_context(prepared.text);
  bind.parameter_types = prepared.parameter_types;
  bind.infer_parameters = true;
  auto dependencies = std::make_shared<PlanDependencies>();
  prepared.plans = plan_statement(statement, bind, dependencies.get());
  prepared.literals.reset();
  prepared.dependencies = std::move(dependencies);
  prepared.parameter_types = bind.parameter_types;
  prepared.surroundings = plan_surroundings();
  prepared.columns.clear();
  for (const auto& plan : prepared.plans) prepared.columns = result_columns(*plan);
  prepared.returns_rows = !prepared.plans.empty() && (prepared.plans.back()->command == CommandKind::kSelect ||
                                                      prepared.plans.back()->has_returning);
}

// The tables of a cached plan are locked first; then it is valid if nothing that it relies on has changed (QRY-3).
void Session::revalidate(PreparedStatement& prepared) {
  if (prepared.surroundings == plan_surroundings() && prepared.dependencies &&
      plans_stand(prepared.plans, *prepared.dependencies))
    return;
  // A failure leaves everything as it was: the next attempt starts from the same columns.
  PreparedAnalysis analysis = prepared;
  const std::vector<ResultColumn>& before = analysis.columns;
  try {
    analyze_prepared(prepared);
  } catch (...) {
    static_cast<PreparedAnalysis&>(prepared) = std::move(analysis);
    throw;
  }
  bool same = before.size() == prepared.columns.size();
  for (size_t i = 0; same && i < before.size(); ++i)
    same = before[i].type == prepared.columns[i].type && before[i].typmod == prepared.columns[i].typmod;
  if (same) return;
  static_cast<PreparedAnalysis&>(prepared) = std::move(analysis);
  throw SqlError(sqlstate::kFeatureNotSupported, "cached plan must not change result type")
      .routine("RevalidateCachedQuery");
}

void Session::check_bind(const PreparedStatement& prepared, size_t parameters) {
  if (parameters != prepared.parameter_types.size())
    throw SqlError(sqlstate::kProtocolViolation, "bind message supplies " + std::to_string(parameters) +
                                                     " parameters, but prepared statement \"" + prepared.name +
                                                     "\" requires " + std::to_string(prepared.parameter_types.size()));
  if (phase_ == TransactionPhase::kFailed && !prepared.empty_query && prepared.kind != StatementKind::kTransaction)
    throw SqlError(sqlstate::kInFailedSqlTransaction,
                   "current transaction is aborted, commands ignored until end of transaction block");
}

namespace {

double cost_of(const PlanList& plans) {
  double cost = 0;
  for (const auto& plan : plans) cost += plan->root->total_cost;
  return cost;
}

// What PostgreSQL reckons for planning: it weighs on custom plans only.
double planning_cost(const PlanList& plans, double cpu_operator_cost) {
  double cost = 0;
  for (const auto& plan : plans) cost += 1000 * cpu_operator_cost * static_cast<double>(plan->tables.size() + 1);
  return cost;
}

// INSERT of rows of values: no table is read, so that nothing depends on what the parameters are.
bool only_values(const planner::PhysicalNode& node) {
  using K = planner::PhysicalKind;
  bool here =
      node.kind == K::kModify || node.kind == K::kProject || node.kind == K::kResult || node.kind == K::kValuesScan;
  return here &&
         std::all_of(node.children.begin(), node.children.end(), [](const auto& child) { return only_values(*child); });
}
bool only_values(const PlanList& plans) {
  return std::all_of(plans.begin(), plans.end(), [](const auto& plan) {
    return plan->subplans.empty() && plan->ctes.empty() && only_values(*plan->root);
  });
}

// About ten lookups: a plan that costs less is not worth another one.
constexpr double kCheapPlan = 100;
constexpr uint64_t kCustomPlansFirst = 5;

}  // namespace

PlanList Session::choose_plans(PreparedStatement& prepared, std::span<const Value> parameters, PlanChoice choice) {
  auto generic = [&] {
    ++prepared.generic_plans;
    return prepared.plans;
  };
  if (parameters.empty()) return generic();
  const PlanCacheMode mode = settings_.session().plan_cache_mode;
  if (mode == PlanCacheMode::kForceGeneric) return generic();
  const double generic_cost = cost_of(prepared.plans);
  const double planning = planning_cost(prepared.plans, settings_.planner().cpu_operator_cost);
  if (mode == PlanCacheMode::kAuto && prepared.custom_plans >= kCustomPlansFirst &&
      generic_cost < prepared.custom_cost / static_cast<double>(prepared.custom_plans))
    return generic();
  ++prepared.custom_plans;
  if (choice == PlanChoice::kForRun && mode == PlanCacheMode::kAuto &&
      (generic_cost <= kCheapPlan || only_values(prepared.plans))) {
    prepared.custom_cost += generic_cost + planning;
    return prepared.plans;
  }
  query::BindContext bind = bind_context(prepared.text);
  bind.parameter_types = prepared.parameter_types;
  PlanList custom = plan_statement(*parsed_statement(prepared).statement, bind, nullptr, parameters);
  prepared.custom_cost += cost_of(custom) + planning;
  return custom;
}

void Session::bind(const std::string& name, const std::string& statement_name, std::vector<Value> parameters) {
  auto it = prepared_.find(statement_name);
  if (it == prepared_.end()) {
    throw statement_name.empty()
        ? SqlError(sqlstate::kUndefinedPstatement, "unnamed prepared statement does not exist")
        : SqlError(sqlstate::kUndefinedPstatement, "prepared statement \"" + statement_name + "\" does not exist");
  }
  start_statement(it->second->text);
  check_bind(*it->second, parameters.size());
  if (!name.empty() && portals_.contains(name))
    throw SqlError(sqlstate::kDuplicateCursor, "cursor \"" + name + "\" already exists");
  auto portal = std::make_shared<Portal>();
  portal->name = name;
  portal->statement = it->second;
  portal->parameters = std::move(parameters);
  portal->query_text = it->second->text;
  portal->creation_time = statement_start_;
  portal->savepoint_depth = savepoint_depth();
  if (!it->second->empty_query && is_query(it->second->kind)) {
    transaction();
    revalidate(*it->second);
    portal->plans = choose_plans(*it->second, portal->parameters, PlanChoice::kForRun);
    portal->literals = it->second->literals;
  }
  portal->columns = it->second->columns;
  portal->returns_rows = it->second->returns_rows;
  portals_[name] = std::move(portal);
}

const PreparedStatement& Session::prepared(const std::string& name) const {
  auto it = prepared_.find(name);
  if (it == prepared_.end())
    throw SqlError(sqlstate::kUndefinedPstatement, name.empty() ? "unnamed prepared statement does not exist"
                                                                : "prepared statement \"" + name + "\" does not exist");
  return *it->second;
}

const Portal& Session::portal(const std::string& name) const {
  auto it = portals_.find(name);
  if (it == portals_.end()) throw SqlError(sqlstate::kUndefinedCursor, "portal \"" + name + "\" does not exist");
  return *it->second;
}

void Session::close_statement(const std::string& name) { prepared_.erase(name); }
void Session::close_portal(const std::string& name) { portals_.erase(name); }

bool Session::execute(const std::string& name, uint64_t rows_max, ResultSink& sink) {
  auto it = portals_.find(name);
  if (it == portals_.end()) throw SqlError(sqlstate::kUndefinedCursor, "portal \"" + name + "\" does not exist");
  std::shared_ptr<Portal> portal = it->second;
  if (portal->is_cursor) {
    start_statement(portal->query_text);
    bool more = fetch_forward(*portal, rows_max, sink);
    if (!more) sink.complete(portal->tag);
    return more;
  }
  if (portal->statement && portal->statement->empty_query) {
    sink.empty_query();
    return false;
  }
  start_statement(portal->query_text);
  interrupt_.check();
  if (!portal->started) start_portal(*portal, sink);
  uint64_t before = portal->position;
  bool suspended = run_portal(*portal, rows_max, sink);
  if (!suspended) {
    // The number of rows that this Execute has given.
    std::string tag = portal->tag;
    if (portal->returns_rows && portal->statement && tag.starts_with("SELECT"))
      tag = "SELECT " + std::to_string(portal->position - before);
    if (!tag.empty()) sink.complete(tag);
  }
  return suspended;
}

void Session::start_portal(Portal& portal, ResultSink& sink) {
  PreparedStatement& prepared = *portal.statement;
  portal.started = true;
  if (!is_query(prepared.kind)) {
    executor::ExecutionContext none;
    none.spill_directory = server_.data_directory + "/spill";
    none.memory = &query_memory_;
    none.work_mem_bytes = size_t{4} << 20;
    StoringSink storing(portal, none, sink);
    run_statement(parsed_statement(prepared), prepared.text, portal.parameters, prepared.parameter_types, storing);
    portal.finished = true;
    return;
  }
  if (phase_ == TransactionPhase::kFailed)
    throw SqlError(sqlstate::kInFailedSqlTransaction,
                   "current transaction is aborted, commands ignored until end of transaction block");
  transaction();
  const PlanList& plans = portal.plans;
  for (const auto& plan : plans) {
    check_privileges(*plan);
    if (plan->modifies || plan->locks_rows) {
      prevent_read_only("this statement");
      transaction().assign_id();
    }
  }
  bool streams = plans.size() == 1 && plans[0]->command == CommandKind::kSelect && !plans[0]->modifies;
  if (streams) {
    portal.snapshot = transaction().take_snapshot();
    if (isolation_ != storage::IsolationLevel::kReadCommitted) {
      transaction().release_snapshot(portal.snapshot);
      portal.snapshot = statement_snapshot();
    }
    portal.snapshot.command = transaction().command();
    portal.context =
        std::make_unique<executor::ExecutionContext>(execution_context(portal.snapshot, portal.parameters));
    portal.reader = database_catalog_->reader(transaction());
    portal.context->evaluation.catalog = portal.reader.get();
    if (portal.literals) portal.context->evaluation.literals = portal.literals->values;
    portal.execution = std::make_unique<executor::Execution>(*plans[0], *portal.context);
    portal.tag = "SELECT 0";
    return;
  }
  portal.tag = command_tag(command_of(prepared.kind), 0);
  for (const auto& plan : plans) {
    triggers_->begin_statement();
    executor::ExecutionContext context = execution_context(statement_snapshot(), portal.parameters);
    if (portal.literals) {
      context.evaluation.literals = portal.literals->values;
      context.literal_rows = portal.literals->rows;
    }
    executor::Execution execution(*plan, context);
    StoringSink storing(portal, context, sink);
    Chunk chunk;
    uint64_t fetched = 0;
    while (execution.fetch(chunk, common::kChunkRowsMax)) {
      fetched += chunk.rows;
      if (plan->can_set_tag) storing.rows(portal.columns, chunk);
    }
    execution.finish();
    if (plan->can_set_tag)
      portal.tag =
          command_tag(plan->command, plan->command == CommandKind::kSelect ? fetched : execution.rows_modified());
    advance_command();
    triggers_->end_statement();
  }
  portal.finished = true;
}

// Gives out up to rows_max rows; true when there may be more.
bool Session::run_portal(Portal& portal, uint64_t rows_max, ResultSink& sink) {
  if (!portal.returns_rows) return false;
  uint64_t left = rows_max == 0 ? UINT64_MAX : rows_max;
  Chunk chunk;
  while (left > 0) {
    uint32_t demand = static_cast<uint32_t>(std::min<uint64_t>(left, common::kChunkRowsMax));
    bool any = false;
    if (portal.execution) {
      language::ReadingScope scope(*this, portal.snapshot);
      any = portal.execution->fetch(chunk, demand);
      if (any) portal.position += chunk.rows;
    } else if (portal.store) {
      any = portal.store->read(portal.position, chunk, demand);
    }
    if (!any) {
      if (portal.execution) portal.execution->finish();
      return false;
    }
    // Volatile functions may have run commands of their own; what follows the portal sees them.
    if (portal.execution) advance_command();
    left -= chunk.rows;
    sink.rows(portal.columns, chunk);
  }
  return true;
}

// The row of `relation` that the cursor stands on, for WHERE CURRENT OF.
common::RowId Session::cursor_row(const std::string& cursor, Oid relation) {
  auto it = portals_.find(cursor);
  if (it == portals_.end()) throw SqlError(sqlstate::kUndefinedCursor, "cursor \"" + cursor + "\" does not exist");
  Portal& portal = *it->second;
  auto refuse = [&](const std::string& why) {
    throw SqlError(sqlstate::kInvalidCursorState, "cursor \"" + cursor + "\" " + why);
  };
  std::string table = "\"" + catalog().relation(relation)->name + "\"";
  const planner::PhysicalStatement* plan =
      portal.statement && !portal.statement->plans.empty() ? portal.statement->plans[0].get() : nullptr;
  if (!portal.is_cursor || !plan || plan->command != CommandKind::kSelect) refuse("is not a SELECT query");
  if (!portal.reader) refuse("is held from a previous transaction");
  const planner::PhysicalStatement::CursorRow* found = nullptr;
  bool locks =
      std::any_of(plan->cursor_rows.begin(), plan->cursor_rows.end(), [](const auto& row) { return row.locked; });
  for (const auto& row : plan->cursor_rows) {
    if (row.relation != relation || row.locked != locks) continue;
    if (found) refuse("has multiple FOR UPDATE/SHARE references to table " + table);
    found = &row;
  }
  if (!found && locks) refuse("does not have a FOR UPDATE/SHARE reference to table " + table);
  if (!found || (!locks && !plan->simply_updatable)) refuse("is not a simply updatable scan of table " + table);
  if (portal.position == 0 || portal.position > portal.store->rows()) refuse("is not positioned on a row");
  uint64_t at = portal.position - 1;
  Chunk chunk;
  portal.store->read(at, chunk, 1);
  Value id = chunk.value(static_cast<size_t>(found->slot), 0);
  return id.is_null() ? common::RowId{} : common::RowId{static_cast<uint64_t>(id.as<int64_t>())};
}

}  // namespace basalt::commands
