// ON COMMIT DROP and DELETE ROWS of temporary tables: what the session does before it commits.
#include "commands/ddl/on_commit.hpp"

#include "commands/ddl/create_table.hpp"
#include "commands/ddl/drop.hpp"
#include "commands/ddl/rewrite.hpp"

namespace basalt::commands {

namespace ddl {

void set_on_commit(DdlContext& ddl, Oid table, parser::OnCommit action) {
  if (action == parser::OnCommit::kPreserveRows || action == parser::OnCommit::kNone) return;
  ddl.session.extra<OnCommitActions>("on_commit").tables.push_back({table, action});
}

}  // namespace ddl

void run_on_commit(Session& session) {
  using namespace ddl;
  auto& actions = session.extra<OnCommitActions>("on_commit").tables;
  if (actions.empty() || !session.transaction().has_written()) return;
  DdlContext ddl(session, "");
  std::erase_if(actions, [&](const OnCommitActions::Entry& entry) {
    // The table may have been dropped, or its creation rolled back.
    RelationPointer table = ddl.reader.relation(entry.table);
    if (!table) return true;
    if (entry.action == parser::OnCommit::kDrop) {
      drop_objects(ddl, {{id::kPgClass, entry.table}}, parser::DropBehavior::kCascade, true);
      return true;
    }
    replace_trees(ddl, *table);
    return false;
  });
}

}  // namespace basalt::commands
