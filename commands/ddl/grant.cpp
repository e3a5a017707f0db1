// GRANT and REVOKE of privileges on objects and columns.
#include "commands/ddl/grant.hpp"

#include <algorithm>
#include <bit>

#include "catalog/acl.hpp"
#include "catalog/catalog_table.hpp"
#include "catalog/object_class.hpp"
#include "catalog/row_codec.hpp"
#include "catalog/rows/pg_attribute.hpp"
#include "catalog/rows/pg_class.hpp"
#include "catalog/rows/pg_language.hpp"
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

namespace {

// A grant option must not come back to who it came from: revoked at its root, it would live on. So what is left of the
// grantor's own options, were the grantee to lose all of its, has to be enough for the new grant.
void refuse_circle(const std::vector<AclItem>& items, const AclItem& wanted, Oid owner) {
  if (wanted.grantor == owner || !wanted.grant_options) return;
  std::vector<AclItem> left = items;
  for (const AclItem& item : items) {
    if (item.grantee != wanted.grantee || !item.grant_options) continue;
    AclItem gone = item;
    gone.privileges = 0;
    left = catalog::acl_revoke(std::move(left), gone, owner, true);
  }
  uint32_t own = 0;
  for (const AclItem& item : left)
    if (item.grantee == wanted.grantor) own |= item.grant_options;
  if (wanted.grant_options & ~own)
    throw SqlError(common::SqlState{"0LP01"}, "grant options cannot be granted back to your own grantor");
}

}  // namespace

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
      refuse_circle(items, item, owner);
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

constexpr int16_t kSystemColumnCount = 6;
constexpr const char* kSystemColumns[kSystemColumnCount] = {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"};

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
    if (target.address.class_oid == id::kPgLanguage && !catalog::PgLanguageRow::from_row(row).lanpltrusted)
      throw SqlError(sqlstate::kWrongObjectType, "language " + quoted(target.name) + " is not trusted")
          .detail(
              "GRANT and REVOKE are not allowed on untrusted languages, because only superusers can use untrusted "
              "languages.");
    if (statement_.object_type == ObjectType::kSequence && relation_kind != 'S')
      throw SqlError(sqlstate::kWrongObjectType, quoted(target.name) + " is not a sequence");
    AclObject kind = acl_object(statement_.object_type, relation_kind);
    uint32_t wanted = object_privileges(kind, relation_kind, target.name);
    size_t column = static_cast<size_t>(catalog::catalog_table(target.address.class_oid).column(object_class->acl));
    catalog::Acl before;
    if (!row[column].is_null()) before = catalog::acl_of_bytes(row[column].string());
    const std::vector<AclItem> items = before ? *before : catalog::default_acl(kind, owner);
    if (wanted) {
      const Subject subject{kind_word(relation_kind), target.name, "", kind, statement_.privileges.empty()};
      catalog::Acl after = change(subject, items, items, owner, wanted);
      row[column] = Value::of(catalog::acl_bytes(*after));
      ddl_.writer.update(target.address.class_oid, row_id, row);
      catalog::record_acl_roles(ddl_.writer, target.address, owner, before, after);
    }
    if (target.address.class_oid != id::kPgClass) return;
    columns(target, items, owner, relation_kind);
    if (!statement_.is_grant && kind == AclObject::kRelation)
      revoke_from_columns(target, items, owner, relation_kind, wanted);
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
        throw SqlError(
            common::SqlState{"0LP01"},
            "invalid privilege type " + upper_name(privilege.name) + " for " +
                (bit == catalog::privilege::kUsage && relation_kind ? "table" : kind_plural(statement_.object_type)));
      }
      wanted |= bit;
    }
    return wanted;
  }

  void columns(const Target& target, const std::vector<AclItem>& of_table, Oid owner, char relation_kind) {
    RelationPointer relation = ddl_.relation(target.address.object);
    const uint32_t all = catalog::all_privileges(AclObject::kColumn);
    for (const auto& privilege : statement_.privileges) {
      if (privilege.columns.empty()) continue;
      uint32_t wanted = privilege.name.empty() ? all : privilege_bit(privilege.name);
      if (wanted & ~all)
        throw SqlError(common::SqlState{"0LP01"},
                       "invalid privilege type " + upper_name(privilege.name) + " for column");
      for (const std::string& name : privilege.columns)
        change_column(target, of_table, owner, relation_kind, column_number(*relation, name), name, wanted);
    }
  }

  static int16_t column_number(const catalog::RelationDescriptor& relation, const std::string& name) {
    if (const auto* column = relation.column(name)) return column->number;
    for (int16_t i = 0; i < kSystemColumnCount && relation.kind != 'v'; ++i)
      if (name == kSystemColumns[i]) return static_cast<int16_t>(-1 - i);
    throw SqlError(sqlstate::kUndefinedColumn,
                   "column " + quoted(name) + " of relation " + quoted(relation.name) + " does not exist");
  }

  // What is revoked of the table is revoked of its columns too.
  void revoke_from_columns(const Target& target, const std::vector<AclItem>& of_table, Oid owner, char relation_kind,
                           uint32_t wanted) {
    wanted &= catalog::all_privileges(AclObject::kColumn);
    if (!wanted) return;
    RelationPointer relation = ddl_.relation(target.address.object);
    for (int16_t number = -kSystemColumnCount; number < 0 && relation_kind != 'v'; ++number)
      change_column(target, of_table, owner, relation_kind, number, kSystemColumns[-1 - number], wanted);
    for (const auto& column : relation->columns)
      if (!column.dropped) change_column(target, of_table, owner, relation_kind, column.number, column.name, wanted);
  }

  // Who has a grant option for the table may give its columns away one by one.
  void change_column(const Target& target, const std::vector<AclItem>& of_table, Oid owner, char relation_kind,
                     int16_t number, const std::string& name, uint32_t wanted) {
    auto found = find_row<catalog::PgAttributeRow>(ddl_.reader, id::kPgAttributeRelidAttnumIndex,
                                                   {key(target.address.object), Value::of(number)});
    catalog::Acl before;
    if (found) before = found->row.attacl;
    std::vector<AclItem> items = before ? *before : catalog::default_acl(AclObject::kColumn, owner);
    std::vector<AclItem> merged = of_table;
    merged.insert(merged.end(), items.begin(), items.end());
    const Subject subject{kind_word(relation_kind), target.name, name, AclObject::kColumn,
                          wanted == catalog::all_privileges(AclObject::kColumn)};
    catalog::Acl after = change(subject, items, merged, owner, wanted);
    if (after->empty()) after.reset();
    if (!before && !after) return;
    if (!found) throw common::not_supported("privileges of the column " + quoted(name));
    found->row.attacl = after;
    ddl_.writer.update(id::kPgAttribute, found->row_id, found->row.to_row());
    catalog::record_acl_roles(ddl_.writer, {id::kPgClass, target.address.object, number}, owner, before, after);
  }

  // What the messages speak of.
  struct Subject {
    std::string kind, object, column;  // column: empty, or one of the object
    AclObject acl_kind;
    bool all_privileges;
    std::string name() const {
      return column.empty() ? quoted(object) : "column " + quoted(column) + " of relation " + quoted(object);
    }
  };
  [[noreturn]] static void deny(const Subject& subject) {
    if (subject.column.empty()) catalog::throw_permission_denied(subject.kind, subject.object);
    throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied for " + subject.name());
  }

  struct Grantor {
    Oid role;
    uint32_t options = 0;
  };
  // Who has the owner's privileges acts as the owner. Others act as the role of theirs that was given the most of the
  // grant options that are needed.
  Grantor best_grantor(const std::vector<AclItem>& items, Oid owner, uint32_t wanted) {
    if (catalog::has_privileges_of_role(ddl_.reader, ddl_.user(), owner)) return {owner, wanted};
    Grantor best{ddl_.user(), 0};
    std::vector<Oid> roles{ddl_.user()};
    for (size_t i = 0; i < roles.size(); ++i) {
      uint32_t held = 0;
      for (const AclItem& item : items)
        if (item.grantee == roles[i]) held |= item.grant_options & wanted;
      if (std::popcount(held) > std::popcount(best.options)) best = {roles[i], held};
      const auto* role = ddl_.reader.role(roles[i]);
      if (!role || !role->inherit) continue;
      for (Oid group : role->member_of)
        if (std::find(roles.begin(), roles.end(), group) == roles.end()) roles.push_back(group);
    }
    return best;
  }

  catalog::Acl change(const Subject& subject, std::vector<AclItem> items, const std::vector<AclItem>& asked, Oid owner,
                      uint32_t wanted) {
    const Grantor grantor = best_grantor(asked, owner, wanted);
    const uint32_t all = catalog::all_privileges(subject.acl_kind);
    if (!grantor.options && !catalog::granted_privileges(ddl_.reader, asked, owner, grantor.role, all, false) &&
        !catalog::granted_privileges(ddl_.reader, asked, owner, grantor.role, all, true))
      deny(subject);
    const bool some = grantor.options != 0;
    if (grantor.options != wanted && !(some && subject.all_privileges)) {
      const bool grant = statement_.is_grant;
      ddl_.session.notice(common::Severity::kWarning, grant ? common::SqlState{"01007"} : common::SqlState{"01006"},
                          std::string(some ? "not all" : "no") + " privileges " +
                              (grant ? "were granted" : "could be revoked") + " for " + subject.name());
    }
    return granted_or_revoked(statement_, grantees_, grantor.role, owner, grantor.options, std::move(items));
  }

  DdlContext& ddl_;
  const parser::ParsedGrant& statement_;
  std::vector<Oid> grantees_;
};

std::vector<Target> named_targets(DdlContext& ddl, const parser::ParsedGrant& statement) {
  std::vector<Target> out;
  for (const auto& name : statement.relations) {
    if (!name->schema.empty()) catalog::require_namespace(ddl.reader, name->schema);
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
