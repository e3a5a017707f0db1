// The session's transaction: start, commit, rollback, savepoints, snapshots.
#include "commands/ddl/on_commit.hpp"
#include "commands/session.hpp"
#include "commands/trigger_manager.hpp"
#include "commands/utility/cursor.hpp"
#include "common/sqlstate.hpp"

namespace basalt::commands {

using common::Severity;
using common::SqlError;
using storage::IsolationLevel;
namespace sqlstate = common::sqlstate;

namespace {

IsolationLevel isolation_from_text(std::string_view text) {
  if (text == "repeatable read") return IsolationLevel::kRepeatableRead;
  if (text == "serializable") return IsolationLevel::kSerializable;
  return IsolationLevel::kReadCommitted;
}

}  // namespace

storage::Transaction& Session::transaction() {
  if (!transaction_) start_transaction();
  return *transaction_;
}

void Session::start_transaction() {
  isolation_ = isolation_from_text(settings_.session().default_transaction_isolation);
  read_only_ = settings_.session().default_transaction_read_only;
  deferrable_ = settings_.session().default_transaction_deferrable;
  queried_ = false;
  transaction_ = server_.storage.begin(isolation_, static_cast<uint64_t>(pid_));
  transaction_->set_interrupt(&interrupt_);
  configure_transaction();
  transaction_start_ = statement_start_;
  settings_.begin_level(1);
  if (phase_ == TransactionPhase::kIdle) phase_ = TransactionPhase::kImplicit;
}

void Session::set_isolation(IsolationLevel level) {
  if (level == isolation_ && transaction_) return;
  if (transaction_ && queried_)
    throw SqlError(sqlstate::kActiveSqlTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query");
  if (transaction_ && in_subtransaction())
    throw SqlError(sqlstate::kActiveSqlTransaction,
                   "SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction");
  isolation_ = level;
  if (!transaction_) return;
  // Nothing has been done in it: it is begun again at the other level.
  server_.storage.abort(*transaction_);
  transaction_.reset();
  reader_.reset();
  writer_.reset();
  transaction_ = server_.storage.begin(level, static_cast<uint64_t>(pid_));
  transaction_->set_interrupt(&interrupt_);
  configure_transaction();
}

void Session::configure_transaction() {
  transaction_->set_wait_limits(settings_.session().wait_limits);
  transaction_->set_synchronous_commit(settings_.session().synchronous_commit);
}

void Session::set_read_only(bool on) {
  if (!on && read_only_ && transaction_) {
    if (in_subtransaction())
      throw SqlError(sqlstate::kActiveSqlTransaction,
                     "cannot set transaction read-write mode inside a read-only transaction");
    if (queried_)
      throw SqlError(sqlstate::kActiveSqlTransaction, "transaction read-write mode must be set before any query");
  }
  read_only_ = on;
}

void Session::set_deferrable(bool on) {
  if (transaction_ && in_subtransaction())
    throw SqlError(sqlstate::kActiveSqlTransaction,
                   "SET TRANSACTION [NOT] DEFERRABLE cannot be called within a subtransaction");
  if (transaction_ && queried_)
    throw SqlError(sqlstate::kActiveSqlTransaction, "SET TRANSACTION [NOT] DEFERRABLE must be called before any query");
  deferrable_ = on;
}

void Session::begin_block(const parser::ParsedTransaction*) {
  if (phase_ == TransactionPhase::kBlock) {
    notice(Severity::kWarning, sqlstate::kActiveSqlTransaction, "there is already a transaction in progress");
    return;
  }
  transaction();
  phase_ = TransactionPhase::kBlock;
}

void Session::commit() {
  if (phase_ == TransactionPhase::kFailed) {
    rollback();
    return;
  }
  if (!transaction_) {
    phase_ = TransactionPhase::kIdle;
    return;
  }
  try {
    triggers_->run_deferred();
    hold_cursors(*this);
    run_on_commit(*this);
  } catch (...) {
    // COMMIT ends the transaction either way.
    rollback();
    throw;
  }
  end_transaction(true);
}

void Session::rollback() {
  if (transaction_) end_transaction(false);
  phase_ = TransactionPhase::kIdle;
}

void Session::end_transaction(bool commit_it) {
  close_portals(commit_it);
  // Snapshots, readers and executions end before the transaction does.
  reader_.reset();
  writer_.reset();
  retired_readers_.clear();
  retired_writers_.clear();
  subtransactions_ = 0;
  if (statement_snapshot_) transaction_->release_snapshot(*statement_snapshot_);
  if (transaction_snapshot_) transaction_->release_snapshot(*transaction_snapshot_);
  statement_snapshot_.reset();
  transaction_snapshot_.reset();
  savepoints_.clear();
  // Its own schemas and roles were seen by the path.
  const bool path_may_change = has_catalog_changes() || !commit_it;
  std::unique_ptr<storage::Transaction> ending = std::move(transaction_);
  phase_ = TransactionPhase::kIdle;
  triggers_->forget_transaction();
  try {
    if (commit_it)
      server_.storage.commit(*ending);
    else
      server_.storage.abort_soon(std::move(ending));
  } catch (...) {
    settings_.end_level(1, false);
    forget_search_path();
    if (commit_it) server_.storage.abort(*ending);
    throw;
  }
  settings_.end_level(1, commit_it);
  if (path_may_change) forget_search_path();
}

Session::SavepointEntry* Session::find_savepoint(const std::string& name) {
  for (size_t i = savepoints_.size(); i-- > 0;)
    if (savepoints_[i].name == name) return &savepoints_[i];
  return nullptr;
}

void Session::begin_savepoint(const std::string& name) {
  require_block("SAVEPOINT");
  savepoints_.push_back({name, transaction().savepoint()});
  settings_.begin_level(savepoint_depth() + 1);
  triggers_->begin_savepoint(savepoint_depth());
}

void Session::release_savepoint(const std::string& name) {
  require_block("RELEASE SAVEPOINT");
  SavepointEntry* entry = find_savepoint(name);
  if (!entry) throw SqlError(sqlstate::kSEInvalidSpecification, "savepoint \"" + name + "\" does not exist");
  storage::SavepointId id = entry->id;
  size_t keep = static_cast<size_t>(entry - savepoints_.data());
  while (savepoints_.size() > keep) {
    settings_.end_level(savepoint_depth() + 1, true);
    savepoints_.pop_back();
  }
  transaction().release(id);
}

void Session::rollback_to_savepoint(const std::string& name) {
  require_block("ROLLBACK TO SAVEPOINT");
  SavepointEntry* entry = find_savepoint(name);
  if (!entry) throw SqlError(sqlstate::kSEInvalidSpecification, "savepoint \"" + name + "\" does not exist");
  undo_to_savepoint(static_cast<size_t>(entry - savepoints_.data()) + 1);
  if (phase_ == TransactionPhase::kFailed) phase_ = TransactionPhase::kBlock;
}

// To how things were at the savepoint of that depth, which stays.
void Session::undo_to_savepoint(size_t depth) {
  for (auto it = portals_.begin(); it != portals_.end();)
    it = it->second->savepoint_depth >= static_cast<int>(depth) ? portals_.erase(it) : std::next(it);
  reader_.reset();
  writer_.reset();
  while (savepoints_.size() > depth) {
    settings_.end_level(savepoint_depth() + 1, false);
    savepoints_.pop_back();
  }
  settings_.end_level(savepoint_depth() + 1, false);
  transaction().rollback_to(savepoints_.back().id);
  settings_.begin_level(savepoint_depth() + 1);
  triggers_->rollback_savepoint(savepoint_depth());
  forget_search_path();
}

// An error undoes the block, or its part since the last savepoint, at once: nobody waits for locks of what has failed.
// The block itself stays until it is ended or rolled back to a savepoint.
void Session::fail_block() {
  subtransactions_ = 0;
  if (savepoints_.empty())
    rollback();
  else
    undo_to_savepoint(savepoints_.size());
  phase_ = TransactionPhase::kFailed;
}

storage::SavepointId Session::begin_subtransaction() {
  storage::SavepointId id = transaction().savepoint();
  ++subtransactions_;
  settings_.begin_level(savepoint_depth() + 1 + subtransactions_);
  return id;
}

void Session::end_subtransaction(storage::SavepointId id, bool keep) {
  settings_.end_level(savepoint_depth() + 1 + subtransactions_, keep);
  --subtransactions_;
  if (!keep) {
    new_statement_catalog();
    if (writer_) retired_writers_.push_back(std::move(writer_));
    transaction().rollback_to(id);
    forget_search_path();
  }
  transaction().release(id);
}

void Session::prevent_in_block(std::string_view command) {
  if (phase_ == TransactionPhase::kBlock || several_statements_)
    throw SqlError(sqlstate::kActiveSqlTransaction, std::string(command) + " cannot run inside a transaction block");
  if (statement_depth_ > 1)
    throw SqlError(sqlstate::kActiveSqlTransaction, std::string(command) + " cannot be executed from a function");
}

void Session::require_block(std::string_view command) {
  if (!in_block())
    throw SqlError(sqlstate::kNoActiveSqlTransaction, std::string(command) + " can only be used in transaction blocks");
}

void Session::prevent_read_only(std::string_view command) {
  if (read_only_)
    throw SqlError(sqlstate::kReadOnlySqlTransaction,
                   "cannot execute " + std::string(command) + " in a read-only transaction");
}

storage::Snapshot Session::statement_snapshot() {
  storage::Transaction& current = transaction();
  queried_ = true;
  if (isolation_ == IsolationLevel::kReadCommitted) {
    if (!statement_snapshot_) statement_snapshot_ = current.take_snapshot();
    storage::Snapshot snapshot = *statement_snapshot_;
    snapshot.transaction = current.id();
    snapshot.command = current.command();
    return snapshot;
  }
  if (!transaction_snapshot_) transaction_snapshot_ = current.take_snapshot();
  storage::Snapshot snapshot = *transaction_snapshot_;
  snapshot.transaction = current.id();
  snapshot.command = current.command();
  return snapshot;
}

char Session::status() const {
  switch (phase_) {
    case TransactionPhase::kBlock:
      return 'T';
    case TransactionPhase::kFailed:
      return 'E';
    default:
      return 'I';
  }
}

}  // namespace basalt::commands
