// CREATE SEQUENCE, ALTER SEQUENCE.
#include "catalog/rows/pg_class.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/sequence.hpp"

namespace basalt::commands::ddl {

namespace {

void apply_owned_by(DdlContext& ddl, const catalog::RelationDescriptor& sequence,
                    const parser::QualifiedName& owned_by) {
  if (owned_by.size() == 1 && owned_by[0] == "none") {
    catalog::remove_dependencies_on(ddl.writer, {id::kPgClass, sequence.oid}, id::kPgClass);
    return;
  }
  if (owned_by.size() < 2)
    throw SqlError(sqlstate::kSyntaxError, "invalid OWNED BY option")
        .hint("Specify OWNED BY table.column or OWNED BY NONE.");
  parser::ParsedRangeVar range;
  range.name = owned_by[owned_by.size() - 2];
  if (owned_by.size() > 2) range.schema = owned_by[owned_by.size() - 3];
  RelationPointer table = ddl.open(range, LockMode::kAccessShare);
  if (table->kind != 'r' && table->kind != 'v' && table->kind != 'p' && table->kind != 'f')
    throw SqlError(sqlstate::kWrongObjectType, "sequence cannot be owned by relation " + quoted(table->name))
        .detail(std::string("This operation is not supported for ") + relation_word(table->kind) + "s.");
  if (table->owner != sequence.owner)
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState, "sequence must have same owner as table it is linked to");
  if (table->namespace_oid != sequence.namespace_oid)
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState, "sequence must be in same schema as table it is linked to");
  const auto* column = table->column(owned_by.back());
  if (!column)
    throw SqlError(sqlstate::kUndefinedColumn,
                   "column " + quoted(owned_by.back()) + " of relation " + quoted(table->name) + " does not exist");
  catalog::remove_dependencies_on(ddl.writer, {id::kPgClass, sequence.oid}, id::kPgClass);
  own_sequence(ddl, sequence.oid, table->oid, column->number, false);
}

std::string create_sequence_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCreateSequence>(call.statement);
  DdlContext ddl(call);
  char persistence = statement.sequence->persistence == parser::Persistence::kTemporary  ? 't'
                     : statement.sequence->persistence == parser::Persistence::kUnlogged ? 'u'
                                                                                         : 'p';
  Oid name_space = creation_namespace(ddl, *statement.sequence, persistence);
  const std::string& name = statement.sequence->name;
  if (statement.if_not_exists && ddl.reader.find_relation(name_space, name).valid()) {
    ddl.notice("relation " + quoted(name) + " already exists, skipping", sqlstate::kDuplicateTable);
    return "CREATE SEQUENCE";
  }
  SequenceOptions options = read_sequence_options(ddl, statement.options, nullptr, {}, Oid(), false);
  Oid sequence = create_sequence(ddl, name, name_space, persistence, ddl.user(), options);
  if (options.has_owned_by) apply_owned_by(ddl, *ddl.relation(sequence), options.owned_by);
  return "CREATE SEQUENCE";
}

std::string alter_sequence_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedAlterSequence>(call.statement);
  DdlContext ddl(call);
  RelationPointer sequence = ddl.open(*statement.sequence, LockMode::kShareRowExclusive, statement.missing_ok);
  if (!sequence) {
    ddl.notice("relation " + quoted(statement.sequence->name) + " does not exist, skipping");
    return "ALTER SEQUENCE";
  }
  if (sequence->kind != 'S') throw SqlError(sqlstate::kWrongObjectType, quoted(sequence->name) + " is not a sequence");
  require_owner(ddl, *sequence);
  alter_sequence(ddl, *sequence, statement.options);
  return "ALTER SEQUENCE";
}

}  // namespace

void alter_sequence(DdlContext& ddl, const catalog::RelationDescriptor& sequence, const parser::DefList& written) {
  auto row = find_row<catalog::PgSequenceRow>(ddl.reader, id::kPgSequenceSeqrelidIndex, {key(sequence.oid)});
  SequenceOptions options =
      read_sequence_options(ddl, written, &row->row, ddl.storage().sequence_state(sequence.tree), Oid(), false);
  ddl.writer.update(id::kPgSequence, row->row_id, options.row.to_row());
  if (options.state_changed) replace_sequence_state(ddl, sequence, options.state);
  if (options.has_owned_by) apply_owned_by(ddl, sequence, options.owned_by);
}

void replace_sequence_state(DdlContext& ddl, const catalog::RelationDescriptor& sequence,
                            storage::SequenceState state) {
  ddl.lock(sequence.oid, LockMode::kAccessExclusive);
  TreeId made = ddl.storage().create_sequence(ddl.transaction(), state);
  ddl.storage().drop_tree(ddl.transaction(), sequence.tree);
  change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(sequence.oid)},
                                  [&](catalog::PgClassRow& r) { r.relfilenode = tree_number(made); });
}

void register_sequence_commands() {
  register_utility(parser::StatementKind::kCreateSequence, create_sequence_statement);
  register_utility(parser::StatementKind::kAlterSequence, alter_sequence_statement);
}

}  // namespace basalt::commands::ddl
