#include "commands/ddl/reindex.hpp"

#include "catalog/rows/pg_class.hpp"
#include "commands/ddl/in_use.hpp"
#include "commands/ddl/rewrite.hpp"

namespace basalt::commands::ddl {

void reindex_relation(Session& session, std::string_view text, Oid table, Oid only_index) {
  DdlContext ddl(session, text);
  // Readers lock the table, not its indexes: nobody may be on its way into the old tree.
  ddl.lock(table, LockMode::kAccessExclusive);
  RelationPointer relation = ddl.relation(table);
  require_not_catalog(*relation, "REINDEX of system catalogs");
  require_not_in_use(session, *relation, "REINDEX");
  for (const auto& index : relation->indexes) {
    if (only_index.valid() && index->oid != only_index) continue;
    storage::IndexLayout layout;
    layout.unique = index->unique;
    layout.heap = relation->tree;
    TreeId made = ddl.storage().create_index(ddl.transaction(), layout);
    ddl.storage().drop_tree(ddl.transaction(), index->tree);
    change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(index->oid)},
                                    [&](catalog::PgClassRow& row) { row.relfilenode = tree_number(made); });
  }
  ddl.writer.invalidate(id::kPgClass, table);
  RelationPointer fresh = ddl.relation(table);
  for (const auto& index : fresh->indexes)
    if (!only_index.valid() || index->oid == only_index) build_index(ddl, *fresh, index);
}

}  // namespace basalt::commands::ddl
