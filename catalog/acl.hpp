// Privileges: default ACLs, role membership, and who may do what.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/acl_text.hpp"
#include "catalog/catalog.hpp"

namespace basalt::catalog {

// The letters of acldefault().
enum class AclObject : char {
  kColumn = 'c',
  kRelation = 'r',
  kSequence = 's',
  kDatabase = 'd',
  kFunction = 'f',
  kLanguage = 'l',
  kLargeObject = 'L',
  kSchema = 'n',
  kParameter = 'p',
  kTablespace = 't',
  kForeignDataWrapper = 'F',
  kForeignServer = 'S',
  kType = 'T'
};

// All privileges that exist for a kind of object.
uint32_t all_privileges(AclObject kind);
// What a NULL acl means.
std::vector<AclItem> default_acl(AclObject kind, Oid owner);
// GRANT and REVOKE on one list: adds or takes away `item`; grant options as PostgreSQL (cascading revocation is the
// caller's decision: `restrict_dependents` throws 2BP01 when others' grants depend on what is revoked).
std::vector<AclItem> acl_grant(std::vector<AclItem> acl, const AclItem& item);
std::vector<AclItem> acl_revoke(std::vector<AclItem> acl, const AclItem& item, Oid owner, bool cascade);

bool is_superuser(CatalogReader& catalog, Oid role);
// Directly or through other roles; a superuser is a member of all.
bool is_member_of_role(CatalogReader& catalog, Oid member, Oid role);
// The same, but only through roles that inherit: has the member the role's privileges without SET ROLE?
bool has_privileges_of_role(CatalogReader& catalog, Oid member, Oid role);

// Which bits of `wanted` the role has; bits of `wanted_options` ask for the grant option as well. 0 owner: none.
uint32_t granted_privileges(CatalogReader& catalog, const std::vector<AclItem>& acl, Oid owner, Oid role,
                            uint32_t wanted, bool grant_option);

// Checks with the rules of the object class. Bits that the role has; `wanted` bits only.
uint32_t relation_privileges(CatalogReader& catalog, Oid relation, Oid role, uint32_t wanted,
                             bool grant_option = false);
uint32_t column_privileges(CatalogReader& catalog, Oid relation, int16_t column, Oid role, uint32_t wanted,
                           bool grant_option = false);  // of the column's own acl only
uint32_t namespace_privileges(CatalogReader& catalog, Oid name_space, Oid role, uint32_t wanted,
                              bool grant_option = false);
uint32_t function_privileges(CatalogReader& catalog, Oid function, Oid role, uint32_t wanted,
                             bool grant_option = false);
uint32_t type_privileges(CatalogReader& catalog, Oid type, Oid role, uint32_t wanted, bool grant_option = false);
uint32_t database_privileges(CatalogReader& catalog, Oid database, Oid role, uint32_t wanted,
                             bool grant_option = false);
// By a class that has no descriptor: languages, tablespaces, servers ...
uint32_t object_privileges(CatalogReader& catalog, Oid class_oid, Oid object, Oid role, uint32_t wanted,
                           bool grant_option = false);
bool object_exists(CatalogReader& catalog, Oid class_oid, Oid object);
// Owner of an object of any class that has one; 0: none, or no such object.
Oid object_owner(CatalogReader& catalog, Oid class_oid, Oid object);

// Throw 42501 "permission denied for table x" and the like.
[[noreturn]] void throw_permission_denied(std::string_view kind, std::string_view name);
[[noreturn]] void throw_must_be_owner(std::string_view kind, std::string_view name);
bool owns_object(CatalogReader& catalog, Oid class_oid, Oid object, Oid role);

}  // namespace basalt::catalog
