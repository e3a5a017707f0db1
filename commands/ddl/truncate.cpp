// TRUNCATE: new, empty trees in place of the old ones, so that rollback brings the rows back.
#include <algorithm>

#include "catalog/rows/pg_class.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/in_use.hpp"
#include "commands/ddl/rewrite.hpp"
#include "commands/ddl/sequence.hpp"
#include "commands/new_trees.hpp"
#include "commands/trigger_manager.hpp"

namespace basalt::commands::ddl {

void replace_trees(DdlContext& ddl, const catalog::RelationDescriptor& table) {
  TreeId heap = ddl.storage().create_heap(ddl.transaction(), layout_of(table));
  note_new_heap(ddl.session, heap);
  for (const auto& index : table.indexes) {
    storage::IndexLayout layout;
    layout.unique = index->unique;
    layout.heap = heap;
    TreeId made = ddl.storage().create_index(ddl.transaction(), layout);
    ddl.storage().drop_tree(ddl.transaction(), index->tree);
    change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(index->oid)}, [&](catalog::PgClassRow& row) {
      row.relfilenode = tree_number(made);
      row.relpages = 0;
    });
  }
  ddl.storage().drop_tree(ddl.transaction(), table.tree);
  change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(table.oid)}, [&](catalog::PgClassRow& row) {
    row.relfilenode = tree_number(heap);
    row.reltuples = -1;
    row.relpages = 0;
  });
  ddl.writer.invalidate(id::kPgClass, table.oid);
}

namespace {

constexpr uint32_t kTruncatePrivilege = 1u << 4;

void add_table(DdlContext& ddl, std::vector<RelationPointer>& tables, const RelationPointer& table) {
  if (table->kind != 'r' && table->kind != 'p')
    throw SqlError(sqlstate::kWrongObjectType, quoted(table->name) + " is not a table");
  require_not_system(ddl, *table);
  if (!catalog::relation_privileges(ddl.reader, table->oid, ddl.user(), kTruncatePrivilege))
    catalog::throw_permission_denied("table", table->name);
  require_not_in_use(ddl.session, *table, "TRUNCATE");
  for (const auto& other : tables)
    if (other->oid == table->oid) return;
  tables.push_back(table);
}

// Tables that refer to one of the list join it, or stand in the way.
void follow_foreign_keys(DdlContext& ddl, std::vector<RelationPointer>& tables, bool cascade) {
  for (size_t i = 0; i < tables.size(); ++i) {
    for (const auto& foreign : tables[i]->referencing) {
      bool listed =
          std::any_of(tables.begin(), tables.end(), [&](const auto& t) { return t->oid == foreign.relation; });
      if (listed) continue;
      RelationPointer other = ddl.relation(foreign.relation);
      if (!cascade)
        throw SqlError(sqlstate::kFeatureNotSupported, "cannot truncate a table referenced in a foreign key constraint")
            .detail("Table " + quoted(other->name) + " references " + quoted(tables[i]->name) + ".")
            .hint("Truncate table " + quoted(other->name) + " at the same time, or use TRUNCATE ... CASCADE.");
      ddl.lock(foreign.relation, LockMode::kAccessExclusive);
      ddl.notice("truncate cascades to table " + quoted(other->name));
      add_table(ddl, tables, ddl.relation(foreign.relation));
    }
  }
}

// Asked before anything is done. Restarting takes more than TRUNCATE.
void require_sequences(DdlContext& ddl, const catalog::RelationDescriptor& table) {
  for (const auto& column : table.columns) {
    if (column.dropped) continue;
    Oid sequence = owned_sequence(ddl, table.oid, column.number, false);
    if (sequence.valid()) require_owner(ddl, *ddl.relation(sequence));
  }
}

void restart_sequences(DdlContext& ddl, const catalog::RelationDescriptor& table) {
  for (const auto& column : table.columns) {
    if (column.dropped) continue;
    Oid sequence = owned_sequence(ddl, table.oid, column.number, false);
    if (!sequence.valid()) continue;
    auto row = find_row<catalog::PgSequenceRow>(ddl.reader, id::kPgSequenceSeqrelidIndex, {key(sequence)});
    replace_sequence_state(ddl, *ddl.relation(sequence), {row->row.seqstart, false, 0});
  }
}

std::string truncate_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedTruncate>(call.statement);
  DdlContext ddl(call);
  std::vector<RelationPointer> tables;
  for (const auto& name : statement.relations) add_table(ddl, tables, ddl.open(*name, LockMode::kAccessExclusive));
  follow_foreign_keys(ddl, tables, statement.behavior == parser::DropBehavior::kCascade);
  for (const auto& table : tables)
    if (statement.restart_sequences) require_sequences(ddl, *table);
  TriggerManager& triggers = ddl.session.triggers();
  for (const auto& table : tables) triggers.before_truncate(*table);
  for (const auto& table : tables) {
    if (statement.restart_sequences) restart_sequences(ddl, *table);
    replace_trees(ddl, *ddl.relation(table->oid));
  }
  ddl.session.advance_command();
  for (const auto& table : tables) triggers.after_truncate(*ddl.relation(table->oid));
  return "TRUNCATE TABLE";
}

}  // namespace

void register_truncate() { register_utility(parser::StatementKind::kTruncate, truncate_statement); }

}  // namespace basalt::commands::ddl
