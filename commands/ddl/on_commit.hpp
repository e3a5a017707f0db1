// What the session must do with temporary tables before it commits (Session::extra "on_commit").
#pragma once

#include "commands/ddl/ddl.hpp"

namespace basalt::commands::ddl {

struct OnCommitActions {
  struct Entry {
    Oid table;
    parser::OnCommit action;
  };
  std::vector<Entry> tables;
};

}  // namespace basalt::commands::ddl

namespace basalt::commands {

// Runs them; called by Session::commit().
void run_on_commit(Session& session);

}  // namespace basalt::commands
