#include "commands/ddl/create_table.hpp"

#include <algorithm>

#include "catalog/rows/pg_attribute.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/immutable.hpp"
#include "commands/ddl/like.hpp"
#include "query/analyzer.hpp"

namespace basalt::commands::ddl {

using parser::ConstraintKind;
using parser::ParsedConstraint;

namespace {

constexpr uint32_t kUsagePrivilege = 1u << 8;  // U

// int2, int4, int8 for the serial types; 0: another type.
Oid serial_type(DdlContext& ddl, const parser::ParsedTypeName& type) {
  if (type.names.size() != 1 || type.pct_type) return Oid();
  const std::string& name = type.names[0];
  Oid found;
  if (name == "smallserial" || name == "serial2")
    found = oid::kInt2;
  else if (name == "serial" || name == "serial4")
    found = oid::kInt4;
  else if (name == "bigserial" || name == "serial8")
    found = oid::kInt8;
  if (found.valid() && !type.array_bounds.empty())
    throw ddl.error_at(type.location, sqlstate::kFeatureNotSupported, "array of serial is not implemented");
  return found;
}

SqlError conflict(DdlContext& ddl, const ParsedConstraint& at, const std::string& message) {
  return ddl.error_at(at.location, sqlstate::kSyntaxError, message);
}

// What one constraint says about its column. `nullability`: 0 nothing yet, 1 NULL, 2 NOT NULL.
void read_constraint(DdlContext& ddl, const ParsedConstraint& constraint, WrittenColumn& out, const std::string& table,
                     int& nullability) {
  const std::string of = " for column " + quoted(out.column.name) + " of table " + quoted(table);
  switch (constraint.kind) {
    case ConstraintKind::kNull:
      if (nullability == 2 || out.column.identity)
        throw conflict(ddl, constraint, "conflicting NULL/NOT NULL declarations" + of);
      nullability = 1;
      break;
    case ConstraintKind::kNotNull:
      if (nullability == 1) throw conflict(ddl, constraint, "conflicting NULL/NOT NULL declarations" + of);
      nullability = 2;
      out.column.not_null = true;
      break;
    case ConstraintKind::kDefault:
      if ((out.default_value && !out.column.generated) || out.sequence.valid())
        throw ddl.error_at(out.sequence.valid() ? -1 : constraint.location, sqlstate::kSyntaxError,
                           "multiple default values specified" + of);
      out.default_value = constraint.expression.get();
      break;
    case ConstraintKind::kIdentity:
      if (out.column.identity) throw conflict(ddl, constraint, "multiple identity specifications" + of);
      if (nullability == 1) throw conflict(ddl, constraint, "conflicting NULL/NOT NULL declarations" + of);
      out.identity = &constraint;
      out.column.identity = constraint.generated_always ? 'a' : 'd';
      out.column.not_null = true;
      break;
    case ConstraintKind::kGenerated:
      if (out.column.generated) throw conflict(ddl, constraint, "multiple generation clauses specified" + of);
      out.column.generated = 's';
      out.default_value = constraint.expression.get();
      break;
    case ConstraintKind::kExclusion:
      throw common::not_supported("exclusion constraints");
    default:
      check_deferrable(ddl, constraint);
      out.constraints.push_back({&constraint, out.column.name});
      break;
  }
}

// What cannot stand together; `location` is that of the constraint which is one too many.
void check_combination(DdlContext& ddl, const WrittenColumn& out, const std::string& table, bool has_default,
                       int32_t location) {
  const std::string of = " specified for column " + quoted(out.column.name) + " of table " + quoted(table);
  if (has_default && out.column.identity)
    throw ddl.error_at(location, sqlstate::kSyntaxError, "both default and identity" + of);
  if (has_default && out.column.generated)
    throw ddl.error_at(location, sqlstate::kSyntaxError, "both default and generation expression" + of);
  if (out.column.identity && out.column.generated)
    throw ddl.error_at(location, sqlstate::kSyntaxError, "both identity and generation expression" + of);
}

}  // namespace

void make_identity_sequence(DdlContext& ddl, WrittenColumn& column, const parser::DefList& options,
                            const std::string& table, Oid name_space, char persistence, Oid owner) {
  Oid type = column.column.type;
  if (type != oid::kInt2 && type != oid::kInt4 && type != oid::kInt8)
    throw SqlError(sqlstate::kInvalidParameterValue, "identity column type must be smallint, integer, or bigint");
  std::string name;
  for (const auto& option : options)
    if (option.name == "sequence_name") name = option.names.empty() ? option.text : option.names.back();
  if (name.empty()) name = choose_relation_name(ddl, table, column.column.name, "seq", name_space, false);
  SequenceOptions read = read_sequence_options(ddl, options, nullptr, {}, type, true);
  column.sequence = create_sequence(ddl, name, name_space, persistence, owner, read);
  column.sequence_is_identity = true;
}

WrittenColumn read_column(DdlContext& ddl, const parser::ParsedColumnDefinition& definition, const std::string& table,
                          Oid name_space, char persistence, Oid owner) {
  WrittenColumn out;
  out.definition = &definition;
  Oid serial = serial_type(ddl, *definition.type);
  if (serial.valid()) {
    out.column.name = definition.name;
    out.column.type = serial;
    out.column.not_null = true;
    std::string name = choose_relation_name(ddl, table, definition.name, "seq", name_space, false);
    SequenceOptions options = read_sequence_options(ddl, {}, nullptr, {}, serial, false);
    out.sequence = create_sequence(ddl, name, name_space, persistence, owner, options);
    out.bound_default = nextval_default(ddl, out.sequence, serial);
  } else {
    out.column = resolve_column(ddl, definition);
    require_type_usage(ddl, out.column.type);
  }
  out.column.compression = definition.compression == "pglz" ? 'p' : definition.compression == "lz4" ? 'l' : 0;
  int nullability = serial.valid() ? 2 : 0;
  bool has_default = false;
  for (const ParsedConstraint& constraint : definition.constraints) {
    read_constraint(ddl, constraint, out, table, nullability);
    has_default |= constraint.kind == ConstraintKind::kDefault;
    check_combination(ddl, out, table, has_default, constraint.location);
  }
  if (serial.valid()) check_combination(ddl, out, table, true, -1);
  if (out.identity)
    make_identity_sequence(ddl, out, out.identity->sequence_options, table, name_space, persistence, owner);
  return out;
}

void store_column_extras(DdlContext& ddl, Oid table, int16_t number, WrittenColumn& column) {
  if (column.bound_default) {
    store_default(ddl, table, number, *column.bound_default);
  } else if (column.default_value) {
    query::BindContext context = ddl.bind();
    query::ExpressionScope scope;
    const bool generated = column.column.generated != 0;
    if (generated) scope.relations.push_back({ddl.relation(table), "", false});
    query::ExpressionPointer bound = query::bind_default(
        *column.default_value, generated ? query::ExpressionUse::kGenerated : query::ExpressionUse::kColumnDefault,
        scope, column.column.name, column.column.type, column.column.typmod, column.column.collation, context);
    if (generated) check_immutable(ddl, *bound, "generation expression is not immutable");
    // DEFAULT NULL is no default, unless the type is a domain with one of its own.
    const auto* constant = query::try_as<query::Constant>(bound.get());
    if (generated || !constant || !constant->value.is_null()) store_default(ddl, table, number, *bound);
  }
  if (column.sequence.valid()) own_sequence(ddl, column.sequence, table, number, column.sequence_is_identity);
}

void add_constraints(DdlContext& ddl, Oid table, const std::vector<WrittenConstraint>& constraints, bool verify,
                     std::vector<std::string>& taken) {
  for (const auto& c : constraints)
    if (c.parsed->kind == ConstraintKind::kCheck) add_check(ddl, table, c, taken, verify);
  int primary_keys = 0;
  for (const auto& c : constraints) primary_keys += c.parsed->kind == ConstraintKind::kPrimaryKey;
  if (primary_keys > 1)
    for (auto it = constraints.rbegin(); it != constraints.rend(); ++it)
      if (it->parsed->kind == ConstraintKind::kPrimaryKey)
        throw ddl.error_at(it->parsed->location, sqlstate::kInvalidTableDefinition,
                           "multiple primary keys for table " + quoted(ddl.relation(table)->name) + " are not allowed");
  for (const auto& c : constraints)
    if (c.parsed->kind == ConstraintKind::kPrimaryKey) add_index_constraint(ddl, table, c);
  for (const auto& c : constraints)
    if (c.parsed->kind == ConstraintKind::kUnique) add_index_constraint(ddl, table, c);
  for (const auto& c : constraints)
    if (c.parsed->kind == ConstraintKind::kForeignKey) add_foreign_key(ddl, table, c, taken, verify);
}

namespace {

void refuse_unsupported(const parser::ParsedCreateTable& statement) {
  if (!statement.inherits.empty()) throw common::not_supported("table inheritance");
  if (statement.partition_by) throw common::not_supported("CREATE TABLE ... PARTITION BY");
  if (statement.partition_of) throw common::not_supported("CREATE TABLE ... PARTITION OF");
  if (statement.of_type) throw common::not_supported("typed tables");
  if (statement.is_foreign) throw common::not_supported("CREATE FOREIGN TABLE");
  if (!statement.access_method.empty() && statement.access_method != "heap")
    throw SqlError(sqlstate::kUndefinedObject, "access method " + quoted(statement.access_method) + " does not exist");
  if (!statement.tablespace.empty() && statement.tablespace != "pg_default")
    throw SqlError(sqlstate::kUndefinedObject, "tablespace " + quoted(statement.tablespace) + " does not exist");
}

void check_duplicate_columns(DdlContext&, const std::vector<WrittenColumn>& columns) {
  for (size_t i = 0; i < columns.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (columns[i].column.name == columns[j].column.name)
        throw SqlError(sqlstate::kDuplicateColumn,
                       "column " + quoted(columns[i].column.name) + " specified more than once");
}

// An error about the schema points at the name.
Oid table_namespace(DdlContext& ddl, const parser::ParsedCreateTable& statement, char& persistence) {
  try {
    return creation_namespace(ddl, *statement.relation, persistence);
  } catch (SqlError& error) {
    // That the schema is the system's has a detail, and is only found out when the table is made.
    const bool denied = error.report().sqlstate == sqlstate::kInsufficientPrivilege && error.report().detail.empty();
    if (error.report().sqlstate == sqlstate::kUndefinedSchema || denied)
      error.report().position = parser::position_of(ddl.text, statement.relation->location);
    throw;
  }
}

std::string create_table_statement(UtilityCall& call) {
  const auto& statement = static_cast<const parser::ParsedCreateTable&>(call.statement);
  DdlContext ddl(call);
  for (const auto& parent : statement.inherits) ddl.open(*parent, LockMode::kAccessShare);
  refuse_unsupported(statement);
  char persistence = statement.relation->persistence == parser::Persistence::kTemporary  ? 't'
                     : statement.relation->persistence == parser::Persistence::kUnlogged ? 'u'
                                                                                         : 'p';
  const std::string& name = statement.relation->name;
  Oid name_space = table_namespace(ddl, statement, persistence);
  if (statement.on_commit != parser::OnCommit::kNone && persistence != 't')
    throw SqlError(sqlstate::kInvalidTableDefinition, "ON COMMIT can only be used on temporary tables");
  if (statement.if_not_exists && ddl.reader.find_relation(name_space, name).valid()) {
    ddl.notice("relation " + quoted(name) + " already exists, skipping", sqlstate::kDuplicateTable);
    return "CREATE TABLE";
  }
  NewRelation relation;
  relation.name = name;
  relation.name_space = name_space;
  relation.owner = ddl.user();
  relation.persistence = persistence;
  relation.options = relation_options(ddl, statement.options, 'r');
  std::vector<WrittenColumn> columns;
  std::vector<WrittenConstraint> constraints;
  std::vector<LikeSource> likes;
  for (const auto& element : statement.elements) {
    switch (element.kind) {
      case parser::TableElementKind::kColumn:
        columns.push_back(read_column(ddl, element.column, name, name_space, persistence, ddl.user()));
        for (const auto& c : columns.back().constraints) constraints.push_back(c);
        break;
      case parser::TableElementKind::kLike:
        likes.push_back(read_like(ddl, element.like, name, name_space, persistence, columns));
        break;
      case parser::TableElementKind::kConstraint:
        if (element.constraint.kind == ConstraintKind::kExclusion) throw common::not_supported("exclusion constraints");
        check_deferrable(ddl, element.constraint);
        constraints.push_back({&element.constraint, ""});
        break;
    }
  }
  check_duplicate_columns(ddl, columns);
  for (const auto& column : columns) relation.columns.push_back(column.column);
  Oid table = create_relation(ddl, relation);
  ddl.lock(table, LockMode::kAccessExclusive);
  for (size_t i = 0; i < columns.size(); ++i) store_column_extras(ddl, table, static_cast<int16_t>(i + 1), columns[i]);
  std::vector<std::string> taken;
  for (auto& like : likes) copy_checks(ddl, like, table, taken);
  add_constraints(ddl, table, constraints, false, taken);
  for (auto& like : likes) copy_rest(ddl, like, table);
  if (statement.on_commit != parser::OnCommit::kNone) set_on_commit(ddl, table, statement.on_commit);
  return "CREATE TABLE";
}

}  // namespace

void register_create_table() { register_utility(parser::StatementKind::kCreateTable, create_table_statement); }

}  // namespace basalt::commands::ddl
