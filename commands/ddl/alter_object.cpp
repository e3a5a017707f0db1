// ALTER ... RENAME, SET SCHEMA, OWNER TO.
#include "catalog/catalog_table.hpp"
#include "catalog/object_class.hpp"
#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_constraint.hpp"
#include "catalog/rows/pg_type.hpp"
#include "commands/ddl/alter_table.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/drop.hpp"

namespace basalt::commands::ddl {

using parser::ObjectType;

namespace {

const char* alter_tag(ObjectType type) {
  switch (type) {
    case ObjectType::kIndex:
      return "ALTER INDEX";
    case ObjectType::kSequence:
      return "ALTER SEQUENCE";
    case ObjectType::kView:
      return "ALTER VIEW";
    case ObjectType::kMaterializedView:
      return "ALTER MATERIALIZED VIEW";
    case ObjectType::kSchema:
      return "ALTER SCHEMA";
    case ObjectType::kDatabase:
      return "ALTER DATABASE";
    case ObjectType::kRole:
      return "ALTER ROLE";
    case ObjectType::kType:
    case ObjectType::kAttribute:
      return "ALTER TYPE";
    case ObjectType::kDomain:
    case ObjectType::kDomainConstraint:
      return "ALTER DOMAIN";
    case ObjectType::kFunction:
      return "ALTER FUNCTION";
    case ObjectType::kProcedure:
      return "ALTER PROCEDURE";
    case ObjectType::kRoutine:
      return "ALTER ROUTINE";
    case ObjectType::kAggregate:
      return "ALTER AGGREGATE";
    case ObjectType::kTrigger:
      return "ALTER TRIGGER";
    case ObjectType::kRule:
      return "ALTER RULE";
    case ObjectType::kPolicy:
      return "ALTER POLICY";
    case ObjectType::kCollation:
      return "ALTER COLLATION";
    case ObjectType::kLanguage:
      return "ALTER LANGUAGE";
    case ObjectType::kOperator:
      return "ALTER OPERATOR";
    default:
      return "ALTER TABLE";
  }
}

// Changes one column of an object's row.
void set_object_column(DdlContext& ddl, const ObjectAddress& address, const char* column, const Value& value) {
  const auto* object_class = catalog::find_object_class(address.class_oid);
  CatalogRow row;
  RowId row_id;
  if (!catalog::find_object_row(ddl.reader, *object_class, address.object, row, &row_id)) return;
  row[static_cast<size_t>(catalog::catalog_table(address.class_oid).column(column))] = value;
  ddl.writer.update(address.class_oid, row_id, row);
}

void rename_type_rows(DdlContext& ddl, Oid type, const std::string& name) {
  auto row = find_row<catalog::PgTypeRow>(ddl.reader, id::kPgTypeOidIndex, {key(type)});
  if (!row) return;
  if (ddl.reader.find_type(row->row.typnamespace, name).valid())
    throw SqlError(sqlstate::kDuplicateObject, "type " + quoted(name) + " already exists");
  row->row.typname = name;
  ddl.writer.update(id::kPgType, row->row_id, row->row.to_row());
  if (!row->row.typarray.valid()) return;
  std::string array = choose_array_type_name(ddl, name, row->row.typnamespace);
  change_row<catalog::PgTypeRow>(ddl.writer, id::kPgTypeOidIndex, {key(row->row.typarray)},
                                 [&](catalog::PgTypeRow& r) { r.typname = array; });
}

void rename_relation(DdlContext& ddl, const catalog::RelationDescriptor& relation, const std::string& name) {
  if (ddl.reader.find_relation(relation.namespace_oid, name).valid())
    throw SqlError(sqlstate::kDuplicateTable, "relation " + quoted(name) + " already exists");
  change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(relation.oid)},
                                  [&](catalog::PgClassRow& row) { row.relname = name; });
  if (relation.row_type.valid()) rename_type_rows(ddl, relation.row_type, name);
  if (relation.kind != 'i') return;
  // The constraint behind the index keeps its name in step.
  if (auto index = ddl.reader.index(relation.oid))
    for (const auto& constraint : ddl.relation(index->relation)->constraints)
      if (constraint.index == relation.oid && constraint.type != 'f')
        change_row<catalog::PgConstraintRow>(ddl.writer, id::kPgConstraintOidIndex, {key(constraint.oid)},
                                             [&](catalog::PgConstraintRow& row) { row.conname = name; });
}

void rename_column(DdlContext& ddl, const catalog::RelationDescriptor& table, const std::string& from,
                   const std::string& to) {
  if (!table.column(from)) throw SqlError(sqlstate::kUndefinedColumn, "column " + quoted(from) + " does not exist");
  const auto& column = require_column(table, from);
  if (table.column(to))
    throw SqlError(sqlstate::kDuplicateColumn,
                   "column " + quoted(to) + " of relation " + quoted(table.name) + " already exists");
  change_row<catalog::PgAttributeRow>(ddl.writer, id::kPgAttributeRelidAttnumIndex,
                                      {key(table.oid), Value::of(column.number)},
                                      [&](catalog::PgAttributeRow& row) { row.attname = to; });
  // Index columns that are this column bear its name.
  for (const auto& index : table.indexes)
    for (size_t k = 0; k < index->keys.size(); ++k)
      if (index->keys[k].column == column.number)
        change_row<catalog::PgAttributeRow>(ddl.writer, id::kPgAttributeRelidAttnumIndex,
                                            {key(index->oid), Value::of(static_cast<int16_t>(k + 1))},
                                            [&](catalog::PgAttributeRow& row) { row.attname = to; });
  ddl.writer.invalidate(id::kPgClass, table.oid);
}

void rename_constraint(DdlContext& ddl, const catalog::RelationDescriptor& table, const std::string& from,
                       const std::string& to) {
  for (const auto& constraint : table.constraints)
    if (constraint.name == to)
      throw SqlError(sqlstate::kDuplicateObject,
                     "constraint " + quoted(to) + " for relation " + quoted(table.name) + " already exists");
  for (const auto& constraint : table.constraints) {
    if (constraint.name != from) continue;
    if (constraint.type == 'p' || constraint.type == 'u') {
      rename_relation(ddl, *ddl.relation(constraint.index), to);
      return;
    }
    change_row<catalog::PgConstraintRow>(ddl.writer, id::kPgConstraintOidIndex, {key(constraint.oid)},
                                         [&](catalog::PgConstraintRow& row) { row.conname = to; });
    ddl.writer.invalidate(id::kPgClass, table.oid);
    return;
  }
  throw SqlError(sqlstate::kUndefinedObject,
                 "constraint " + quoted(from) + " for table " + quoted(table.name) + " does not exist");
}

std::string rename_in_relation(DdlContext& ddl, const parser::ParsedRename& statement) {
  const bool part = statement.object_type == ObjectType::kColumn ||
                    statement.object_type == ObjectType::kTableConstraint ||
                    statement.object_type == ObjectType::kAttribute;
  const char* tag = alter_tag(part ? statement.relation_type : statement.object_type);
  RelationPointer relation = ddl.open(*statement.relation, LockMode::kAccessExclusive, statement.missing_ok);
  if (!relation) {
    ddl.notice("relation " + quoted(statement.relation->name) + " does not exist, skipping");
    return tag;
  }
  require_owner(ddl, *relation);
  require_not_system(ddl, *relation);
  if (!part && relation->persistence != 't') require_create_privilege(ddl, relation->namespace_oid);
  if (statement.object_type == ObjectType::kColumn || statement.object_type == ObjectType::kAttribute)
    rename_column(ddl, *relation, statement.old_name, statement.new_name);
  else if (statement.object_type == ObjectType::kTableConstraint)
    rename_constraint(ddl, *relation, statement.old_name, statement.new_name);
  else
    rename_relation(ddl, *relation, statement.new_name);
  return tag;
}

// The name of a role: nobody's own, none that is reserved, and a superuser's only for superusers.
void check_role_rename(DdlContext& ddl, Oid role, const std::string& old_name, const std::string& new_name) {
  if (role == ddl.session.session_user())
    throw SqlError(sqlstate::kFeatureNotSupported, "session user cannot be renamed");
  if (role == ddl.user()) throw SqlError(sqlstate::kFeatureNotSupported, "current user cannot be renamed");
  for (const std::string& name : {old_name, new_name})
    if (name.starts_with("pg_"))
      throw SqlError(sqlstate::kReservedName, "role name " + quoted(name) + " is reserved")
          .detail("Role names starting with \"pg_\" are reserved.");
  if (ddl.reader.find_role(new_name).valid())
    throw SqlError(sqlstate::kDuplicateObject, "role " + quoted(new_name) + " already exists");
  const catalog::RoleDescriptor* user = ddl.reader.role(ddl.user());
  if (user->super) return;
  if (ddl.reader.role(role)->super)
    throw SqlError(sqlstate::kInsufficientPrivilege, "must be superuser to rename superusers");
  if (!user->create_role) throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied to rename role");
}

void require_database_create(DdlContext& ddl) {
  if (!catalog::database_privileges(ddl.reader, ddl.session.database(), ddl.user(), catalog::privilege::kCreate))
    catalog::throw_permission_denied("database", ddl.session.database_name());
}

// What a new name takes besides ownership.
void check_rename(DdlContext& ddl, const ObjectAddress& address, const parser::ParsedRename& statement) {
  if (address.class_oid == id::kPgAuthid)
    return check_role_rename(ddl, address.object, statement.object.names.back(), statement.new_name);
  if (address.class_oid == id::kPgDatabase) {
    const catalog::RoleDescriptor* user = ddl.reader.role(ddl.user());
    if (!user->super && !user->create_db)
      throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied to rename database");
    return;
  }
  if (address.class_oid == id::kPgNamespace) return require_database_create(ddl);
  const auto* object_class = catalog::find_object_class(address.class_oid);
  CatalogRow row;
  if (!object_class->name_space || !catalog::find_object_row(ddl.reader, *object_class, address.object, row)) return;
  Oid name_space(catalog::object_column(*object_class, row, object_class->name_space).as<uint32_t>());
  require_create_privilege(ddl, name_space);
}

std::string rename_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedRename>(call.statement);
  DdlContext ddl(call);
  const bool of_relation = statement.object_type == ObjectType::kTrigger ||
                           statement.object_type == ObjectType::kRule || statement.object_type == ObjectType::kPolicy;
  if (statement.relation && !of_relation) return rename_in_relation(ddl, statement);
  std::optional<ObjectAddress> address;
  if (of_relation) {
    RelationPointer relation = ddl.open(*statement.relation, LockMode::kAccessExclusive);
    require_owner(ddl, *relation);
    parser::ParsedObjectName name;
    if (!statement.relation->schema.empty()) name.names.push_back(statement.relation->schema);
    name.names.push_back(statement.relation->name);
    name.sub_name = statement.old_name;
    address = resolve_object(ddl, statement.object_type, name, false);
    ddl.writer.invalidate(id::kPgClass, relation->oid);
  } else {
    address = resolve_object(ddl, statement.object_type, statement.object, statement.missing_ok);
    if (!address) return alter_tag(statement.object_type);
    if (address->class_oid != id::kPgAuthid)
      require_object_owner(ddl, *address, statement.object_type, statement.object);
    check_rename(ddl, *address, statement);
  }
  if (address->class_oid == id::kPgType) {
    types::TypePointer type = ddl.reader.type(address->object);
    if (type->kind == 'c')
      rename_relation(ddl, *ddl.relation(type->relation), statement.new_name);
    else
      rename_type_rows(ddl, address->object, statement.new_name);
    return alter_tag(statement.object_type);
  }
  if (address->class_oid == id::kPgNamespace && ddl.reader.find_namespace(statement.new_name).valid())
    throw SqlError(sqlstate::kDuplicateSchema, "schema " + quoted(statement.new_name) + " already exists");
  const auto* object_class = catalog::find_object_class(address->class_oid);
  set_object_column(ddl, *address, object_class->name, Value::of(statement.new_name));
  ddl.session.forget_search_path();
  return alter_tag(statement.object_type);
}

void move_type(DdlContext& ddl, Oid type, Oid name_space) {
  auto row = find_row<catalog::PgTypeRow>(ddl.reader, id::kPgTypeOidIndex, {key(type)});
  if (!row) return;
  row->row.typnamespace = name_space;
  ddl.writer.update(id::kPgType, row->row_id, row->row.to_row());
  if (row->row.typarray.valid()) move_type(ddl, row->row.typarray, name_space);
}

void move_dependency(DdlContext& ddl, const ObjectAddress& address, Oid name_space) {
  catalog::remove_dependencies_on(ddl.writer, address, id::kPgNamespace);
  catalog::record_dependency(ddl.writer, address, {id::kPgNamespace, name_space}, DependencyType::kNormal);
}

void move_relation(DdlContext& ddl, const catalog::RelationDescriptor& relation, Oid name_space) {
  if (ddl.reader.find_relation(name_space, relation.name).valid())
    throw SqlError(sqlstate::kDuplicateTable, "relation " + quoted(relation.name) + " already exists in schema " +
                                                  quoted(catalog::namespace_name(ddl.reader, name_space)));
  change_row<catalog::PgClassRow>(ddl.writer, id::kPgClassOidIndex, {key(relation.oid)},
                                  [&](catalog::PgClassRow& row) { row.relnamespace = name_space; });
  if (relation.kind != 'i') move_dependency(ddl, {id::kPgClass, relation.oid}, name_space);
  if (relation.row_type.valid()) move_type(ddl, relation.row_type, name_space);
  for (const auto& index : relation.indexes) move_relation(ddl, *ddl.relation(index->oid), name_space);
  for (const auto& constraint : relation.constraints)
    change_row<catalog::PgConstraintRow>(ddl.writer, id::kPgConstraintOidIndex, {key(constraint.oid)},
                                         [&](catalog::PgConstraintRow& row) { row.connamespace = name_space; });
  for (const auto& column : relation.columns) {
    if (column.dropped || relation.kind != 'r') continue;
    Oid sequence = owned_sequence(ddl, relation.oid, column.number, false);
    if (sequence.valid()) move_relation(ddl, *ddl.relation(sequence), name_space);
  }
}

std::string schema_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedAlterObjectSchema>(call.statement);
  DdlContext ddl(call);
  const char* tag = alter_tag(statement.object_type);
  if (statement.relation) {
    RelationPointer relation = ddl.open(*statement.relation, LockMode::kAccessExclusive, statement.missing_ok);
    if (!relation) {
      ddl.notice("relation " + quoted(statement.relation->name) + " does not exist, skipping");
      return tag;
    }
    require_owner(ddl, *relation);
    require_not_system(ddl, *relation);
    Oid name_space = catalog::require_namespace(ddl.reader, statement.new_schema);
    require_create_privilege(ddl, name_space);
    if (relation->namespace_oid != name_space) move_relation(ddl, *relation, name_space);
    return tag;
  }
  auto address = resolve_object(ddl, statement.object_type, statement.object, statement.missing_ok);
  if (!address) return tag;
  Oid name_space = catalog::require_namespace(ddl.reader, statement.new_schema);
  require_create_privilege(ddl, name_space);
  require_object_owner(ddl, *address, statement.object_type, statement.object);
  if (address->class_oid == id::kPgType) {
    types::TypePointer type = ddl.reader.type(address->object);
    if (type->kind == 'c') {
      move_relation(ddl, *ddl.relation(type->relation), name_space);
      return tag;
    }
    move_type(ddl, address->object, name_space);
  } else {
    set_object_column(ddl, *address, catalog::find_object_class(address->class_oid)->name_space,
                      Value::of(static_cast<int32_t>(name_space.value)));
  }
  move_dependency(ddl, *address, name_space);
  return tag;
}

void check_new_owner(DdlContext& ddl, Oid owner) {
  if (!catalog::is_member_of_role(ddl.reader, ddl.user(), owner))
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   "must be member of role " + quoted(catalog::role_name(ddl.reader, owner)));
}

// The new owner could not have made a thing in a schema where it may not create; who gives away a schema or a database
// could not have made another one for somebody else. Superusers could.
void check_given_object(DdlContext& ddl, const ObjectAddress& address, Oid owner) {
  const catalog::RoleDescriptor* user = ddl.reader.role(ddl.user());
  if (user->super || catalog::object_owner(ddl.reader, address.class_oid, address.object) == owner) return;
  if (address.class_oid == id::kPgDatabase && !user->create_db)
    throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied to change owner of database");
  if (address.class_oid == id::kPgNamespace) return require_database_create(ddl);
  const auto* object_class = catalog::find_object_class(address.class_oid);
  CatalogRow row;
  if (!object_class->name_space || !catalog::find_object_row(ddl.reader, *object_class, address.object, row)) return;
  Oid name_space(catalog::object_column(*object_class, row, object_class->name_space).as<uint32_t>());
  if (!catalog::namespace_privileges(ddl.reader, name_space, owner, catalog::privilege::kCreate))
    catalog::throw_permission_denied("schema", catalog::namespace_name(ddl.reader, name_space));
}

std::string owner_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedAlterOwner>(call.statement);
  DdlContext ddl(call);
  auto address = resolve_object(ddl, statement.object_type, statement.object, false);
  require_object_owner(ddl, *address, statement.object_type, statement.object);
  Oid owner = resolve_role(ddl, statement.new_owner);
  check_new_owner(ddl, owner);
  check_given_object(ddl, *address, owner);
  change_object_owner(ddl, *address, owner);
  return alter_tag(statement.object_type);
}

// The privileges that the old owner had or gave are the new one's.
void change_acl_owner(DdlContext& ddl, const ObjectAddress& address, Oid old_owner, Oid owner) {
  const auto* object_class = catalog::find_object_class(address.class_oid);
  CatalogRow row;
  RowId row_id;
  if (!object_class->acl || !catalog::find_object_row(ddl.reader, *object_class, address.object, row, &row_id)) return;
  Value& acl = row[static_cast<size_t>(catalog::catalog_table(address.class_oid).column(object_class->acl))];
  if (acl.is_null()) return;
  const std::vector<catalog::AclItem> before = catalog::acl_of_bytes(acl.string());
  std::vector<catalog::AclItem> after;
  for (catalog::AclItem item : before) {
    if (item.grantee == old_owner) item.grantee = owner;
    if (item.grantor == old_owner) item.grantor = owner;
    after = catalog::acl_grant(std::move(after), item);
  }
  acl = Value::of(catalog::acl_bytes(after));
  ddl.writer.update(address.class_oid, row_id, row);
  catalog::record_acl_roles(ddl.writer, address, owner, before, after);
}

}  // namespace

void give_relation(DdlContext& ddl, Oid relation, Oid owner) {
  if (ddl.relation(relation)->owner == owner) return;
  check_new_owner(ddl, owner);
  check_given_object(ddl, {id::kPgClass, relation}, owner);
  change_relation_owner(ddl, relation, owner);
}

void change_relation_owner(DdlContext& ddl, Oid relation_oid, Oid owner) {
  RelationPointer relation = ddl.relation(relation_oid);
  if (relation->owner == owner) return;
  check_new_owner(ddl, owner);
  const Value value = Value::of(static_cast<int32_t>(owner.value));
  set_object_column(ddl, {id::kPgClass, relation_oid}, "relowner", value);
  if (relation->kind != 'i') {
    catalog::change_owner(ddl.writer, id::kPgClass, relation_oid, owner);
    change_acl_owner(ddl, {id::kPgClass, relation_oid}, relation->owner, owner);
  }
  if (relation->row_type.valid()) {
    Oid array = ddl.reader.type(relation->row_type)->array;
    set_object_column(ddl, {id::kPgType, relation->row_type}, "typowner", value);
    if (array.valid()) set_object_column(ddl, {id::kPgType, array}, "typowner", value);
  }
  for (const auto& index : relation->indexes) change_relation_owner(ddl, index->oid, owner);
  for (const auto& column : relation->columns) {
    if (column.dropped || relation->kind != 'r') continue;
    Oid sequence = owned_sequence(ddl, relation_oid, column.number, false);
    if (sequence.valid()) change_relation_owner(ddl, sequence, owner);
  }
}

void change_object_owner(DdlContext& ddl, const ObjectAddress& address, Oid owner) {
  if (address.class_oid == id::kPgClass) return change_relation_owner(ddl, address.object, owner);
  check_new_owner(ddl, owner);
  const auto* object_class = catalog::find_object_class(address.class_oid);
  if (!object_class || !object_class->owner) throw common::not_supported("a new owner for this kind of object");
  const Oid old_owner = catalog::object_owner(ddl.reader, address.class_oid, address.object);
  if (old_owner == owner) return;
  const Value value = Value::of(static_cast<int32_t>(owner.value));
  set_object_column(ddl, address, object_class->owner, value);
  if (address.class_oid == id::kPgType) {
    types::TypePointer type = ddl.reader.type(address.object);
    if (type->array.valid()) set_object_column(ddl, {id::kPgType, type->array}, "typowner", value);
    if (type->kind == 'c') set_object_column(ddl, {id::kPgClass, type->relation}, "relowner", value);
  }
  catalog::change_owner(ddl.writer, address.class_oid, address.object, owner);
  change_acl_owner(ddl, address, old_owner, owner);
}

void register_alter_object() {
  register_utility(parser::StatementKind::kRename, rename_statement);
  register_utility(parser::StatementKind::kAlterObjectSchema, schema_statement);
  register_utility(parser::StatementKind::kAlterOwner, owner_statement);
}

}  // namespace basalt::commands::ddl
