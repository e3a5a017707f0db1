// FOREIGN KEY: the referenced key, the operators that compare, and the check of existing rows.
#include <algorithm>

#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "commands/ddl/constraint.hpp"

namespace basalt::commands::ddl {

using catalog::ConstraintDescriptor;
using catalog::RelationDescriptor;
using parser::ForeignKeyActionKind;

namespace {

constexpr uint32_t kReferencesPrivilege = 1u << 5;  // x

char action_letter(ForeignKeyActionKind action) {
  switch (action) {
    case ForeignKeyActionKind::kRestrict:
      return 'r';
    case ForeignKeyActionKind::kCascade:
      return 'c';
    case ForeignKeyActionKind::kSetNull:
      return 'n';
    case ForeignKeyActionKind::kSetDefault:
      return 'd';
    default:
      return 'a';
  }
}

std::vector<int16_t> resolve_columns(const RelationDescriptor& table, const std::vector<std::string>& names) {
  std::vector<int16_t> out;
  for (const std::string& name : names) {
    const auto* column = table.column(name);
    if (!column)
      throw SqlError(sqlstate::kUndefinedColumn,
                     "column " + quoted(name) + " referenced in foreign key constraint does not exist");
    out.push_back(column->number);
  }
  return out;
}

void check_persistence(const RelationDescriptor& table, const RelationDescriptor& referenced) {
  auto refuse = [](const char* message) { throw SqlError(sqlstate::kInvalidTableDefinition, message); };
  if (table.persistence == 'p' && referenced.persistence != 'p')
    refuse("constraints on permanent tables may reference only permanent tables");
  if (table.persistence == 'u' && referenced.persistence == 't')
    refuse("constraints on unlogged tables may reference only permanent or unlogged tables");
  if (table.persistence == 't' && referenced.persistence != 't')
    refuse("constraints on temporary tables may reference only temporary tables");
}

catalog::IndexPointer primary_key(const RelationDescriptor& referenced) {
  for (const auto& index : referenced.indexes)
    if (index->primary && index->immediate) return index;
  for (const auto& index : referenced.indexes)
    if (index->primary)
      throw SqlError(sqlstate::kObjectNotInPrerequisiteState,
                     "cannot use a deferrable primary key for referenced table " + quoted(referenced.name));
  throw SqlError(sqlstate::kUndefinedObject, "there is no primary key for referenced table " + quoted(referenced.name));
}

catalog::IndexPointer matching_key(const RelationDescriptor& referenced, const std::vector<int16_t>& columns) {
  for (size_t i = 0; i < columns.size(); ++i)
    for (size_t j = i + 1; j < columns.size(); ++j)
      if (columns[i] == columns[j])
        throw SqlError(sqlstate::kInvalidForeignKey, "foreign key referenced-columns list must not contain duplicates");
  bool deferrable = false;
  for (const auto& index : referenced.indexes) {
    if (!index->unique || static_cast<size_t>(index->key_count) != columns.size() || !index->predicate_tree.empty() ||
        !index->expressions_tree.empty())
      continue;
    bool same = true;
    for (int16_t column : columns) {
      bool found = false;
      for (int k = 0; k < index->key_count; ++k) found |= index->keys[static_cast<size_t>(k)].column == column;
      same &= found;
    }
    if (!same) continue;
    if (index->immediate) return index;
    deferrable = true;
  }
  if (deferrable)
    throw SqlError(sqlstate::kObjectNotInPrerequisiteState,
                   "cannot use a deferrable unique constraint for referenced table " + quoted(referenced.name));
  throw SqlError(sqlstate::kInvalidForeignKey,
                 "there is no unique constraint matching given keys for referenced table " + quoted(referenced.name));
}

Oid base_type(DdlContext& ddl, Oid type) {
  for (types::TypePointer t = ddl.reader.type(type); t && t->kind == 'd'; t = ddl.reader.type(type)) type = t->base;
  return type;
}

bool implicitly_coercible(DdlContext& ddl, Oid from, Oid to) {
  if (from == to) return true;
  const auto* cast = ddl.reader.cast(from, to);
  return cast && cast->context == 'i';
}

void choose_operators(DdlContext& ddl, const RelationDescriptor& table, const RelationDescriptor& referenced,
                      const catalog::IndexDescriptor& index, catalog::PgConstraintRow& row) {
  constexpr int kEqualStrategy = 3;
  row.conpfeqop.emplace();
  row.conppeqop.emplace();
  row.conffeqop.emplace();
  for (size_t i = 0; i < row.conkey->size(); ++i) {
    const auto& foreign = table.columns[static_cast<size_t>((*row.conkey)[i]) - 1];
    const auto& primary = referenced.columns[static_cast<size_t>((*row.confkey)[i]) - 1];
    Oid opclass;
    for (int k = 0; k < index.key_count; ++k)
      if (index.keys[static_cast<size_t>(k)].column == primary.number)
        opclass = index.keys[static_cast<size_t>(k)].opclass;
    const auto* description = ddl.reader.opclass(opclass);
    ENSURE(description != nullptr, "an index key without operator class");
    Oid input = description->input_type, family = description->family;
    Oid foreign_type = base_type(ddl, foreign.type);
    Oid pp = ddl.reader.family_operator(family, input, input, kEqualStrategy);
    Oid pf = ddl.reader.family_operator(family, input, foreign_type, kEqualStrategy);
    Oid ff;
    if (pf.valid()) {
      ff = ddl.reader.family_operator(family, foreign_type, foreign_type, kEqualStrategy);
    } else if (foreign_type == base_type(ddl, primary.type) ||
               implicitly_coercible(ddl, foreign_type, base_type(ddl, primary.type)) ||
               implicitly_coercible(ddl, foreign_type, input)) {
      pf = ff = pp;
    }
    if (!pf.valid() || !ff.valid())
      throw SqlError(sqlstate::kDatatypeMismatch,
                     "foreign key constraint " + quoted(row.conname) + " cannot be implemented")
          .detail("Key columns " + quoted(foreign.name) + " and " + quoted(primary.name) +
                  " are of incompatible types: " + catalog::format_type(ddl.scope(), foreign.type, -1) + " and " +
                  catalog::format_type(ddl.scope(), primary.type, -1) + ".");
    row.conpfeqop->push_back(pf);
    row.conppeqop->push_back(pp);
    row.conffeqop->push_back(ff);
  }
}

void check_delete_columns(const RelationDescriptor& table, const parser::ParsedConstraint& parsed,
                          catalog::PgConstraintRow& row) {
  if (parsed.on_delete.columns.empty()) return;
  std::vector<int16_t> columns = resolve_columns(table, parsed.on_delete.columns);
  for (size_t i = 0; i < columns.size(); ++i)
    if (std::find(row.conkey->begin(), row.conkey->end(), columns[i]) == row.conkey->end())
      throw SqlError(sqlstate::kInvalidColumnReference,
                     "column " + quoted(parsed.on_delete.columns[i]) +
                         " referenced in ON DELETE SET action must be part of foreign key");
  row.confdelsetcols = columns;
}

void check_generated(const RelationDescriptor& table, const parser::ParsedConstraint& parsed,
                     const std::vector<int16_t>& columns) {
  for (int16_t number : columns) {
    if (!table.columns[static_cast<size_t>(number) - 1].generated) continue;
    auto refuse = [](const char* clause, bool update) {
      throw SqlError(sqlstate::kSyntaxError, std::string("invalid ") + (update ? "ON UPDATE" : "ON DELETE") +
                                                 " action for foreign key constraint containing generated column" +
                                                 clause);
    };
    for (auto action :
         {ForeignKeyActionKind::kSetNull, ForeignKeyActionKind::kSetDefault, ForeignKeyActionKind::kCascade})
      if (parsed.on_update.kind == action) refuse("", true);
    for (auto action : {ForeignKeyActionKind::kSetNull, ForeignKeyActionKind::kSetDefault})
      if (parsed.on_delete.kind == action) refuse("", false);
  }
}

void record_foreign_key(DdlContext& ddl, const RelationDescriptor& table, const RelationDescriptor& referenced,
                        const catalog::PgConstraintRow& row) {
  ObjectAddress address{id::kPgConstraint, row.oid};
  for (int16_t column : *row.conkey)
    catalog::record_dependency(ddl.writer, address, {id::kPgClass, table.oid, column}, DependencyType::kAutomatic);
  for (int16_t column : *row.confkey)
    catalog::record_dependency(ddl.writer, address, {id::kPgClass, referenced.oid, column}, DependencyType::kNormal);
  catalog::record_dependency(ddl.writer, address, {id::kPgClass, row.conindid}, DependencyType::kNormal);
  for (const auto* list : {&row.conpfeqop, &row.conppeqop, &row.conffeqop})
    for (Oid op : **list)
      catalog::record_dependency(ddl.writer, address, {id::kPgOperator, op}, DependencyType::kNormal);
  for (Oid relation : {table.oid, referenced.oid}) {
    change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(relation)},
                                    [](catalog::PgClassRow& r) { r.relhastriggers = true; });
    ddl.writer.invalidate(id::kPgClass, relation);
  }
}

std::string choose_name(DdlContext& ddl, const RelationDescriptor& table, const std::vector<int16_t>& columns,
                        const std::vector<std::string>& taken) {
  std::string names;
  for (int16_t column : columns) {
    if (!names.empty()) names += "_";
    names += table.columns[static_cast<size_t>(column) - 1].name;
  }
  return choose_constraint_name(ddl, table.name, names, "fkey", table.namespace_oid, taken);
}

}  // namespace

void remake_foreign_key(DdlContext& ddl, Oid constraint) {
  auto found = find_row<catalog::PgConstraintRow>(ddl.reader, id::kPgConstraintOidIndex, {key(constraint)});
  if (!found) return;  // dropped by another command
  catalog::PgConstraintRow& row = found->row;
  RelationPointer table = ddl.relation(row.conrelid), referenced = ddl.relation(row.confrelid);
  auto index = std::find_if(referenced->indexes.begin(), referenced->indexes.end(),
                            [&](const auto& candidate) { return candidate->oid == row.conindid; });
  ENSURE(index != referenced->indexes.end(), "a foreign key without the index of the referenced key");
  choose_operators(ddl, *table, *referenced, **index, row);
  ddl.writer.update(id::kPgConstraint, found->row_id, row.to_row());
  ObjectAddress address{id::kPgConstraint, row.oid};
  catalog::remove_dependencies_on(ddl.writer, address, id::kPgOperator);
  for (const auto* list : {&row.conpfeqop, &row.conppeqop, &row.conffeqop})
    for (Oid op : **list)
      catalog::record_dependency(ddl.writer, address, {id::kPgOperator, op}, DependencyType::kNormal);
  ddl.writer.invalidate(id::kPgClass, table->oid);
  ddl.writer.invalidate(id::kPgClass, referenced->oid);
  if (!row.convalidated) return;
  RelationPointer fresh = ddl.relation(row.conrelid);
  for (const auto& made : fresh->constraints)
    if (made.oid == constraint) verify_foreign_key(ddl, *fresh, made);
}

void add_foreign_key(DdlContext& ddl, Oid table_oid, const WrittenConstraint& written, std::vector<std::string>& taken,
                     bool verify) {
  const parser::ParsedConstraint& parsed = *written.parsed;
  RelationPointer referenced = ddl.open(*parsed.referenced, LockMode::kShareRowExclusive);
  RelationPointer table = ddl.relation(table_oid);
  if (referenced->kind != 'r' && referenced->kind != 'p')
    throw SqlError(sqlstate::kWrongObjectType, "referenced relation " + quoted(referenced->name) + " is not a table");
  require_not_system(ddl, *referenced);
  check_persistence(*table, *referenced);
  if (parsed.match == parser::ForeignKeyMatch::kPartial)
    throw ddl.error_at(parsed.location, sqlstate::kFeatureNotSupported, "MATCH PARTIAL not yet implemented");
  std::vector<std::string> names = parsed.columns;
  if (names.empty() && !written.column.empty()) names.push_back(written.column);
  catalog::PgConstraintRow row;
  row.conkey = resolve_columns(*table, names);
  catalog::IndexPointer index;
  row.confkey.emplace();
  if (parsed.referenced_columns.empty()) {
    index = primary_key(*referenced);
    for (int k = 0; k < index->key_count; ++k) row.confkey->push_back(index->keys[static_cast<size_t>(k)].column);
  } else {
    row.confkey = resolve_columns(*referenced, parsed.referenced_columns);
    index = matching_key(*referenced, *row.confkey);
  }
  if (row.conkey->size() != row.confkey->size())
    throw SqlError(sqlstate::kInvalidForeignKey,
                   "number of referencing and referenced columns for foreign key disagree");
  if (!(catalog::relation_privileges(ddl.reader, referenced->oid, ddl.user(), kReferencesPrivilege)))
    for (int16_t column : *row.confkey)
      if (!catalog::column_privileges(ddl.reader, referenced->oid, column, ddl.user(), kReferencesPrivilege))
        catalog::throw_permission_denied("table", referenced->name);
  check_generated(*table, parsed, *row.conkey);
  if (!parsed.name.empty()) {
    bool exists = std::find(taken.begin(), taken.end(), parsed.name) != taken.end();
    for (const auto& other : table->constraints) exists |= other.name == parsed.name;
    if (exists)
      throw SqlError(sqlstate::kDuplicateObject,
                     "constraint " + quoted(parsed.name) + " for relation " + quoted(table->name) + " already exists");
  }
  row.conname = parsed.name.empty() ? choose_name(ddl, *table, *row.conkey, taken) : parsed.name;
  taken.push_back(row.conname);
  row.oid = ddl.writer.new_oid(id::kPgConstraint);
  row.connamespace = table->namespace_oid;
  row.contype = 'f';
  row.condeferrable = parsed.deferrable;
  row.condeferred = parsed.initially_deferred;
  row.convalidated = !(verify && parsed.skip_validation);
  row.conrelid = table_oid;
  row.conindid = index->oid;
  row.confrelid = referenced->oid;
  row.confupdtype = action_letter(parsed.on_update.kind);
  row.confdeltype = action_letter(parsed.on_delete.kind);
  row.confmatchtype = parsed.match == parser::ForeignKeyMatch::kFull ? 'f' : 's';
  row.connoinherit = true;
  check_delete_columns(*table, parsed, row);
  choose_operators(ddl, *table, *referenced, *index, row);
  ddl.writer.insert(id::kPgConstraint, row.to_row());
  record_foreign_key(ddl, *table, *referenced, row);
  if (verify && row.convalidated) {
    RelationPointer fresh = ddl.relation(table_oid);
    for (const auto& constraint : fresh->constraints)
      if (constraint.oid == row.oid) verify_foreign_key(ddl, *fresh, constraint);
  }
}

namespace {

// "(pk.x OPERATOR(pg_catalog.=) fk.a)"
std::string comparison(DdlContext& ddl, Oid op, const std::string& left, const std::string& right) {
  auto descriptor = ddl.reader.operator_by_oid(op);
  return left + " OPERATOR(" +
         catalog::quote_identifier(catalog::namespace_name(ddl.reader, descriptor->namespace_oid)) + "." +
         descriptor->name + ") " + right;
}

}  // namespace

void verify_foreign_key(DdlContext& ddl, const RelationDescriptor& table, const ConstraintDescriptor& constraint) {
  RelationPointer referenced = ddl.relation(constraint.foreign_relation);
  std::string columns, join, filter, names;
  const bool full = constraint.match == 'f';
  for (size_t i = 0; i < constraint.columns.size(); ++i) {
    const auto& foreign = table.columns[static_cast<size_t>(constraint.columns[i]) - 1];
    const auto& primary = referenced->columns[static_cast<size_t>(constraint.foreign_columns[i]) - 1];
    std::string fk = "fk." + catalog::quote_identifier(foreign.name);
    std::string pk = "pk." + catalog::quote_identifier(primary.name);
    columns += (i ? ", " : "") + fk;
    names += (i ? ", " : "") + foreign.name;
    join += (i ? " AND " : "") + comparison(ddl, constraint.equality_pf[i], pk, fk);
    filter += (i ? (full ? " OR " : " AND ") : "") + fk + " IS NOT NULL";
  }
  const auto& first = referenced->columns[static_cast<size_t>(constraint.foreign_columns[0]) - 1];
  std::string sql = "SELECT " + columns + " FROM ONLY " + catalog::qualified_relation_name(ddl.reader, table.oid) +
                    " fk LEFT OUTER JOIN ONLY " + catalog::qualified_relation_name(ddl.reader, referenced->oid) +
                    " pk ON (" + join + ") WHERE pk." + catalog::quote_identifier(first.name) + " IS NULL AND (" +
                    filter + ")";
  run_query(ddl, sql, [&](const common::Chunk& chunk, uint32_t at) {
    SqlError error(sqlstate::kForeignKeyViolation, "insert or update on table " + quoted(table.name) +
                                                       " violates foreign key constraint " + quoted(constraint.name));
    std::string shown;
    bool has_null = false;
    for (size_t i = 0; i < constraint.columns.size(); ++i) {
      Value value = chunk.value(i, at);
      has_null |= value.is_null();
      const auto& column = table.columns[static_cast<size_t>(constraint.columns[i]) - 1];
      shown += (i ? ", " : "") + (value.is_null() ? "null" : ddl.session.call_context().output(column.type, value));
    }
    error.report().detail = full && has_null ? "MATCH FULL does not allow mixing of null and nonnull key values."
                                             : "Key (" + names + ")=(" + shown + ") is not present in table " +
                                                   quoted(referenced->name) + ".";
    error.report().schema_name = catalog::namespace_name(ddl.reader, table.namespace_oid);
    error.report().table_name = table.name;
    error.report().constraint_name = constraint.name;
    throw error;
  });
}

}  // namespace basalt::commands::ddl
