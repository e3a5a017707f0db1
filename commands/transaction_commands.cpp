// BEGIN, COMMIT, ROLLBACK, savepoints, two-phase commit.
#include "commands/families.hpp"
#include "commands/transaction_options.hpp"
#include "commands/utility.hpp"
#include "common/sqlstate.hpp"

namespace basalt::commands {

using common::Severity;
using common::SqlError;
using parser::TransactionAction;
namespace sqlstate = common::sqlstate;

void apply_transaction_options(Session& session, const parser::DefList& options) {
  for (const auto& option : options) {
    if (option.name == "transaction_isolation") {
      if (option.text == "serializable")
        session.set_isolation(storage::IsolationLevel::kSerializable);
      else if (option.text == "repeatable read")
        session.set_isolation(storage::IsolationLevel::kRepeatableRead);
      else
        session.set_isolation(storage::IsolationLevel::kReadCommitted);
    } else if (option.name == "transaction_read_only") {
      bool on = option.integer != 0 || option.text == "true" || option.text == "on";
      session.set_read_only(on);
    } else if (option.name == "transaction_deferrable") {
      session.set_deferrable(option.integer != 0 || option.text == "true" || option.text == "on");
    }
  }
}

namespace {

std::string end_block(UtilityCall& call, const parser::ParsedTransaction& statement, bool commit_it) {
  Session& session = call.session;
  bool failed = session.phase() == TransactionPhase::kFailed;
  storage::IsolationLevel isolation = session.isolation();
  bool read_only = session.read_only();
  if (!session.in_block()) {
    if (statement.chain)
      throw SqlError(sqlstate::kNoActiveSqlTransaction, std::string(commit_it ? "COMMIT" : "ROLLBACK") +
                                                            " AND CHAIN can only be used in transaction blocks");
    session.notice(Severity::kWarning, sqlstate::kNoActiveSqlTransaction, "there is no transaction in progress");
  }
  if (commit_it)
    session.commit();
  else
    session.rollback();
  if (statement.chain) {
    session.begin_block(nullptr);
    session.set_isolation(isolation);
    session.set_read_only(read_only);
  }
  return commit_it && !failed ? "COMMIT" : "ROLLBACK";
}

std::string prepare(UtilityCall& call, const parser::ParsedTransaction& statement) {
  Session& session = call.session;
  if (!session.in_block()) {
    session.notice(common::Severity::kWarning, sqlstate::kNoActiveSqlTransaction,
                   "there is no transaction in progress");
    return "ROLLBACK";
  }
  if (session.phase() == TransactionPhase::kFailed) {
    session.rollback();
    return "ROLLBACK";
  }
  throw common::not_supported("PREPARE TRANSACTION");
}

std::string run_transaction(UtilityCall& call) {
  Session& session = call.session;
  const auto& statement = static_cast<const parser::ParsedTransaction&>(call.statement);
  if (!call.top_level) throw SqlError(sqlstate::kInvalidTransactionTermination, "invalid transaction termination");
  switch (statement.action) {
    case TransactionAction::kBegin:
    case TransactionAction::kStart:
      session.begin_block(&statement);
      apply_transaction_options(session, statement.options);
      return statement.action == TransactionAction::kBegin ? "BEGIN" : "START TRANSACTION";
    case TransactionAction::kCommit:
      return end_block(call, statement, true);
    case TransactionAction::kRollback:
      return end_block(call, statement, false);
    case TransactionAction::kSavepoint:
      session.begin_savepoint(statement.savepoint);
      return "SAVEPOINT";
    case TransactionAction::kRelease:
      session.release_savepoint(statement.savepoint);
      return "RELEASE";
    case TransactionAction::kRollbackTo:
      session.rollback_to_savepoint(statement.savepoint);
      return "ROLLBACK";
    case TransactionAction::kPrepare:
      return prepare(call, statement);
    case TransactionAction::kCommitPrepared:
      throw common::not_supported("COMMIT PREPARED");
    case TransactionAction::kRollbackPrepared:
      throw common::not_supported("ROLLBACK PREPARED");
  }
  UNREACHABLE("kind of transaction statement");
}

}  // namespace

void register_transaction_commands() { register_utility(parser::StatementKind::kTransaction, run_transaction); }

}  // namespace basalt::commands
