// Roles: CREATE, ALTER, DROP ROLE; GRANT and REVOKE of membership.
#include <algorithm>
#include <tuple>

#include "catalog/rows/pg_auth_members.hpp"
#include "catalog/rows/pg_authid.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/relation.hpp"

namespace basalt::commands::ddl {

namespace {

const catalog::RoleDescriptor& current_role(DdlContext& ddl) {
  const auto* role = ddl.reader.role(ddl.user());
  ENSURE(role != nullptr, "the current role is gone");
  return *role;
}

void require_superuser(DdlContext& ddl, const char* message) {
  if (!current_role(ddl).super) throw SqlError(sqlstate::kInsufficientPrivilege, message);
}

void require_create_role(DdlContext& ddl, const char* message) {
  const auto& role = current_role(ddl);
  if (!role.super && !role.create_role) throw SqlError(sqlstate::kInsufficientPrivilege, message);
}

int64_t timestamp_of(DdlContext& ddl, const std::string& text) {
  return ddl.session.call_context().input(oid::kTimestamptz, text, -1).as<int64_t>();
}

// Options that change the row itself.
void apply_option(DdlContext& ddl, const parser::ParsedDefElem& option, catalog::PgAuthidRow& row) {
  if (option.name == "password") {
    row.rolpassword.reset();
    if (option.argument != parser::DefArgument::kNone && !option.text.empty()) row.rolpassword = option.text;
  } else if (option.name == "superuser") {
    row.rolsuper = option_bool(option);
  } else if (option.name == "inherit") {
    row.rolinherit = option_bool(option);
  } else if (option.name == "createrole") {
    row.rolcreaterole = option_bool(option);
  } else if (option.name == "createdb") {
    row.rolcreatedb = option_bool(option);
  } else if (option.name == "canlogin") {
    row.rolcanlogin = option_bool(option);
  } else if (option.name == "isreplication") {
    row.rolreplication = option_bool(option);
  } else if (option.name == "bypassrls") {
    row.rolbypassrls = option_bool(option);
  } else if (option.name == "connectionlimit") {
    if (option.integer < -1)
      throw SqlError(sqlstate::kInvalidParameterValue, "invalid connection limit: " + std::to_string(option.integer));
    row.rolconnlimit = static_cast<int32_t>(option.integer);
  } else if (option.name == "validUntil") {
    row.rolvaliduntil = timestamp_of(ddl, option.text);
  }
}

void check_duplicates(DdlContext& ddl, const parser::DefList& options) {
  for (size_t i = 0; i < options.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (options[i].name == options[j].name)
        throw ddl.error_at(options[i].location, sqlstate::kSyntaxError, "conflicting or redundant options");
}

// The roles that `member` is, directly or through others; being a superuser does not count.
std::vector<Oid> roles_of(DdlContext& ddl, Oid member) {
  std::vector<Oid> found{member};
  for (size_t i = 0; i < found.size(); ++i) {
    const auto* role = ddl.reader.role(found[i]);
    if (!role) continue;
    for (Oid group : role->member_of)
      if (std::find(found.begin(), found.end(), group) == found.end()) found.push_back(group);
  }
  return found;
}

bool has_admin_option(DdlContext& ddl, Oid role) {
  for (Oid held : roles_of(ddl, ddl.user())) {
    auto own =
        find_row<catalog::PgAuthMembersRow>(ddl.reader, id::kPgAuthMembersRoleMemberIndex, {key(role), key(held)});
    if (own && own->row.admin_option) return true;
  }
  return false;
}

// Who may give a role to others, or take it away: superusers; of roles that are none also who may make roles, and who
// has the role WITH ADMIN OPTION.
void require_may_grant(DdlContext& ddl, Oid role) {
  const auto& user = current_role(ddl);
  if (user.super) return;
  if (ddl.reader.role(role)->super)
    throw SqlError(sqlstate::kInsufficientPrivilege, "must be superuser to alter superusers");
  if (!user.create_role && !has_admin_option(ddl, role))
    throw SqlError(sqlstate::kInsufficientPrivilege,
                   "must have admin option on role " + quoted(catalog::role_name(ddl.reader, role)));
}

void add_member(DdlContext& ddl, Oid role, Oid member, bool admin, Oid grantor) {
  const std::vector<Oid> above = roles_of(ddl, role);
  if (std::find(above.begin(), above.end(), member) != above.end())
    throw SqlError(common::SqlState{"0LP01"}, "role " + quoted(catalog::role_name(ddl.reader, role)) +
                                                  " is a member of role " +
                                                  quoted(catalog::role_name(ddl.reader, member)));
  auto existing =
      find_row<catalog::PgAuthMembersRow>(ddl.reader, id::kPgAuthMembersRoleMemberIndex, {key(role), key(member)});
  if (existing) {
    if (existing->row.admin_option || !admin) {
      ddl.notice("role " + quoted(catalog::role_name(ddl.reader, member)) + " is already a member of role " +
                 quoted(catalog::role_name(ddl.reader, role)));
      return;
    }
    existing->row.admin_option = true;
    ddl.writer.update(id::kPgAuthMembers, existing->row_id, existing->row.to_row());
    return;
  }
  catalog::PgAuthMembersRow row;
  row.roleid = role;
  row.member = member;
  row.grantor = grantor;
  row.admin_option = admin;
  ddl.writer.insert(id::kPgAuthMembers, row.to_row());
  ddl.writer.invalidate(id::kPgAuthid, member);
}

void remove_member(DdlContext& ddl, Oid role, Oid member, bool admin_only) {
  auto existing =
      find_row<catalog::PgAuthMembersRow>(ddl.reader, id::kPgAuthMembersRoleMemberIndex, {key(role), key(member)});
  if (!existing) {
    ddl.session.notice(common::Severity::kWarning, common::SqlState{"01000"},
                       "role " + quoted(catalog::role_name(ddl.reader, member)) + " is not a member of role " +
                           quoted(catalog::role_name(ddl.reader, role)));
    return;
  }
  if (admin_only) {
    existing->row.admin_option = false;
    ddl.writer.update(id::kPgAuthMembers, existing->row_id, existing->row.to_row());
  } else {
    ddl.writer.remove(id::kPgAuthMembers, existing->row_id);
  }
  ddl.writer.invalidate(id::kPgAuthid, member);
}

Oid require_role(DdlContext& ddl, const std::string& name) {
  Oid found = ddl.reader.find_role(name);
  if (!found.valid()) throw SqlError(sqlstate::kUndefinedObject, "role " + quoted(name) + " does not exist");
  return found;
}

std::string create_role(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedCreateRole>(call.statement);
  DdlContext ddl(call);
  check_duplicates(ddl, statement.options);
  catalog::PgAuthidRow row;
  row.rolname = statement.name;
  row.rolcanlogin = statement.role_kind == parser::RoleKind::kUser;
  for (const auto& option : statement.options) apply_option(ddl, option, row);
  if (row.rolsuper)
    require_superuser(ddl, "must be superuser to create superusers");
  else if (row.rolreplication)
    require_superuser(ddl, "must be superuser to create replication users");
  else if (row.rolbypassrls)
    require_superuser(ddl, "must be superuser to create bypassrls users");
  else
    require_create_role(ddl, "permission denied to create role");
  if (statement.name.starts_with("pg_"))
    throw SqlError(sqlstate::kReservedName, "role name " + quoted(statement.name) + " is reserved")
        .detail("Role names starting with \"pg_\" are reserved.");
  if (ddl.reader.find_role(statement.name).valid())
    throw SqlError(sqlstate::kDuplicateObject, "role " + quoted(statement.name) + " already exists");
  row.oid = ddl.writer.new_oid(id::kPgAuthid);
  ddl.writer.insert(id::kPgAuthid, row.to_row());
  for (const auto& option : statement.options) {
    for (const std::string& name : option.names) {
      Oid other = require_role(ddl, name);
      if (option.name == "addroleto") {
        require_may_grant(ddl, other);
        add_member(ddl, other, row.oid, false, ddl.user());
      }
      if (option.name == "rolemembers") add_member(ddl, row.oid, other, false, ddl.user());
      if (option.name == "adminmembers") add_member(ddl, row.oid, other, true, ddl.user());
    }
  }
  return "CREATE ROLE";
}

// Some attributes are only superusers' to change; who may not make roles may change nothing but its own password.
void require_may_alter(DdlContext& ddl, Oid role, const catalog::PgAuthidRow& row, const parser::DefList& options) {
  auto given = [&](const char* name) {
    return std::any_of(options.begin(), options.end(), [&](const auto& option) { return option.name == name; });
  };
  if (row.rolsuper || given("superuser"))
    require_superuser(ddl, "must be superuser to alter superuser roles or change superuser attribute");
  else if (row.rolreplication || given("isreplication"))
    require_superuser(ddl, "must be superuser to alter replication roles or change replication attribute");
  else if (given("bypassrls"))
    require_superuser(ddl, "must be superuser to change bypassrls attribute");
  else if (!(role == ddl.user() && options.size() == 1 && given("password")))
    require_create_role(ddl, "permission denied");
}

std::string alter_role(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedAlterRole>(call.statement);
  DdlContext ddl(call);
  check_duplicates(ddl, statement.options);
  if (statement.role.kind == parser::RoleSpecKind::kName && statement.role.name.starts_with("pg_"))
    throw SqlError(sqlstate::kReservedName, "role name " + quoted(statement.role.name) + " is reserved")
        .detail("Cannot alter reserved roles.");
  Oid role = resolve_role(ddl, statement.role);
  auto row = find_row<catalog::PgAuthidRow>(ddl.reader, id::kPgAuthidOidIndex, {key(role)});
  require_may_alter(ddl, role, row->row, statement.options);
  for (const auto& option : statement.options) {
    if (option.name == "rolemembers") {
      for (const std::string& name : option.names) {
        if (statement.action > 0)
          add_member(ddl, role, require_role(ddl, name), false, ddl.user());
        else
          remove_member(ddl, role, require_role(ddl, name), false);
      }
      continue;
    }
    apply_option(ddl, option, row->row);
  }
  ddl.writer.update(id::kPgAuthid, row->row_id, row->row.to_row());
  return "ALTER ROLE";
}

void check_role_unused(DdlContext& ddl, Oid role, const std::string& name) {
  if (catalog::is_pinned(id::kPgAuthid, role))
    throw SqlError(sqlstate::kDependentObjectsStillExist,
                   "cannot drop role " + name + " because it is required by the database system");
  std::string detail;
  auto dependents = catalog::shared_dependents_of(ddl.reader, id::kPgAuthid, role);
  std::stable_sort(dependents.begin(), dependents.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.object.object.value, a.object.class_oid.value, a.object.sub) <
           std::tuple(b.object.object.value, b.object.class_oid.value, b.object.sub);
  });
  for (const auto& dependent : dependents) {
    if (!detail.empty()) detail += "\n";
    std::string what = dependent.database == ddl.reader.database() || !dependent.database.valid()
                           ? catalog::describe_object(ddl.scope(), dependent.object)
                           : "objects in another database";
    if (dependent.type == catalog::SharedDependencyType::kOwner)
      detail += "owner of " + what;
    else if (dependent.type == catalog::SharedDependencyType::kAcl)
      detail += "privileges for " + what;
    else
      detail += "target of " + what;
  }
  if (detail.empty()) return;
  throw SqlError(sqlstate::kDependentObjectsStillExist,
                 "role " + quoted(name) + " cannot be dropped because some objects depend on it")
      .detail(std::move(detail));
}

std::string drop_role(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedDropRole>(call.statement);
  DdlContext ddl(call);
  require_create_role(ddl, "permission denied to drop role");
  for (const auto& written : statement.roles) {
    Oid role = ddl.reader.find_role(written.name);
    if (written.kind != parser::RoleSpecKind::kName)
      throw SqlError(sqlstate::kInvalidParameterValue, "cannot use special role specifier in DROP ROLE");
    if (!role.valid()) {
      if (!statement.missing_ok)
        throw SqlError(sqlstate::kUndefinedObject, "role " + quoted(written.name) + " does not exist");
      ddl.notice("role " + quoted(written.name) + " does not exist, skipping");
      continue;
    }
    if (role == ddl.session.current_user()) throw SqlError(sqlstate::kObjectInUse, "current user cannot be dropped");
    if (role == ddl.session.session_user()) throw SqlError(sqlstate::kObjectInUse, "session user cannot be dropped");
    if (ddl.reader.role(role)->super) require_superuser(ddl, "must be superuser to drop superusers");
    check_role_unused(ddl, role, written.name);
    const Value by_role[] = {key(role)};
    ddl.writer.remove_where(id::kPgAuthMembers, id::kPgAuthMembersRoleMemberIndex, by_role);
    ddl.writer.remove_where(id::kPgAuthMembers, id::kPgAuthMembersMemberRoleIndex, by_role);
    const Value comment[] = {key(role), key(id::kPgAuthid)};
    ddl.writer.remove_where(id::kPgShdescription, id::kPgShdescriptionOCIndex, comment);
    ddl.writer.remove_where(id::kPgAuthid, id::kPgAuthidOidIndex, by_role);
  }
  return "DROP ROLE";
}

std::string grant_role(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedGrantRole>(call.statement);
  DdlContext ddl(call);
  const Oid grantor = statement.has_grantor ? resolve_role(ddl, statement.grantor) : ddl.user();
  std::vector<Oid> members;
  for (const auto& grantee : statement.grantees) members.push_back(resolve_role(ddl, grantee));
  for (const std::string& name : statement.granted) {
    Oid role = require_role(ddl, name);
    require_may_grant(ddl, role);
    if (grantor != ddl.user() && statement.is_grant) require_superuser(ddl, "must be superuser to set grantor");
    for (Oid member : members) {
      if (statement.is_grant)
        add_member(ddl, role, member, statement.admin_option, grantor);
      else
        remove_member(ddl, role, member, statement.admin_option);
    }
  }
  ddl.session.forget_search_path();
  return statement.is_grant ? "GRANT ROLE" : "REVOKE ROLE";
}

}  // namespace

void register_role() {
  register_utility(parser::StatementKind::kCreateRole, create_role);
  register_utility(parser::StatementKind::kAlterRole, alter_role);
  register_utility(parser::StatementKind::kDropRole, drop_role);
  register_utility(parser::StatementKind::kGrantRole, grant_role);
}

}  // namespace basalt::commands::ddl
