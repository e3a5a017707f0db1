// ALTER DEFAULT PRIVILEGES, and the privileges that new objects start with.
#include <algorithm>
#include <tuple>

#include "catalog/rows/pg_default_acl.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/grant.hpp"

namespace basalt::commands::ddl {

using catalog::AclItem;
using catalog::AclObject;
using catalog::PgDefaultAclRow;
using parser::ObjectType;

namespace {

constexpr common::SqlState kInvalidGrantOperation{"0LP01"};

// What default privileges are for: the letter in pg_default_acl, and what the others call it.
struct DefaultKind {
  char letter;
  ObjectType type;
  AclObject acl;
  const char* word;
};
constexpr DefaultKind kKinds[] = {{'r', ObjectType::kTable, AclObject::kRelation, "relation"},
                                  {'S', ObjectType::kSequence, AclObject::kSequence, "sequence"},
                                  {'f', ObjectType::kFunction, AclObject::kFunction, "function"},
                                  {'T', ObjectType::kType, AclObject::kType, "type"},
                                  {'n', ObjectType::kSchema, AclObject::kSchema, "schema"}};

// The grammar and the catalog know no others.
const DefaultKind& kind_of(char letter) {
  return *std::find_if(std::begin(kKinds), std::end(kKinds) - 1, [&](const auto& k) { return k.letter == letter; });
}
const DefaultKind& kind_of(ObjectType type) {
  return *std::find_if(std::begin(kKinds), std::end(kKinds) - 1, [&](const auto& k) { return k.type == type; });
}

// The order in which PostgreSQL keeps and compares such lists.
void sort(std::vector<AclItem>& items) {
  std::sort(items.begin(), items.end(), [](const AclItem& a, const AclItem& b) {
    return std::tuple(a.grantee, a.grantor, a.grant_options, a.privileges) <
           std::tuple(b.grantee, b.grantor, b.grant_options, b.privileges);
  });
}

bool equal(const std::vector<AclItem>& a, const std::vector<AclItem>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const AclItem& x, const AclItem& y) {
    return x.grantee == y.grantee && x.grantor == y.grantor && x.privileges == y.privileges &&
           x.grant_options == y.grant_options;
  });
}

std::optional<FoundRow<PgDefaultAclRow>> find_defaults(DdlContext& ddl, char kind, Oid role, Oid name_space) {
  return find_row<PgDefaultAclRow>(ddl.reader, id::kPgDefaultAclRoleNspObjIndex,
                                   {key(role), key(name_space), Value::of(static_cast<int16_t>(kind))});
}

// A row for all schemas starts from what a NULL acl means; a row of one schema is added to it and starts empty.
std::vector<AclItem> without_row(char kind, Oid role, Oid name_space) {
  if (name_space.valid()) return {};
  std::vector<AclItem> items = catalog::default_acl(kind_of(kind).acl, role);
  sort(items);
  return items;
}

uint32_t wanted_privileges(const parser::ParsedGrant& action, char kind) {
  const uint32_t all = catalog::all_privileges(kind_of(kind).acl);
  uint32_t wanted = 0;
  for (const auto& privilege : action.privileges) {
    if (!privilege.columns.empty())
      throw SqlError(kInvalidGrantOperation, "default privileges cannot be set for columns");
    const uint32_t bit = privilege_bit(privilege.name);
    if (!(bit & all))
      throw SqlError(kInvalidGrantOperation,
                     "invalid privilege type " + upper_name(privilege.name) + " for " + kind_of(kind).word);
    wanted |= bit;
  }
  return action.privileges.empty() ? all : wanted;
}

// One role, one schema (0: all), one kind of object.
void change_defaults(DdlContext& ddl, const parser::ParsedGrant& action, const std::vector<Oid>& grantees, char kind,
                     uint32_t wanted, Oid role, Oid name_space) {
  const std::vector<AclItem> start = without_row(kind, role, name_space);
  auto found = find_defaults(ddl, kind, role, name_space);
  const std::vector<AclItem> before = found ? found->row.defaclacl.value_or(std::vector<AclItem>()) : start;
  std::vector<AclItem> after = granted_or_revoked(action, grantees, role, role, wanted, before);
  sort(after);
  PgDefaultAclRow row;
  if (found) row = found->row;
  const catalog::Acl known = found ? found->row.defaclacl : catalog::Acl();
  if (equal(after, start)) {
    if (!found) return;
    ddl.writer.remove(id::kPgDefaultAcl, found->row_id);
    catalog::remove_dependencies(ddl.writer, {id::kPgDefaultAcl, row.oid});
    catalog::remove_shared_dependencies(ddl.writer, {id::kPgDefaultAcl, row.oid});
    return;
  }
  row.defaclacl = after;
  if (found) {
    ddl.writer.update(id::kPgDefaultAcl, found->row_id, row.to_row());
  } else {
    row.oid = ddl.writer.new_oid(id::kPgDefaultAcl);
    row.defaclrole = role;
    row.defaclnamespace = name_space;
    row.defaclobjtype = kind;
    ddl.writer.insert(id::kPgDefaultAcl, row.to_row());
    catalog::record_owner(ddl.writer, id::kPgDefaultAcl, row.oid, role);
    if (name_space.valid())
      catalog::record_dependency(ddl.writer, {id::kPgDefaultAcl, row.oid}, {id::kPgNamespace, name_space},
                                 DependencyType::kAutomatic);
  }
  catalog::record_acl_roles(ddl.writer, {id::kPgDefaultAcl, row.oid}, role, known, row.defaclacl);
}

std::string alter_default_privileges(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedAlterDefaultPrivileges>(call.statement);
  const parser::ParsedGrant& action = *statement.action;
  DdlContext ddl(call);
  const char kind = kind_of(action.object_type).letter;
  const std::vector<Oid> grantees = resolve_grantees(ddl, action.grantees);
  const uint32_t wanted = wanted_privileges(action, kind);
  std::vector<Oid> roles, name_spaces;
  for (const auto& role : statement.roles) roles.push_back(resolve_role(ddl, role));
  if (roles.empty()) roles.push_back(ddl.user());
  if (!statement.schemas.empty() && kind == 'n')
    throw SqlError(kInvalidGrantOperation, "cannot use IN SCHEMA clause when using GRANT/REVOKE ON SCHEMAS");
  for (Oid role : roles) {
    if (!catalog::is_member_of_role(ddl.reader, ddl.user(), role))
      throw SqlError(sqlstate::kInsufficientPrivilege,
                     "must be member of role " + quoted(catalog::role_name(ddl.reader, role)));
    if (statement.schemas.empty()) change_defaults(ddl, action, grantees, kind, wanted, role, Oid());
    for (const std::string& schema : statement.schemas)
      change_defaults(ddl, action, grantees, kind, wanted, role, catalog::require_namespace(ddl.reader, schema));
  }
  return "ALTER DEFAULT PRIVILEGES";
}

}  // namespace

catalog::Acl initial_acl(DdlContext& ddl, char kind, Oid owner, Oid name_space) {
  auto everywhere = find_defaults(ddl, kind, owner, Oid());
  auto here = name_space.valid() ? find_defaults(ddl, kind, owner, name_space) : std::nullopt;
  if (!everywhere && !here) return std::nullopt;
  const std::vector<AclItem> usual = without_row(kind, owner, Oid());
  std::vector<AclItem> items = everywhere ? everywhere->row.defaclacl.value_or(std::vector<AclItem>()) : usual;
  if (here)
    for (const AclItem& item : here->row.defaclacl.value_or(std::vector<AclItem>()))
      items = catalog::acl_grant(std::move(items), item);
  sort(items);
  if (equal(items, usual)) return std::nullopt;
  return items;
}

void revoke_defaults(DdlContext& ddl, Oid default_acl, Oid role) {
  auto found = find_row<PgDefaultAclRow>(ddl.reader, id::kPgDefaultAclOidIndex, {key(default_acl)});
  if (!found) return;
  parser::ParsedGrant action;
  action.is_grant = false;
  action.behavior = parser::DropBehavior::kCascade;
  const char kind = found->row.defaclobjtype;
  change_defaults(ddl, action, {role}, kind, catalog::all_privileges(kind_of(kind).acl), found->row.defaclrole,
                  found->row.defaclnamespace);
}

void register_default_privileges() {
  register_utility(parser::StatementKind::kAlterDefaultPrivileges, alter_default_privileges);
}

}  // namespace basalt::commands::ddl
