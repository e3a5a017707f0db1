#include "commands/session.hpp"

#include "catalog/acl.hpp"
#include "commands/session_context.hpp"
#include "commands/setting_text.hpp"
#include "commands/statement_cache.hpp"
#include "commands/trigger_manager.hpp"
#include "commands/utility.hpp"
#include "commands/utility/notify.hpp"
#include "common/sqlstate.hpp"

namespace basalt::commands {

using common::Oid;
using common::SqlError;
namespace sqlstate = common::sqlstate;

Session::Session(ServerState& server, const SessionOptions& options)
    : server_(server),
      options_(options),
      settings_generation_(server.settings.generation()),
      settings_(server.settings.current()),
      query_memory_(0, &server.storage.server_memory()),
      database_catalog_(server.catalogs.open_database(options.database)),
      context_(std::make_unique<SessionContext>(*this)),
      triggers_(make_trigger_manager(*this, query_memory_)),
      current_user_(options.user),
      session_user_(options.user),
      fingerprint_(std::make_unique<parser::Fingerprint>()) {
  settings_.on_change = [this](std::string_view name) {
    if (name == "search_path") forget_search_path();
    if (name == "basalt.query_memory") limit_query_memory();
    if (transaction_ && (name == "lock_timeout" || name == "deadlock_timeout" || name == "synchronous_commit"))
      configure_transaction();
    follow_roles(*this, name);
    if (name == "application_name")
      update_activity([&](ActivityEntry& entry) { entry.application_name = settings_.show("application_name"); });
  };
  limit_query_memory();
  statement_start_ = server_.clock.now_microseconds();
}

Session::~Session() { end(); }

void Session::end() {
  if (std::exchange(ended_, true)) return;
  forget_notifications(*this);
  try {
    rollback();
    if (temporary_schema_.valid()) {
      interrupt_.clear();
      transaction();
      read_only_ = false;
      drop_temporary_objects();
      commit();
    }
  } catch (const std::exception&) {
    // The transaction's remains are rolled back by the engine; the connection is gone, there is nobody to tell.
  }
}

void Session::limit_query_memory() {
  query_memory_.set_bytes_max(static_cast<size_t>(settings_.get_int("basalt.query_memory")) * 1024);
}

types::CallContext& Session::call_context() { return *context_; }

catalog::CatalogReader& Session::catalog() {
  if (!reader_) reader_ = database_catalog_->reader(transaction());
  return *reader_;
}

catalog::CatalogWriter& Session::writer() {
  prevent_read_only("DDL");
  if (!writer_) writer_ = database_catalog_->writer(transaction());
  return *writer_;
}

// A statement inside a function must not take the reader away from the statement that called the function.
void Session::new_statement_catalog() {
  if (reader_) retired_readers_.push_back(std::move(reader_));
}

const catalog::ResolvedSearchPath& Session::resolved_search_path() {
  if (!search_path_valid_) {
    search_path_generation_ = catalog_generation();
    search_path_ =
        catalog::resolve_search_path(catalog(), settings_.get_list("search_path"), current_user_, temporary_schema_);
    search_path_valid_ = true;
    ++search_path_changes_;
  }
  return search_path_;
}

uint64_t Session::catalog_generation() {
  return database_catalog_->cache().generation() + server_.catalogs.shared_cache().generation();
}

const catalog::SearchPath& Session::search_path() { return resolved_search_path().effective; }

Oid Session::creation_namespace() {
  const catalog::SearchPath& shown = resolved_search_path().shown;
  for (Oid name_space : shown)
    if (name_space.valid()) return name_space;
  throw SqlError(sqlstate::kInvalidSchemaName, "no schema has been selected to create in");
}

bool Session::is_superuser() {
  const catalog::RoleDescriptor* role = catalog().role(current_user_);
  return role && role->super;
}

void Session::notice(common::ErrorReport report) {
  ++notices_;
  if (on_notice) on_notice(report);
}

void Session::notice(common::Severity severity, common::SqlState state, std::string message) {
  common::ErrorReport report{};
  report.severity = severity;
  report.sqlstate = state;
  report.message = std::move(message);
  notice(std::move(report));
}

void Session::start_statement(std::string_view text) {
  interrupt_.clear();
  if (uint64_t published = server_.settings.generation(); published != settings_generation_) {
    settings_generation_ = published;
    settings_.rebase(server_.settings.current());
  }
  // The path depends on schemas, roles and privileges: whatever was committed to the catalogs may have changed it.
  if (search_path_generation_ != catalog_generation()) forget_search_path();
  statement_start_ = server_.clock.now_microseconds();
  update_activity([&](ActivityEntry& entry) {
    entry.state = "active";
    entry.query = text.substr(0, 1024);
    entry.query_start = entry.state_change = statement_start_;
  });
}

// After each statement: the next one reads the catalogs and the data anew.
void Session::finish_statement() {
  if (transaction_ && statement_snapshot_) transaction_->release_snapshot(*statement_snapshot_);
  statement_snapshot_.reset();
  reader_.reset();
  retired_readers_.clear();
  retired_writers_.clear();
  if (search_path_generation_ != catalog_generation()) forget_search_path();
}

namespace {

// The last statement of a message is complete when its transaction is: an error of the commit takes its place.
class CompleteAtCommit : public ResultSink {
 public:
  explicit CompleteAtCommit(ResultSink& sink) : sink_(sink) {}
  void describe(const std::vector<ResultColumn>& columns) override { sink_.describe(columns); }
  void rows(const std::vector<ResultColumn>& columns, const common::Chunk& chunk) override {
    sink_.rows(columns, chunk);
  }
  void complete(std::string_view tag) override { tag_ = tag; }
  void empty_query() override { sink_.empty_query(); }
  void begin_copy_in(bool binary, int columns) override { sink_.begin_copy_in(binary, columns); }
  std::optional<std::string> read_copy_data() override { return sink_.read_copy_data(); }
  void begin_copy_out(bool binary, int columns) override { sink_.begin_copy_out(binary, columns); }
  void copy_data(std::string_view bytes) override { sink_.copy_data(bytes); }
  void end_copy_out() override { sink_.end_copy_out(); }

  void committed() {
    if (tag_) sink_.complete(*tag_);
  }

 private:
  ResultSink& sink_;
  std::optional<std::string> tag_;
};

}  // namespace

void Session::simple_query(std::string_view text, ResultSink& client) {
  CompleteAtCommit sink(client);
  start_statement(text);
  several_statements_ = false;
  statement_depth_ = 0;
  // A simple query takes the place of the unnamed statement and portal.
  prepared_.erase("");
  portals_.erase("");
  interrupt_.check();
  std::optional<StatementKey> key;
  if (fingerprint_for_cache(text, parser::LiteralRows::kLeaveOut)) {
    transaction();
    if (!has_catalog_changes()) key = StatementKey{fingerprint_.get(), user_surroundings(), {}};
    bool done = fingerprint_->rows.columns && run_literal_rows(key ? &*key : nullptr, text, sink);
    if (!done && fingerprint_->rows.columns && !fingerprint_for_cache(text, parser::LiteralRows::kAsTokens))
      key.reset();
    if (done || (key && run_cached(*key, sink))) {
      finish_statement();
      if (phase_ == TransactionPhase::kImplicit) commit();
      sink.committed();
      return;
    }
  }
  uint64_t notices_before = notices_;
  std::vector<parser::ParsedStatementText> statements;
  parser::ParseOptions options;
  options.standard_conforming_strings = settings_.types().standard_conforming_strings;
  options.notice = [this](const common::ErrorReport& report) { notice(report); };
  statements = parser::parse_statements(text, options);
  if (statements.empty()) {
    sink.empty_query();
    return;
  }
  const std::vector<common::Value> no_values;
  const std::vector<Oid> no_types;
  several_statements_ = statements.size() > 1;
  // Several statements of one message are one implicit transaction, as long as none opens its own.
  for (const auto& statement : statements) {
    const bool last = &statement == &statements.back();
    ResultSink& results = last ? static_cast<ResultSink&>(sink) : client;
    if (&statement != &statements.front() && on_next_statement) on_next_statement();
    interrupt_.check();
    // What was said about the text has to be said again each time.
    if (key && statements.size() == 1 && notices_ == notices_before && is_shareable(*statement.statement))
      run_and_share(statement, *key, text, results);
    else
      run_statement(statement, text, no_values, no_types, results);
    finish_statement();
  }
  if (phase_ == TransactionPhase::kImplicit) commit();
  several_statements_ = false;
  sink.committed();
}

void Session::sync() {
  finish_statement();
  if (phase_ == TransactionPhase::kImplicit) commit();
}

void Session::handle_error() {
  statement_depth_ = 0;
  several_statements_ = false;
  triggers_->abandon_statement();
  if (phase_ == TransactionPhase::kBlock || phase_ == TransactionPhase::kFailed) {
    finish_statement();
    if (phase_ == TransactionPhase::kBlock) fail_block();
    return;
  }
  rollback();
}

void Session::close_portals(bool keep_holdable) {
  for (auto it = portals_.begin(); it != portals_.end();) {
    Portal& portal = *it->second;
    // What an earlier transaction has held outlives a rollback as well; it has given up its reader.
    bool held = portal.holdable && portal.store && !portal.execution;
    bool keep = held && (keep_holdable || !portal.reader);
    it = keep ? std::next(it) : portals_.erase(it);
  }
}

}  // namespace basalt::commands
