// DROP OWNED and REASSIGN OWNED: what roles own and were granted in this database, and of what all databases share.
#include <algorithm>

#include "commands/ddl/alter_table.hpp"
#include "commands/ddl/ddl_families.hpp"
#include "commands/ddl/drop.hpp"
#include "commands/ddl/grant.hpp"

namespace basalt::commands::ddl {

using catalog::SharedDependencyType;

namespace {

std::vector<Oid> resolve_roles(DdlContext& ddl, const std::vector<parser::ParsedRole>& roles, const char* what) {
  std::vector<Oid> out;
  for (const auto& written : roles) out.push_back(resolve_role(ddl, written));
  for (Oid role : out)
    if (!catalog::has_privileges_of_role(ddl.reader, ddl.user(), role))
      throw SqlError(sqlstate::kInsufficientPrivilege, std::string("permission denied to ") + what + " objects");
  return out;
}

// What depends on a role and is within reach from here.
std::vector<catalog::SharedDependent> dependents(DdlContext& ddl, Oid role, const char* what) {
  if (catalog::is_pinned(id::kPgAuthid, role))
    throw SqlError(sqlstate::kDependentObjectsStillExist,
                   std::string("cannot ") + what + " objects owned by " +
                       catalog::describe_object(ddl.scope(), {id::kPgAuthid, role}) +
                       " because they are required by the database system");
  std::vector<catalog::SharedDependent> out;
  for (const auto& dependent : catalog::shared_dependents_of(ddl.reader, id::kPgAuthid, role))
    if (!dependent.database.valid() || dependent.database == ddl.reader.database()) out.push_back(dependent);
  return out;
}

std::string drop_owned(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedDropOwned>(call.statement);
  DdlContext ddl(call);
  std::vector<ObjectAddress> owned;
  for (Oid role : resolve_roles(ddl, statement.roles, "drop")) {
    for (const auto& dependent : dependents(ddl, role, "drop")) {
      if (dependent.type == SharedDependencyType::kOwner && dependent.database.valid())
        owned.push_back(dependent.object);
      else if (dependent.type == SharedDependencyType::kAcl && dependent.object.class_oid == id::kPgDefaultAcl)
        revoke_defaults(ddl, dependent.object.object, role);
      else if (dependent.type == SharedDependencyType::kAcl)
        revoke_all(ddl, dependent.object, role);
    }
  }
  if (!owned.empty()) drop_objects(ddl, owned, statement.behavior);
  return "DROP OWNED";
}

std::string reassign_owned(UtilityCall& call) {
  const auto& statement = parser::as<parser::ParsedReassignOwned>(call.statement);
  DdlContext ddl(call);
  const std::vector<Oid> roles = resolve_roles(ddl, statement.roles, "reassign");
  const Oid new_owner = resolve_role(ddl, statement.new_role);
  if (!catalog::has_privileges_of_role(ddl.reader, ddl.user(), new_owner))
    throw SqlError(sqlstate::kInsufficientPrivilege, "permission denied to reassign objects");
  for (Oid role : roles)
    for (const auto& dependent : dependents(ddl, role, "reassign ownership of"))
      if (dependent.type == SharedDependencyType::kOwner && dependent.object.class_oid != id::kPgDefaultAcl)
        change_object_owner(ddl, dependent.object, new_owner);
  return "REASSIGN OWNED";
}

}  // namespace

void register_owned() {
  register_utility(parser::StatementKind::kDropOwned, drop_owned);
  register_utility(parser::StatementKind::kReassignOwned, reassign_owned);
}

}  // namespace basalt::commands::ddl
