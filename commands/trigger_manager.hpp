// TriggerManager: triggers and foreign keys of one session: what runs before and after each row, at the end of the
// statement, or, deferred, at commit. Implements the executor's ModifyHooks.
//
// Each statement has a level with a queue of events. What an event sets off by foreign keys joins the same queue;
// statements that trigger functions run have levels of their own. Deferred events move to the transaction's queue.
#pragma once

#include <memory>

#include "commands/session.hpp"
#include "executor/execution_context.hpp"

namespace basalt::commands {

class TriggerManager : public executor::ModifyHooks {
 public:
  using Oid = common::Oid;
  // The queues and SET CONSTRAINTS as they are now, to be put back when a subtransaction is rolled back.
  struct State {
    virtual ~State() = default;
  };

  // Brackets one statement: what it queued (and is not deferred) runs in end_statement(). Nests.
  virtual void begin_statement() = 0;
  virtual void end_statement() = 0;
  virtual void abandon_statement() = 0;
  // Deferred constraints: before COMMIT, and SET CONSTRAINTS ... IMMEDIATE.
  virtual void run_deferred() = 0;
  // Does anything queued, deferred or not, still have to run for rows of this table?
  virtual bool has_pending(Oid relation) const = 0;
  virtual void set_constraints(const std::vector<Oid>& constraints, bool all, bool deferred) = 0;
  // TRUNCATE triggers.
  virtual void before_truncate(const catalog::RelationDescriptor& relation) = 0;
  virtual void after_truncate(const catalog::RelationDescriptor& relation) = 0;
  // The transaction or a savepoint's part of it has gone.
  virtual void forget_transaction() = 0;
  virtual void begin_savepoint(int depth) = 0;
  virtual void rollback_savepoint(int depth) = 0;
  // The same for subtransactions without a name (PL/pgSQL's EXCEPTION).
  virtual std::unique_ptr<State> save() = 0;
  virtual void restore(const State& state) = 0;
};

std::unique_ptr<TriggerManager> make_trigger_manager(Session& session, common::MemoryBudget& memory);

}  // namespace basalt::commands
