// Session: one connected user in one database: settings, the transaction, prepared statements and portals. Knows no
// network; server/ feeds it with messages and gives it a ResultSink.
//
//   simple_query(text)       every statement of the text; one implicit transaction unless the text opens its own
//   parse / bind / execute   the extended protocol; sync() ends the implicit transaction
//
// Transaction states, as PostgreSQL's: idle -> (implicit | block) -> failed. An error in a block makes it failed; only
// ROLLBACK, COMMIT (which rolls back) and ROLLBACK TO get out.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog_service.hpp"
#include "commands/portal.hpp"
#include "commands/result_sink.hpp"
#include "commands/server_state.hpp"
#include "executor/execution_context.hpp"
#include "query/binder.hpp"

namespace basalt::parser {
struct Fingerprint;
enum class LiteralRows : uint8_t;
}  // namespace basalt::parser

namespace basalt::commands {

struct CachedStatement;
struct StatementKey;
class SessionContext;  // the CallContext of the session (session_context.hpp)
class TriggerManager;

enum class TransactionPhase : uint8_t { kIdle, kImplicit, kBlock, kFailed };

struct SessionOptions {
  common::Oid database, user;
  std::string database_name, user_name;
  std::string client_address;
  int client_port = -1;
  std::vector<std::pair<std::string, std::string>> startup_settings;
};

class Session {
 public:
  Session(ServerState& server, const SessionOptions& options);
  ~Session();
  // Rolls back and drops the temporary objects; the destructor does it too. The session serves nobody afterwards.
  void end();

  // --- protocol (session.cpp, extended.cpp)
  void simple_query(std::string_view text, ResultSink& sink);
  void parse(const std::string& name, std::string_view text, std::vector<common::Oid> parameter_types);
  // What Bind refuses before it reads the values: a wrong number of them, a failed transaction.
  void check_bind(const PreparedStatement& prepared, size_t parameters);
  void bind(const std::string& portal, const std::string& statement, std::vector<common::Value> parameters);
  // rows_max 0: all. True: suspended, more rows may come.
  bool execute(const std::string& portal, uint64_t rows_max, ResultSink& sink);
  void close_statement(const std::string& name);
  // For PREPARE and EXECUTE: parse() without the beginning of a statement; a plan brought up to date before it runs.
  // `is_prepare`: the text is a PREPARE statement, and its inner query is what is prepared.
  void parse_prepared(const std::string& name, std::string_view text, std::vector<common::Oid> parameter_types,
                      bool is_prepare = false);
  void revalidate_prepared(PreparedStatement& prepared) { revalidate(prepared); }
  // The plans for one run with these parameters: generic ones, or made for the values (plan_cache_mode). EXPLAIN shows
  // what PostgreSQL's rule says; a run takes a generic plan that is cheaper than planning without asking.
  enum class PlanChoice : uint8_t { kForRun, kForExplain };
  PlanList choose_plans(PreparedStatement& prepared, std::span<const common::Value> parameters, PlanChoice choice);
  const parser::ParsedStatementText& parsed_statement(PreparedStatement& prepared);
  void close_portal(const std::string& name);
  // End of an extended batch, also after an error.
  void sync();
  // An error came out of one of the above: the transaction is rolled back or marked failed.
  void handle_error();
  const PreparedStatement& prepared(const std::string& name) const;  // throws 26000
  const Portal& portal(const std::string& name) const;               // throws 34000
  // 'I' idle, 'T' in a block, 'E' in a failed block.
  char status() const;

  // --- the transaction (transaction_control.cpp)
  storage::Transaction& transaction();  // starts one where there is none
  bool has_transaction() const { return transaction_ != nullptr; }
  TransactionPhase phase() const { return phase_; }
  bool in_block() const { return phase_ == TransactionPhase::kBlock || phase_ == TransactionPhase::kFailed; }
  // Several statements in one message of the simple protocol: a block of its own, as far as it matters who asks.
  bool in_implicit_block() const { return several_statements_; }
  void begin_block(const parser::ParsedTransaction* options);
  void commit();
  void rollback();
  void begin_savepoint(const std::string& name);
  void release_savepoint(const std::string& name);
  void rollback_to_savepoint(const std::string& name);
  // A subtransaction without a name, as PL/pgSQL's EXCEPTION needs it; they nest.
  storage::SavepointId begin_subtransaction();
  void end_subtransaction(storage::SavepointId id, bool keep);
  // 25001 / 25P01 checks: `CREATE DATABASE cannot run inside a transaction block`.
  void prevent_in_block(std::string_view command);
  void require_block(std::string_view command);
  void advance_command() { transaction().advance_command(); }
  // The snapshot of the running statement: per statement under READ COMMITTED, of the transaction otherwise.
  storage::Snapshot statement_snapshot();
  // LSN of the snapshot that the transaction keeps; the largest number where it keeps none.
  uint64_t kept_snapshot_lsn() const { return transaction_snapshot_ ? transaction_snapshot_->lsn.value : ~uint64_t{0}; }
  int64_t transaction_start() const { return transaction_start_; }
  int64_t statement_start() const { return statement_start_; }
  bool read_only() const { return read_only_; }
  void set_read_only(bool on);
  bool deferrable() const { return deferrable_; }
  void set_deferrable(bool on);
  storage::IsolationLevel isolation() const { return isolation_; }
  void set_isolation(storage::IsolationLevel level);
  // 25006 when the transaction is read-only.
  void prevent_read_only(std::string_view command);
  int savepoint_depth() const { return static_cast<int>(savepoints_.size()); }

  // --- running statements (statement_runner.cpp)
  // Runs one statement to its end (utility or query); used by simple_query, PL/pgSQL, SQL functions, EXECUTE.
  void run_statement(const parser::ParsedStatementText& statement, std::string_view text,
                     const std::vector<common::Value>& parameters, const std::vector<common::Oid>& parameter_types,
                     ResultSink& sink);
  // Binds, rewrites and plans a query statement. `dependencies`: begun here and settled. `values` of $1 ... make a
  // custom plan.
  PlanList plan_statement(const parser::ParsedStatement& statement, query::BindContext& context,
                          PlanDependencies* dependencies = nullptr, std::span<const common::Value> values = {},
                          bool for_cursor = false);
  // Runs the plans of a statement of this kind in the order given. `columns` of each plan; `literals`: values of
  // Parameter kLiteral; `literal_rows`: the rows of a VALUES that has none of its own.
  void run_plans(parser::StatementKind kind, const PlanList& plans, std::span<const std::vector<ResultColumn>> columns,
                 std::span<const common::Value> parameters, std::span<const common::Value> literals, ResultSink& sink,
                 std::span<const common::Chunk> literal_rows = {});
  query::BindContext bind_context(std::string_view text);
  executor::ExecutionContext execution_context(const storage::Snapshot& snapshot,
                                               std::span<const common::Value> parameters);
  std::vector<ResultColumn> result_columns(const planner::PhysicalStatement& statement);
  // 42501 unless the user holds the privileges that the statement's tables ask for.
  void check_privileges(const planner::PhysicalStatement& statement);

  // --- the statement cache (cached_query.cpp)
  // Stands for what, beside its text, decides the meaning and the plan of a statement: database, search path, settings.
  // Equal numbers, equal surroundings.
  uint32_t plan_surroundings() { return surroundings().number; }
  // The same with the user, who may not look into every schema: what a plan is found by that another role has made.
  uint32_t user_surroundings() { return surroundings().number_of_user; }
  bool has_catalog_changes() { return transaction_ && database_catalog_->has_changes(*transaction_); }
  // Locks the tables of the plans; then: does all that they rely on still stand?
  bool plans_stand(const PlanList& plans, const PlanDependencies& dependencies);

  // --- surroundings
  ServerState& server() { return server_; }
  storage::StorageEngine& storage() { return server_.storage; }
  Settings& settings() { return settings_; }
  SessionContext& context() { return *context_; }
  types::CallContext& call_context();
  common::Interrupt& interrupt() { return interrupt_; }
  catalog::DatabaseCatalog& database_catalog() { return *database_catalog_; }
  // The catalogs as the current transaction sees them (made anew for each statement).
  catalog::CatalogReader& catalog();
  catalog::CatalogWriter& writer();
  void new_statement_catalog();  // forgets the reader: the next catalog() reads anew
  const catalog::SearchPath& search_path();
  const catalog::ResolvedSearchPath& resolved_search_path();
  // The schema where CREATE without a schema goes; throws 3F000 "no schema has been selected to create in".
  common::Oid creation_namespace();
  common::Oid temporary_schema() const { return temporary_schema_; }
  common::Oid require_temporary_schema();  // makes pg_temp_n when there is none
  common::Oid database() const { return options_.database; }
  const std::string& database_name() const { return options_.database_name; }
  common::Oid current_user() const { return current_user_; }
  common::Oid session_user() const { return session_user_; }
  void set_current_user(common::Oid user) {
    current_user_ = user;
    forget_search_path();
  }
  void set_session_user(common::Oid user) {
    session_user_ = current_user_ = user;
    forget_search_path();
  }
  bool is_superuser();
  int32_t pid() const { return pid_; }
  void set_activity(int32_t pid, std::shared_ptr<ActivitySlot> activity) {
    pid_ = pid;
    activity_ = std::move(activity);
  }
  // change(ActivityEntry&): what pg_stat_activity shows of this session.
  template <typename F>
  void update_activity(F&& change) {
    if (!activity_) return;
    std::lock_guard lock(activity_->mutex);
    change(activity_->entry);
  }
  void notice(common::ErrorReport report);
  void notice(common::Severity severity, common::SqlState state, std::string message);
  void forget_search_path() { search_path_valid_ = false; }
  uint64_t notices() const { return notices_; }
  TriggerManager& triggers() { return *triggers_; }
  std::map<std::string, std::shared_ptr<PreparedStatement>>& prepared_statements() { return prepared_; }
  std::map<std::string, std::shared_ptr<Portal>>& portals() { return portals_; }
  const SessionOptions& options() const { return options_; }
  // Work to be done when the transaction has committed or rolled back (NOTIFY, dropped temp schema, ...).
  std::function<void(const common::ErrorReport&)> on_notice;
  std::function<void(int32_t pid, std::string_view channel, std::string_view payload)> on_notification;
  // Before each statement of a simple query but the first: the timeout starts anew.
  std::function<void()> on_next_statement;
  // Called from any thread: notifications wait for this session.
  std::function<void()> on_wake;
  // State that a folder's commands keep per session, by name (sequences' currval, LISTEN channels, advisory locks,
  // ...).
  template <typename T>
  T& extra(const std::string& name) {
    auto& slot = extras_[name];
    if (!slot) slot = std::make_shared<T>();
    return *static_cast<T*>(slot.get());
  }

  void forget_extra(const std::string& name) { extras_.erase(name); }
  // Drops what stands in the temporary schema; session-level advisory locks. Set by the parts of commands/ that make
  // them.
  std::function<void()> on_drop_temporary, on_release_session_locks;
  void drop_temporary_objects() {
    if (on_drop_temporary) on_drop_temporary();
  }
  void release_session_locks() {
    if (on_release_session_locks) on_release_session_locks();
  }

 private:
  friend class SessionContext;
  struct SavepointEntry {
    std::string name;
    storage::SavepointId id;
  };
  void start_transaction();
  // By the settings that count for it, which may change while it runs.
  void configure_transaction();
  void fail_block();
  bool in_subtransaction() const { return !savepoints_.empty() || subtransactions_ > 0; }
  void undo_to_savepoint(size_t depth);
  void end_transaction(bool commit_it);
  void close_portals(bool keep_holdable);
  void start_statement(std::string_view text);
  void parse_text(PreparedStatement& prepared);
  void analyze_prepared(PreparedStatement& prepared);
  void revalidate(PreparedStatement& prepared);
  void start_portal(Portal& portal, ResultSink& sink);
  bool run_portal(Portal& portal, uint64_t rows_max, ResultSink& sink);
  common::RowId cursor_row(const std::string& cursor, common::Oid relation);
  void finish_statement();
  void limit_query_memory();
  uint64_t catalog_generation();  // moves with every commit that changes catalogs
  bool fingerprint_for_cache(std::string_view text, parser::LiteralRows rows);
  bool prepare_from_cache(const StatementKey& key, PreparedStatement& prepared);
  // The same for an unnamed statement without parameters, whose literals are those of this text only.
  bool prepare_with_literals(const StatementKey& key, PreparedStatement& prepared);
  bool plan_with_literals(const StatementKey& key, PreparedStatement& prepared);
  void adopt(const std::shared_ptr<const CachedStatement>& cached, const StatementKey& key,
             std::shared_ptr<const PlanLiterals> literals, PreparedStatement& prepared);
  void share_prepared(const StatementKey& key, const PreparedStatement& prepared);
  bool run_cached(const StatementKey& key, ResultSink& sink);
  void run_and_share(const parser::ParsedStatementText& statement, const StatementKey& key, std::string_view text,
                     ResultSink& sink);
  struct NewPlan;
  void make_plans(const parser::ParsedStatementText& statement, std::string_view text,
                  const parser::Fingerprint& fingerprint, NewPlan& made);
  // An INSERT whose rows the fingerprint has left out. False: it has to be run with its rows as tokens. No key: neither
  // look for a plan nor keep it.
  bool run_literal_rows(const StatementKey* key, std::string_view text, ResultSink& sink);
  std::shared_ptr<const CachedStatement> find_literal_rows(const StatementKey* key, std::string_view text,
                                                           PlanLiterals& literals);
  std::shared_ptr<const CachedStatement> plan_literal_rows(const StatementKey* key, std::string_view text,
                                                           std::vector<common::Value>& values);
  // Converts the literals of the running text that are parameters of the plan.
  void literal_values(const CachedStatement& statement, std::vector<common::Value>& values);
  std::vector<int8_t> literal_estimates(const CachedStatement& statement, const std::vector<common::Value>& values);
  std::shared_ptr<const CachedStatement> find_cached(const StatementKey& key, std::vector<common::Value>& values);
  SavepointEntry* find_savepoint(const std::string& name);

  ServerState& server_;
  SessionOptions options_;
  uint64_t settings_generation_;  // of the server's settings, as taken up
  Settings settings_;
  common::Interrupt interrupt_;
  common::MemoryBudget query_memory_;
  std::shared_ptr<catalog::DatabaseCatalog> database_catalog_;
  std::unique_ptr<SessionContext> context_;
  std::unique_ptr<TriggerManager> triggers_;
  common::Oid current_user_, session_user_, temporary_schema_;
  int32_t pid_ = 0;
  std::shared_ptr<ActivitySlot> activity_;
  bool ended_ = false;

  std::unique_ptr<storage::Transaction> transaction_;
  std::unique_ptr<catalog::CatalogReader> reader_;
  std::unique_ptr<catalog::CatalogWriter> writer_;
  // Given up within a statement whose executions still read through them.
  std::vector<std::unique_ptr<catalog::CatalogReader>> retired_readers_;
  std::vector<std::unique_ptr<catalog::CatalogWriter>> retired_writers_;
  int subtransactions_ = 0;
  TransactionPhase phase_ = TransactionPhase::kIdle;
  std::vector<SavepointEntry> savepoints_;
  std::optional<storage::Snapshot> transaction_snapshot_, statement_snapshot_;
  storage::IsolationLevel isolation_ = storage::IsolationLevel::kReadCommitted;
  bool read_only_ = false, deferrable_ = false;
  bool queried_ = false;  // the transaction has had a snapshot, or would have had one in PostgreSQL
  int64_t transaction_start_ = 0, statement_start_ = 0;
  int statement_depth_ = 0;
  bool several_statements_ = false;

  catalog::ResolvedSearchPath search_path_;
  bool search_path_valid_ = false;
  uint64_t search_path_generation_ = 0;  // of the catalogs when it was resolved
  uint64_t search_path_changes_ = 0;     // counts resolutions
  struct Surroundings {
    uint32_t number = 0, number_of_user = 0;
    uint64_t search_path_changes = 0, plan_generation = 0;
    common::Oid user, temporary_schema;
    catalog::SearchPath path;
  } surroundings_;
  const Surroundings& surroundings();
  std::unique_ptr<parser::Fingerprint> fingerprint_;  // of the running query string; kept for its buffers
  uint64_t notices_ = 0;
  std::map<std::string, std::shared_ptr<PreparedStatement>> prepared_;
  std::map<std::string, std::shared_ptr<Portal>> portals_;
  std::map<std::string, std::shared_ptr<void>> extras_;
};

// May plans of this statement be shared? Queries; not SELECT INTO.
bool is_shareable(const parser::ParsedStatement& statement);
// SELECT, INSERT, UPDATE, DELETE, MERGE.
bool is_query(parser::StatementKind kind);
std::string command_tag(query::CommandKind command, uint64_t rows);
// Of a query statement, as it is written.
query::CommandKind command_of(parser::StatementKind kind);

}  // namespace basalt::commands
