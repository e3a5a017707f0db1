// What ALTER TABLE only writes down, for tools that ask: the index a table was clustered on, its replica identity.
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_index.hpp"
#include "commands/ddl/alter_table.hpp"

namespace basalt::commands::ddl {

using catalog::PgIndexRow;
using parser::AlterTableAction;

namespace {

PgIndexRow require_index(AlterTarget& target, const std::string& name) {
  for (const auto& found : find_rows<PgIndexRow>(target.ddl.reader, id::kPgIndexIndrelidIndex, {key(target.table)}))
    if (target.ddl.relation(found.row.indexrelid)->name == name) return found.row;
  throw SqlError(sqlstate::kUndefinedObject,
                 "index " + quoted(name) + " for table " + quoted(target.relation()->name) + " does not exist");
}

// One index of the table has the mark, or none.
void mark_index(AlterTarget& target, bool PgIndexRow::*mark, Oid marked) {
  for (const auto& found : find_rows<PgIndexRow>(target.ddl.reader, id::kPgIndexIndrelidIndex, {key(target.table)})) {
    bool wanted = found.row.indexrelid == marked;
    if (found.row.*mark == wanted) continue;
    change_row<PgIndexRow>(target.ddl.writer, id::kPgIndexIndexrelidIndex, {key(found.row.indexrelid)},
                           [&](PgIndexRow& row) { row.*mark = wanted; });
  }
}

void require_identity_index(AlterTarget& target, const PgIndexRow& index, const std::string& name) {
  auto refuse = [](const std::string& message) { throw SqlError(sqlstate::kWrongObjectType, message); };
  const std::string tail = " index " + quoted(name) + " as replica identity";
  if (!index.indisunique) refuse("cannot use non-unique" + tail);
  if (!index.indimmediate) refuse("cannot use non-immediate" + tail);
  if (index.indexprs) refuse("cannot use expression" + tail);
  if (index.indpred) refuse("cannot use partial" + tail);
  RelationPointer table = target.relation();
  for (size_t k = 0; k < static_cast<size_t>(index.indnkeyatts); ++k) {
    const auto& column = table->columns[static_cast<size_t>(index.indkey[k]) - 1];
    if (!column.not_null)
      refuse("index " + quoted(name) + " cannot be used as replica identity because column " + quoted(column.name) +
             " is nullable");
  }
}

}  // namespace

void mark_clustered(AlterTarget& target, const parser::ParsedAlterTableCommand& command) {
  Oid marked;
  if (command.action == AlterTableAction::kClusterOn) {
    PgIndexRow index = require_index(target, command.name);
    if (index.indpred)
      throw SqlError(sqlstate::kFeatureNotSupported, "cannot cluster on partial index " + quoted(command.name));
    marked = index.indexrelid;
  }
  mark_index(target, &PgIndexRow::indisclustered, marked);
}

void replica_identity(AlterTarget& target, const parser::ParsedAlterTableCommand& command) {
  Oid marked;
  if (command.text == "index") {
    PgIndexRow index = require_index(target, command.name);
    require_identity_index(target, index, command.name);
    marked = index.indexrelid;
  }
  // default, full, nothing, index: by their first letter.
  change_row<catalog::PgClassRow>(target.ddl.writer, id::kPgClassOidIndex, {key(target.table)},
                                  [&](catalog::PgClassRow& row) { row.relreplident = command.text.at(0); });
  mark_index(target, &PgIndexRow::indisreplident, marked);
}

}  // namespace basalt::commands::ddl
