// aclitem text: `grantee=privileges/grantor`, where `*` after a letter is the grant option and an empty grantee is
// PUBLIC.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "catalog/descriptors.hpp"

namespace basalt::catalog {

// Privilege bits, in the order in which PostgreSQL prints them.
namespace privilege {
inline constexpr uint32_t kInsert = 1 << 0, kSelect = 1 << 1, kUpdate = 1 << 2, kDelete = 1 << 3, kTruncate = 1 << 4,
                          kReferences = 1 << 5, kTrigger = 1 << 6, kExecute = 1 << 7, kUsage = 1 << 8, kCreate = 1 << 9,
                          kCreateTemp = 1 << 10, kConnect = 1 << 11, kSet = 1 << 12, kAlterSystem = 1 << 13;
inline constexpr int kCount = 14;
inline constexpr std::string_view kLetters = "arwdDxtXUCTcsA";
}  // namespace privilege

// Finds a role by name; throws when there is none.
using RoleByName = std::function<Oid(std::string_view)>;
// The name of a role; empty when it has none any more (then its number is printed).
using NameOfRole = std::function<std::string(Oid)>;

// Throws 22P02 as PostgreSQL does.
AclItem parse_acl_item(std::string_view text, const RoleByName& role_by_name);
std::string acl_item_text(const AclItem& item, const NameOfRole& name_of_role);

}  // namespace basalt::catalog
