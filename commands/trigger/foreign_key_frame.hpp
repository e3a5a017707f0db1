// What one step of a foreign key works with: a new command, a snapshot of now, and an execution context around them.
#pragma once

#include "commands/trigger/foreign_key.hpp"

namespace basalt::commands::trigger {

struct ForeignKeys::Frame {
  explicit Frame(Session& s) : session(s), snapshot(take(s)), context(s.execution_context(snapshot, {})) {}
  ~Frame() { session.transaction().release_snapshot(snapshot); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  // Reads see everything committed, also where the transaction keeps an older snapshot.
  void see_newest() { context.snapshot.lsn = common::Lsn{~uint64_t{0}}; }
  void renew() {
    session.transaction().release_snapshot(snapshot);
    snapshot = take(session);
    context.snapshot = snapshot;
  }

  Session& session;
  storage::Snapshot snapshot;
  executor::ExecutionContext context;

 private:
  static storage::Snapshot take(Session& s) {
    s.transaction().assign_id();
    s.advance_command();
    return s.transaction().take_snapshot();
  }
};

// "(a, b)=(1, x)"
std::string describe_key(Session& session, const RelationDescriptor& relation, const std::vector<int16_t>& columns,
                         const Chunk& row);

}  // namespace basalt::commands::trigger
