// GRANT and REVOKE of privileges on objects and columns.
#include "commands/ddl/grant.hpp"

#include "catalog/acl.hpp"
#include "catalog/catalog_table.hpp"
#include "catalog/object_class.hpp"
#include "catalog/row_codec.hpp"
#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_proc.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/drop.hpp"
#include "commands/without_position.hpp"

namespace basalt::commands::ddl {

using catalog::AclItem;
using catalog::AclObject;
using parser::ObjectType;

namespace {

struct PrivilegeName {
  const char* name;
  uint32_t bit;
};
constexpr PrivilegeName kPrivileges[] = {{"insert", 1u << 0},   {"select", 1u << 1},     {"update", 1u << 2},
                                         {"delete", 1u << 3},   {"truncate", 1u << 4},   {"references", 1u << 5},
                                         {"trigger", 1u << 6},  {"execute", 1u << 7},    {"usage", 1u << 8},
                                         {"create", 1u << 9},   {"temporary", 1u << 10}, {"temp", 1u << 10},
                                         {"connect", 1u << 11}, {"set", 1u << 12},       {"alter system", 1u << 13}};

}  // namespace

uint32_t privilege_bit(const std::string& name) {
  std::string lower;
  for (char c : name) lower += static_cast<char>(tolower(static_cast<unsigned char>(c)));
  for (const PrivilegeName& privilege : kPrivileges)
    if (lower == privilege.name) return privilege.bit;
  throw SqlError(sqlstate::kSyntaxError, "unrecognized privilege type " + quoted(name));
}

std::string upper_name(const std::string& name) {
  std::string upper;
  for (char c : name) upper += static_cast<char>(toupper(static_cast<unsigned char>(c)));
  return upper;
}

std::vector<Oid> resolve_grantees(DdlContext& ddl, const std::vector<parser::ParsedRole>& roles) {
  std::vector<Oid> out;
  for (const auto& role : roles)
    out.push_back(role.kind == parser::RoleSpecKind::kPublic ? Oid() : resolve_role(ddl, role));
  return out;
}

std::vector<AclItem> granted_or_revoked(const parser::ParsedGrant& statement, const std::vector<Oid>& grantees,
                                        Oid grantor, Oid owner, uint32_t wanted, std::vector<AclItem> items) {
  for (Oid grantee : grantees) {
    AclItem item;
    item.grantee = grantee;
    item.grantor = grantor;
    if (statement.is_grant) {
      if (statement.grant_option && !grantee.valid())
        throw SqlError(common::SqlState{"0LP01"}, "grant options can only be granted to roles");
      item.privileges = wanted;
      item.grant_options = statement.grant_option ? wanted : 0;
      items = catalog::acl_grant(std::move(items), item);
    } else {
      item.privileges = statement.grant_option ? 0 : wanted;
      item.grant_options = wanted;
      items = catalog::acl_revoke(std::move(items), item, owner, statement.behavior == parser::DropBehavior::kCascade);
    }
  }
  return items;
}

namespace {

struct Target {
  ObjectAddress address;
  std::string name;
};

const char* kind_plural(ObjectType type) {
  switch (type) {
    case ObjectType::kSequence:
      return "sequence";
    case ObjectType::kSchema:
      return "schema";
    case ObjectType::kDatabase:
      return "database";
    case ObjectType::kFunction:
      return "function";
    case ObjectType::kProcedure:
      return "procedure";
    case ObjectType::kRoutine:
      return "routine";
    case ObjectType::kType:
      return "type";
    case ObjectType::kDomain:
      return "domain";
    case ObjectType::kLanguage:
      return "language";
    case ObjectType::kTablespace:
      return "tablespace";
    default:
      return "relation";
  }
}

AclObject acl_object(ObjectType type, char relation_kind) {
  switch (type) {
    case ObjectType::kSequence:
      return AclObject::kSequence;
    case ObjectType::kSchema:
      return AclObject::kSchema;
    case ObjectType::kDatabase:
      return AclObject::kDatabase;
    case ObjectType::kFunction:
    case ObjectType::kProcedure:
    case ObjectType::kRoutine:
      return AclObject::kFunction;
    case ObjectType::kType:
    case ObjectType::kDomain:
      return AclObject::kType;
    case ObjectType::kLanguage:
      return AclObject::kLanguage;
    case ObjectType::kTablespace:
      return AclObject::kTablespace;
    default:
      return relation_kind == 'S' ? AclObject::kSequence : AclObject::kRelation;
  }
}

class Granter {
 public:
  Granter(DdlContext& ddl, const parser::ParsedGrant& statement, std::vector<Oid> grantees)
      : ddl_(ddl), statement_(statement), grantees_(std::move(grantees)) {
    if (statement.has_grantor && resolve_role(ddl, statement.grantor) != ddl.user())
      throw SqlError(sqlstate::kFeatureNotSupported, "grantor must be current user");
  }

  void object(const Target& target) {
    const auto* object_class = catalog::find_object_class(target.address.class_oid);
    CatalogRow row;
    RowId row_id;
    if (!catalog::find_object_row(ddl_.reader, *object_class, target.address.object, row, &row_id)) return;
    Oid owner(catalog::object_column(*object_class, row, object_class->owner).as<uint32_t>());
    char relation_kind = 0;
    if (target.address.class_oid == id::kPgClass) relation_kind = catalog::PgClassRow::from_row(row).relkind;
    if (relation_kind == 'i' || relation_kind == 'I')
      throw SqlError(sqlstate::kWrongObjectType, quoted(target.name) + " is an index");
    if (relation_kind == 'c') throw SqlError(sqlstate::kWrongObjectType, quoted(target.name) + " is a composite type");
    if (statement_.object_type == ObjectType::kSequence && relation_kind != 'S')
      throw SqlError(sqlstate::kWrongObjectType, quoted(target.name) + " is not a sequence");
    AclObject kind = acl_object(statement_.object_type, relation_kind);
    uint32_t wanted = object_privileges(kind, relation_kind, target.name);
    size_t column = static_cast<size_t>(catalog::catalog_table(target.address.class_oid).column(object_class->acl));
    if (wanted) {
      catalog::Acl before;
      if (!row[column].is_null()) before = catalog::acl_of_bytes(row[column].string());
      std::vector<AclItem> items = before ? *before : catalog::default_acl(kind, owner);
      catalog::Acl after = change(target, kind, items, owner, wanted, kind_word(relation_kind));
      row[column] = Value::of(catalog::acl_bytes(*after));
      ddl_.writer.update(target.address.class_oid, row_id, row);
      catalog::record_acl_roles(ddl_.writer, target.address, owner, before, after);
    }
    if (target.address.class_oid != id::kPgClass) return;
    columns(target, owner, relation_kind);
    if (!statement_.is_grant && kind == AclObject::kRelation) revoke_from_columns(target, owner, relation_kind, wanted);
  }

 private:
  std::string kind_word(char relation_kind) const {
    return relation_kind ? relation_word(relation_kind) : kind_plural(statement_.object_type);
  }

  uint32_t object_privileges(AclObject kind, char relation_kind, const std::string& name) {
    const uint32_t all = catalog::all_privileges(kind);
    if (statement_.privileges.empty()) return all;
    uint32_t wanted = 0;
    for (const auto& privilege : statement_.privileges) {
      if (!privilege.columns.empty()) continue;
      if (privilege.name.empty()) {
        wanted |= all;
        continue;
      }
      uint32_t bit = privilege_bit(privilege.name);
      // GRANT SELECT ON a sequence named as a table: what tables know and sequences do not is an error of its own.
      if (!(bit & all)) {
        if (relation_kind && kind == AclObject::kSequence && statement_.object_type == ObjectType::kTable) {
          ddl_.session.notice(common::Severity::kWarning, common::SqlState{"0LP01"},
                              "sequence " + quoted(name) + " only supports USAGE, SELECT, and UPDATE privileges");
          continue;
        }
        throw SqlError(common::SqlState{"0LP01"}, "invalid privilege type " + upper_name(privilege.name) + " for " +
                                                      kind_plural(statement_.object_type));
      }
      wanted |= bit;
    }
    return wanted;
  }

  void columns(const Target& target, Oid owner, char relation_kind) {
    RelationPointer relation = ddl_.relation(target.address.object);
    const uint32_t all = catalog::all_privileges(AclObject::kColumn);
    for (const auto& privilege : statement_.privileges) {
      if (privilege.columns.empty()) continue;
      uint32_t wanted = privilege.name.empty() ? all : privilege_bit(privilege.name);
      if (wanted & ~all)
        throw SqlError(common::SqlState{"0LP01"},
                       "invalid privilege type " + upper_name(privilege.name) + " for column");
      for (const std::string& name : privilege.columns) {
        const auto* column = relation->column(name);
        if (!column)
          throw SqlError(sqlstate::kUndefinedColumn,
                         "column " + quoted(name) + " of relation " + quoted(relation->name) + " does not exist");
        change_column(target, owner, relation_kind, column->number, wanted);
      }
    }
  }

  // What is revoked of the table is revoked of its columns too.
  void revoke_from_columns(const Target& target, Oid owner, char relation_kind, uint32_t wanted) {
    wanted &= catalog::all_privileges(AclObject::kColumn);
    if (!wanted) return;
    for (const auto& column : ddl_.relation(target.address.object)->columns)
      if (!column.dropped) change_column(target, owner, relation_kind, column.number, wanted);
  }

  void change_column(const Target& target, Oid owner, char relation_kind, int16_t number, uint32_t wanted) {
    auto found = find_row<catalog::PgAttributeRow>(ddl_.reader, id::kPgAttributeRelidAttnumIndex,
                                                   {key(target.address.object), Value::of(number)});
    catalog::Acl before = found->row.attacl;
    if (!before && !statement_.is_grant) return;
    std::vector<AclItem> items = before ? *before : catalog::default_acl(AclObject::kColumn, owner);
    catalog::Acl after = change(target, AclObject::kColumn, items, owner, wanted, kind_word(relation_kind));
    if (after->empty()) after.reset();
    found->row.attacl = after;
    ddl_.writer.update(id::kPgAttribute, found->row_id, found->row.to_row());
    catalog::record_acl_roles(ddl_.writer, {id::kPgClass, target.address.object, number}, owner, before, after);
  }

  catalog::Acl change(const Target& target, AclObject, std::vector<AclItem> items, Oid owner, uint32_t wanted,
                      const std::string& kind) {
    Oid grantor = owner;
    if (!catalog::has_privileges_of_role(ddl_.reader, ddl_.user(), owner)) {
      grantor = ddl_.user();
      uint32_t allowed = catalog::granted_privileges(ddl_.reader, items, owner, grantor, wanted, true);
      if (!allowed) {
        if (!catalog::granted_privileges(ddl_.reader, items, owner, grantor, ~0u, false))
          catalog::throw_permission_denied(kind, target.name);
        bool grant = statement_.is_grant;
        ddl_.session.notice(common::Severity::kWarning, grant ? common::SqlState{"01007"} : common::SqlState{"01006"},
                            std::string("no privileges ") + (grant ? "were granted" : "could be revoked") + " for " +
                                quoted(target.name));
      } else if (allowed != wanted && !statement_.privileges.empty()) {
        bool grant = statement_.is_grant;
        ddl_.session.notice(common::Severity::kWarning, grant ? common::SqlState{"01007"} : common::SqlState{"01006"},
                            std::string("not all privileges ") + (grant ? "were granted" : "could be revoked") +
                                " for " + quoted(target.name));
      }
      wanted = allowed;
    }
    return granted_or_revoked(statement_, grantees_, grantor, owner, wanted, std::move(items));
  }

  DdlContext& ddl_;
  const parser::ParsedGrant& statement_;
  std::vector<Oid> grantees_;
};

std::vector<Target> named_targets(DdlContext& ddl, const parser::ParsedGrant& statement) {
  std::vector<Target> out;
  for (const auto& name : statement.relations) {
    query::BindContext context = ddl.bind();
    Oid relation = without_position([&] { return query::resolve_relation(*name, false, context); });
    out.push_back({{id::kPgClass, relation}, name->name});
  }
  for (const auto& object : statement.objects) {
    auto address = resolve_object(ddl, statement.object_type, object, false);
    const auto& names = object.names.empty() ? object.with_arguments.name : object.names;
    out.push_back({*address, names.empty() ? catalog::format_type(ddl.scope(), address->object, -1) : names.back()});
  }
  return out;
}

std::vector<Target> targets_in_schemas(DdlContext& ddl, const parser::ParsedGrant& statement) {
  std::vector<Target> out;
  for (const auto& schema : statement.objects) {
    Oid name_space = catalog::require_namespace(ddl.reader, schema.names.back());
    const bool functions = statement.object_type == ObjectType::kFunction ||
                           statement.object_type == ObjectType::kProcedure ||
                           statement.object_type == ObjectType::kRoutine;
    if (functions) {
      ddl.reader.scan_all(id::kPgProc, [&](RowId, const CatalogRow& row) {
        auto r = catalog::PgProcRow::from_row(row);
        bool procedure = r.prokind == 'p';
        if (r.pronamespace == name_space && (statement.object_type == ObjectType::kRoutine ||
                                             procedure == (statement.object_type == ObjectType::kProcedure)))
          out.push_back({{id::kPgProc, r.oid}, r.proname});
        return true;
      });
      continue;
    }
    ddl.reader.scan_all(id::kPgClass, [&](RowId, const CatalogRow& row) {
      auto r = catalog::PgClassRow::from_row(row);
      bool sequence = statement.object_type == ObjectType::kSequence;
      bool fits =
          sequence ? r.relkind == 'S'
                   : r.relkind == 'r' || r.relkind == 'v' || r.relkind == 'm' || r.relkind == 'p' || r.relkind == 'f';
      if (r.relnamespace == name_space && fits) out.push_back({{id::kPgClass, r.oid}, r.relname});
      return true;
    });
  }
  return out;
}

std::string grant_statement(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedGrant>(call.statement);
  DdlContext ddl(call);
  auto targets = statement.target == parser::GrantTarget::kAllInSchema ? targets_in_schemas(ddl, statement)
                                                                       : named_targets(ddl, statement);
  Granter granter(ddl, statement, resolve_grantees(ddl, statement.grantees));
  for (const Target& target : targets) granter.object(target);
  return statement.is_grant ? "GRANT" : "REVOKE";
}

}  // namespace

namespace {

ObjectType object_type_of(DdlContext& ddl, const ObjectAddress& object) {
  if (object.class_oid == id::kPgClass)
    return ddl.relation(object.object)->kind == 'S' ? ObjectType::kSequence : ObjectType::kTable;
  if (object.class_oid == id::kPgProc) return ObjectType::kFunction;
  if (object.class_oid == id::kPgType) return ObjectType::kType;
  if (object.class_oid == id::kPgNamespace) return ObjectType::kSchema;
  if (object.class_oid == id::kPgDatabase) return ObjectType::kDatabase;
  if (object.class_oid == id::kPgLanguage) return ObjectType::kLanguage;
  if (object.class_oid == id::kPgTablespace) return ObjectType::kTablespace;
  throw common::not_supported("REVOKE of this kind of object");
}

}  // namespace

void revoke_all(DdlContext& ddl, const ObjectAddress& object, Oid role) {
  const auto* object_class = catalog::find_object_class(object.class_oid);
  CatalogRow row;
  if (!object_class || !catalog::find_object_row(ddl.reader, *object_class, object.object, row)) return;
  parser::ParsedGrant statement;
  statement.is_grant = false;
  statement.behavior = parser::DropBehavior::kCascade;
  statement.object_type = object_type_of(ddl, object);
  std::string name(catalog::object_column(*object_class, row, object_class->name).string());
  Granter(ddl, statement, {role}).object({{object.class_oid, object.object}, std::move(name)});
}

void register_grant() { register_utility(parser::StatementKind::kGrant, grant_statement); }

}  // namespace basalt::commands::ddl
