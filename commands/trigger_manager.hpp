// TriggerManager: triggers and foreign keys of one session: what runs before and after each row, at the end of the statement, or,
// deferred, at commit. Implements the executor's ModifyHooks.
#pragma once

#include <memory>

#include "commands/session.hpp"
#include "executor/execution_context.hpp"

namespace basalt::commands {

class TriggerManager : public executor::ModifyHooks {
 public:
  using Oid = common::Oid;
  // Brackets one statement: what it queued (and is not deferred) runs in end_statement(). Nests.
  virtual void begin_statement() = 0;
  virtual void end_statement() = 0;
  virtual void abandon_statement() = 0;
  // Deferred constraints: before COMMIT, and SET CONSTRAINTS ... IMMEDIATE.
  virtual void run_deferred() = 0;
  virtual void set_constraints(const std::vector<Oid>& constraints, bool all, bool deferred) = 0;
  // The transaction or a savepoint's part of it has gone.
  virtual void forget_transaction() = 0;
  virtual void begin_savepoint(int depth) = 0;
  virtual void rollback_savepoint(int depth) = 0;
};

std::unique_ptr<TriggerManager> make_trigger_manager(Session& session);

}  // namespace basalt::commands
