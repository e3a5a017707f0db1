#include "catalog/acl.hpp"

#include <algorithm>
#include <unordered_set>

#include "catalog/catalog_ids.hpp"
#include "catalog/object_class.hpp"
#include "catalog/row_codec.hpp"
#include "catalog/rows/pg_attribute.hpp"
#include "common/sqlstate.hpp"

namespace basalt::catalog {

using common::SqlError;
namespace sqlstate = common::sqlstate;

namespace {

constexpr Oid kReadAllData{6181};
constexpr Oid kWriteAllData{6182};
constexpr uint32_t kFirstUnpinnedOid = 12000;
using namespace privilege;

}  // namespace

uint32_t all_privileges(AclObject kind) {
  switch (kind) {
    case AclObject::kColumn:
      return kInsert | kSelect | kUpdate | kReferences;
    case AclObject::kRelation:
      return kInsert | kSelect | kUpdate | kDelete | kTruncate | kReferences | kTrigger;
    case AclObject::kSequence:
      return kUsage | kSelect | kUpdate;
    case AclObject::kDatabase:
      return kCreate | kCreateTemp | kConnect;
    case AclObject::kFunction:
      return kExecute;
    case AclObject::kLanguage:
      return kUsage;
    case AclObject::kLargeObject:
      return kSelect | kUpdate;
    case AclObject::kSchema:
      return kUsage | kCreate;
    case AclObject::kParameter:
      return kSet | kAlterSystem;
    case AclObject::kTablespace:
      return kCreate;
    case AclObject::kForeignDataWrapper:
    case AclObject::kForeignServer:
    case AclObject::kType:
      return kUsage;
  }
  UNREACHABLE("kind of an acl");
}

std::vector<AclItem> default_acl(AclObject kind, Oid owner) {
  uint32_t world = 0;
  if (kind == AclObject::kDatabase) world = kCreateTemp | kConnect;
  if (kind == AclObject::kFunction) world = kExecute;
  if (kind == AclObject::kLanguage || kind == AclObject::kType) world = kUsage;
  const uint32_t own = kind == AclObject::kColumn ? 0 : all_privileges(kind);
  std::vector<AclItem> out;
  if (world) out.push_back({Oid(), owner, world, 0});
  if (own) out.push_back({owner, owner, own, 0});
  return out;
}

std::vector<AclItem> acl_grant(std::vector<AclItem> acl, const AclItem& item) {
  if (!item.privileges) return acl;
  for (AclItem& existing : acl) {
    if (existing.grantee != item.grantee || existing.grantor != item.grantor) continue;
    existing.privileges |= item.privileges;
    existing.grant_options |= item.grant_options;
    return acl;
  }
  acl.push_back(item);
  return acl;
}

namespace {

uint32_t grant_options_held(const std::vector<AclItem>& acl, Oid role, Oid owner) {
  if (role == owner) return ~uint32_t{0};
  uint32_t held = 0;
  for (const AclItem& item : acl) {
    if (item.grantee == role) held |= item.grant_options;
  }
  return held;
}

// Takes away what grantors without a grant option have granted; again until nothing changes.
void revoke_orphans(std::vector<AclItem>& acl, Oid owner, bool cascade) {
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < acl.size(); ++i) {
      const uint32_t orphaned = acl[i].privileges & ~grant_options_held(acl, acl[i].grantor, owner);
      if (!orphaned) continue;
      if (!cascade) {
        throw SqlError(sqlstate::kDependentObjectsStillExist, "dependent privileges exist")
            .hint("Use CASCADE to revoke them too.");
      }
      acl[i].privileges &= ~orphaned;
      acl[i].grant_options &= ~orphaned;
      if (!acl[i].privileges) acl.erase(acl.begin() + static_cast<ptrdiff_t>(i));
      changed = true;
      break;
    }
  }
}

}  // namespace

std::vector<AclItem> acl_revoke(std::vector<AclItem> acl, const AclItem& item, Oid owner, bool cascade) {
  for (size_t i = 0; i < acl.size(); ++i) {
    AclItem& existing = acl[i];
    if (existing.grantee != item.grantee || existing.grantor != item.grantor) continue;
    existing.privileges &= ~item.privileges;
    existing.grant_options &= ~(item.privileges | item.grant_options);
    if (!existing.privileges) acl.erase(acl.begin() + static_cast<ptrdiff_t>(i));
    break;
  }
  revoke_orphans(acl, owner, cascade);
  return acl;
}

bool is_superuser(CatalogReader& catalog, Oid role) {
  const RoleDescriptor* r = catalog.role(role);
  return r && r->super;
}

namespace {

constexpr Oid kDatabaseOwnerRole{6171};  // its only member is the owner of the current database

bool reaches(CatalogReader& catalog, Oid member, Oid role, bool only_inheriting) {
  if (member == role) return true;
  std::unordered_set<uint32_t> seen{member.value};
  std::vector<Oid> open{member};
  const DatabaseDescriptor* database = catalog.database_by_oid(catalog.database());
  while (!open.empty()) {
    const RoleDescriptor* r = catalog.role(open.back());
    open.pop_back();
    if (!r) continue;
    std::vector<Oid> next;
    if (!only_inheriting || r->inherit) next = r->member_of;
    if (database && database->owner == r->oid) next.push_back(kDatabaseOwnerRole);
    for (Oid group : next) {
      if (group == role) return true;
      if (seen.insert(group.value).second) open.push_back(group);
    }
  }
  return false;
}

}  // namespace

bool is_member_of_role(CatalogReader& catalog, Oid member, Oid role) {
  return member == role || is_superuser(catalog, member) || reaches(catalog, member, role, false);
}

bool has_privileges_of_role(CatalogReader& catalog, Oid member, Oid role) {
  return member == role || is_superuser(catalog, member) || reaches(catalog, member, role, true);
}

uint32_t granted_privileges(CatalogReader& catalog, const std::vector<AclItem>& acl, Oid owner, Oid role,
                            uint32_t wanted, bool grant_option) {
  if (grant_option && owner.valid() && has_privileges_of_role(catalog, role, owner)) return wanted;
  uint32_t held = 0;
  for (const AclItem& item : acl) {
    const uint32_t bits = (grant_option ? item.grant_options : item.privileges) & wanted & ~held;
    if (!bits) continue;
    if (!item.grantee.valid() ? !grant_option : has_privileges_of_role(catalog, role, item.grantee)) held |= bits;
  }
  return held;
}

namespace {

uint32_t check(CatalogReader& catalog, AclObject kind, const Acl& acl, Oid owner, Oid role, uint32_t wanted,
               bool grant_option) {
  if (role.valid() && is_superuser(catalog, role)) return wanted;
  return granted_privileges(catalog, acl ? *acl : default_acl(kind, owner), owner, role, wanted, grant_option);
}

}  // namespace

uint32_t relation_privileges(CatalogReader& catalog, Oid relation, Oid role, uint32_t wanted, bool grant_option) {
  RelationPointer r = catalog.relation(relation);
  if (!r) return 0;
  const uint32_t asked = wanted;
  // Only superusers write system catalogs.
  if (r->oid.value < kFirstUnpinnedOid && r->kind != 'v' && !is_superuser(catalog, role)) {
    wanted &= ~(kInsert | kUpdate | kDelete | kTruncate | kUsage);
  }
  uint32_t held = check(catalog, r->kind == 'S' ? AclObject::kSequence : AclObject::kRelation, r->acl, r->owner, role,
                        wanted, grant_option);
  if (grant_option) return held;
  if ((asked & kSelect & ~held) && has_privileges_of_role(catalog, role, kReadAllData)) held |= kSelect;
  const uint32_t writes = asked & (kInsert | kUpdate | kDelete) & ~held & wanted;
  if (writes && has_privileges_of_role(catalog, role, kWriteAllData)) held |= writes;
  return held;
}

uint32_t column_privileges(CatalogReader& catalog, Oid relation, int16_t column, Oid role, uint32_t wanted,
                           bool grant_option) {
  RelationPointer r = catalog.relation(relation);
  if (!r) return 0;
  if (is_superuser(catalog, role)) return wanted;
  Acl acl;
  const Value key[2] = {Value::of(relation.value), Value::of(column)};
  catalog.scan(id::kPgAttribute, id::kPgAttributeRelidAttnumIndex, key, [&](common::RowId, const CatalogRow& row) {
    acl = PgAttributeRow::from_row(row).attacl;
    return false;
  });
  if (!acl) return 0;
  return granted_privileges(catalog, *acl, r->owner, role, wanted, grant_option);
}

uint32_t namespace_privileges(CatalogReader& catalog, Oid name_space, Oid role, uint32_t wanted, bool grant_option) {
  const NamespaceDescriptor* n = catalog.name_space(name_space);
  if (!n) return 0;
  uint32_t held = check(catalog, AclObject::kSchema, n->acl, n->owner, role, wanted, grant_option);
  if (!grant_option && (wanted & kUsage & ~held) &&
      (has_privileges_of_role(catalog, role, kReadAllData) || has_privileges_of_role(catalog, role, kWriteAllData))) {
    held |= kUsage;
  }
  return held;
}

uint32_t function_privileges(CatalogReader& catalog, Oid function, Oid role, uint32_t wanted, bool grant_option) {
  FunctionPointer f = catalog.function(function);
  return f ? check(catalog, AclObject::kFunction, f->acl, f->owner, role, wanted, grant_option) : 0;
}

uint32_t type_privileges(CatalogReader& catalog, Oid type, Oid role, uint32_t wanted, bool grant_option) {
  TypePointer t = catalog.type(type);
  // An array has the privileges of its elements.
  if (t && t->is_true_array()) type = t->element;
  return object_privileges(catalog, id::kPgType, type, role, wanted, grant_option);
}

uint32_t database_privileges(CatalogReader& catalog, Oid database, Oid role, uint32_t wanted, bool grant_option) {
  const DatabaseDescriptor* d = catalog.database_by_oid(database);
  return d ? check(catalog, AclObject::kDatabase, d->acl, d->owner, role, wanted, grant_option) : 0;
}

uint32_t object_privileges(CatalogReader& catalog, Oid class_oid, Oid object, Oid role, uint32_t wanted,
                           bool grant_option) {
  const ObjectClass* object_class = find_object_class(class_oid);
  ENSURE(object_class && object_class->acl, "objects of this class have no privileges");
  CatalogRow row;
  if (!find_object_row(catalog, *object_class, object, row)) return 0;
  const Value& list = object_column(*object_class, row, object_class->acl);
  Acl acl;
  if (!list.is_null()) acl = acl_of_bytes(list.string());
  Oid owner(object_column(*object_class, row, object_class->owner).as<uint32_t>());
  return check(catalog, static_cast<AclObject>(object_class->acl_object), acl, owner, role, wanted, grant_option);
}

bool object_exists(CatalogReader& catalog, Oid class_oid, Oid object) {
  const ObjectClass* object_class = find_object_class(class_oid);
  CatalogRow row;
  return object_class && find_object_row(catalog, *object_class, object, row);
}

Oid object_owner(CatalogReader& catalog, Oid class_oid, Oid object) {
  if (class_oid == id::kPgClass) {
    RelationPointer r = catalog.relation(object);
    return r ? r->owner : Oid();
  }
  const ObjectClass* object_class = find_object_class(class_oid);
  CatalogRow row;
  if (!object_class || !object_class->owner || !find_object_row(catalog, *object_class, object, row)) return Oid();
  return Oid(object_column(*object_class, row, object_class->owner).as<uint32_t>());
}

bool owns_object(CatalogReader& catalog, Oid class_oid, Oid object, Oid role) {
  Oid owner = object_owner(catalog, class_oid, object);
  return is_superuser(catalog, role) || (owner.valid() && has_privileges_of_role(catalog, role, owner));
}

void throw_permission_denied(std::string_view kind, std::string_view name) {
  throw SqlError(sqlstate::kInsufficientPrivilege,
                 "permission denied for " + std::string(kind) + " " + std::string(name));
}

void throw_must_be_owner(std::string_view kind, std::string_view name) {
  throw SqlError(sqlstate::kInsufficientPrivilege, "must be owner of " + std::string(kind) + " " + std::string(name));
}

}  // namespace basalt::catalog
