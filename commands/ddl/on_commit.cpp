// ON COMMIT DROP and DELETE ROWS of temporary tables: what the session does before it commits.
#include "commands/ddl/on_commit.hpp"

#include "commands/ddl/create_table.hpp"

namespace basalt::commands::ddl {

void set_on_commit(DdlContext& ddl, Oid table, parser::OnCommit action) {
  if (action == parser::OnCommit::kPreserveRows || action == parser::OnCommit::kNone) return;
  ddl.session.extra<OnCommitActions>("on_commit").tables.push_back({table, action});
}

}  // namespace basalt::commands::ddl
