// Privileges of objects: what GRANT, ALTER DEFAULT PRIVILEGES and the commands about owned objects share.
#pragma once

#include "commands/ddl/ddl.hpp"

namespace basalt::commands::ddl {

// The bit of a privilege's name; throws 42601 when there is none.
uint32_t privilege_bit(const std::string& name);
std::string upper_name(const std::string& name);
// The statement's GRANT or REVOKE of the privileges `wanted`, by `grantor`, done to a list.
std::vector<catalog::AclItem> granted_or_revoked(const parser::ParsedGrant& statement, const std::vector<Oid>& grantees,
                                                 Oid grantor, Oid owner, uint32_t wanted,
                                                 std::vector<catalog::AclItem> items);
// PUBLIC is the role 0.
std::vector<Oid> resolve_grantees(DdlContext& ddl, const std::vector<parser::ParsedRole>& roles);
// Takes all privileges on an object away from the role, and what it granted on.
void revoke_all(DdlContext& ddl, const ObjectAddress& object, Oid role);

// What an object that `owner` makes in the namespace is given by ALTER DEFAULT PRIVILEGES; none: the usual privileges.
// The kinds are those of pg_default_acl: r relation, S sequence, f function, T type, n schema.
catalog::Acl initial_acl(DdlContext& ddl, char kind, Oid owner, Oid name_space);
// Takes all default privileges of one row of pg_default_acl away from the role.
void revoke_defaults(DdlContext& ddl, Oid default_acl, Oid role);

}  // namespace basalt::commands::ddl
