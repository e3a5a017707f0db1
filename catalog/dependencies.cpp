#include "catalog/dependencies.hpp"

#include <algorithm>
#include <set>

#include "catalog/catalog_ids.hpp"
#include "catalog/rows/pg_depend.hpp"
#include "catalog/rows/pg_shdepend.hpp"

namespace basalt::catalog {

namespace {

constexpr uint32_t kFirstUnpinnedOid = 12000;
constexpr Oid kPublicNamespace{2200};

Value key(Oid oid) { return Value::of(oid.value); }

bool is_shared_class(Oid class_oid) {
  return class_oid == id::kPgDatabase || class_oid == id::kPgAuthid || class_oid == id::kPgTablespace ||
         class_oid == id::kPgSubscription || class_oid == id::kPgParameterAcl || class_oid == id::kPgReplicationOrigin;
}

Oid database_of(CatalogReader& catalog, Oid class_oid) {
  return is_shared_class(class_oid) ? Oid() : catalog.database();
}

}  // namespace

bool is_pinned(Oid class_oid, Oid object) {
  if (object.value >= kFirstUnpinnedOid) return false;
  if (class_oid == id::kPgNamespace && object == kPublicNamespace) return false;
  return class_oid != id::kPgDatabase && class_oid != id::kPgLargeobject;
}

void record_dependency(CatalogWriter& writer, const ObjectAddress& depender, const ObjectAddress& referenced,
                       DependencyType type) {
  if (is_pinned(referenced.class_oid, referenced.object)) return;
  bool known = false;
  const Value keys[3] = {key(depender.class_oid), key(depender.object), Value::of(depender.sub)};
  writer.reader().scan(id::kPgDepend, id::kPgDependDependerIndex, keys, [&](common::RowId, const CatalogRow& row) {
    PgDependRow r = PgDependRow::from_row(row);
    known = r.refclassid == referenced.class_oid && r.refobjid == referenced.object &&
            r.refobjsubid == referenced.sub && r.deptype == static_cast<char>(type);
    return !known;
  });
  if (known) return;
  PgDependRow row;
  row.classid = depender.class_oid;
  row.objid = depender.object;
  row.objsubid = depender.sub;
  row.refclassid = referenced.class_oid;
  row.refobjid = referenced.object;
  row.refobjsubid = referenced.sub;
  row.deptype = static_cast<char>(type);
  writer.insert(id::kPgDepend, row.to_row());
}

void remove_dependencies(CatalogWriter& writer, const ObjectAddress& depender) {
  const Value keys[3] = {key(depender.class_oid), key(depender.object), Value::of(depender.sub)};
  writer.remove_where(id::kPgDepend, id::kPgDependDependerIndex, std::span(keys, depender.sub ? 3 : 2));
}

int remove_dependencies_on(CatalogWriter& writer, const ObjectAddress& depender, Oid referenced_class) {
  std::vector<common::RowId> rows;
  const Value keys[3] = {key(depender.class_oid), key(depender.object), Value::of(depender.sub)};
  writer.reader().scan(id::kPgDepend, id::kPgDependDependerIndex, std::span(keys, depender.sub ? 3 : 2),
                       [&](common::RowId row_id, const CatalogRow& row) {
                         if (PgDependRow::from_row(row).refclassid == referenced_class) rows.push_back(row_id);
                         return true;
                       });
  for (common::RowId row : rows) writer.remove(id::kPgDepend, row);
  return static_cast<int>(rows.size());
}

void record_shared_dependency(CatalogWriter& writer, const ObjectAddress& depender, Oid referenced_class,
                              Oid referenced, SharedDependencyType type) {
  if (is_pinned(referenced_class, referenced)) return;
  PgShdependRow row;
  row.dbid = database_of(writer.reader(), depender.class_oid);
  row.classid = depender.class_oid;
  row.objid = depender.object;
  row.objsubid = depender.sub;
  row.refclassid = referenced_class;
  row.refobjid = referenced;
  row.deptype = static_cast<char>(type);
  writer.insert(id::kPgShdepend, row.to_row());
}

void record_owner(CatalogWriter& writer, Oid class_oid, Oid object, Oid owner) {
  record_shared_dependency(writer, {class_oid, object, 0}, id::kPgAuthid, owner, SharedDependencyType::kOwner);
}

namespace {

// Removes shared dependencies of one object and sub-object that `matches`.
template <typename Matches>
void remove_shared(CatalogWriter& writer, const ObjectAddress& depender, Matches matches) {
  std::vector<common::RowId> rows;
  const Value keys[3] = {key(database_of(writer.reader(), depender.class_oid)), key(depender.class_oid),
                         key(depender.object)};
  writer.reader().scan(id::kPgShdepend, id::kPgShdependDependerIndex, keys,
                       [&](common::RowId row_id, const CatalogRow& row) {
                         if (matches(PgShdependRow::from_row(row))) rows.push_back(row_id);
                         return true;
                       });
  for (common::RowId row : rows) writer.remove(id::kPgShdepend, row);
}

std::set<Oid> mentioned_roles(const Acl& acl, Oid owner) {
  std::set<Oid> roles;
  for (const AclItem& item : acl.value_or(std::vector<AclItem>())) {
    if (item.grantee.valid()) roles.insert(item.grantee);
    roles.insert(item.grantor);
  }
  roles.erase(owner);
  return roles;
}

}  // namespace

void change_owner(CatalogWriter& writer, Oid class_oid, Oid object, Oid new_owner) {
  remove_shared(writer, {class_oid, object, 0}, [&](const PgShdependRow& r) {
    return r.objsubid == 0 && r.deptype == static_cast<char>(SharedDependencyType::kOwner);
  });
  record_owner(writer, class_oid, object, new_owner);
}

void record_acl_roles(CatalogWriter& writer, const ObjectAddress& object, Oid owner, const Acl& before,
                      const Acl& after) {
  const std::set<Oid> old_roles = mentioned_roles(before, owner), new_roles = mentioned_roles(after, owner);
  remove_shared(writer, object, [&](const PgShdependRow& r) {
    return r.objsubid == object.sub && r.deptype == static_cast<char>(SharedDependencyType::kAcl) &&
           !new_roles.contains(r.refobjid);
  });
  for (Oid role : new_roles) {
    if (old_roles.contains(role)) continue;
    record_shared_dependency(writer, object, id::kPgAuthid, role, SharedDependencyType::kAcl);
  }
}

void remove_shared_dependencies(CatalogWriter& writer, const ObjectAddress& depender) {
  remove_shared(writer, depender,
                [&](const PgShdependRow& r) { return depender.sub == 0 || r.objsubid == depender.sub; });
}

std::vector<Dependency> dependents_of(CatalogReader& catalog, const ObjectAddress& referenced) {
  std::vector<Dependency> out;
  const Value keys[3] = {key(referenced.class_oid), key(referenced.object), Value::of(referenced.sub)};
  catalog.scan(id::kPgDepend, id::kPgDependReferenceIndex, std::span(keys, referenced.sub ? 3 : 2),
               [&](common::RowId, const CatalogRow& row) {
                 PgDependRow r = PgDependRow::from_row(row);
                 out.push_back({{r.classid, r.objid, r.objsubid}, static_cast<DependencyType>(r.deptype)});
                 return true;
               });
  return out;
}

std::vector<Dependency> references_of(CatalogReader& catalog, const ObjectAddress& depender) {
  std::vector<Dependency> out;
  const Value keys[3] = {key(depender.class_oid), key(depender.object), Value::of(depender.sub)};
  catalog.scan(id::kPgDepend, id::kPgDependDependerIndex, std::span(keys, depender.sub ? 3 : 2),
               [&](common::RowId, const CatalogRow& row) {
                 PgDependRow r = PgDependRow::from_row(row);
                 out.push_back({{r.refclassid, r.refobjid, r.refobjsubid}, static_cast<DependencyType>(r.deptype)});
                 return true;
               });
  return out;
}

std::vector<SharedDependent> shared_dependents_of(CatalogReader& catalog, Oid referenced_class, Oid referenced) {
  std::vector<SharedDependent> out;
  const Value keys[2] = {key(referenced_class), key(referenced)};
  catalog.scan(id::kPgShdepend, id::kPgShdependReferenceIndex, keys, [&](common::RowId, const CatalogRow& row) {
    PgShdependRow r = PgShdependRow::from_row(row);
    out.push_back({r.dbid, {r.classid, r.objid, r.objsubid}, static_cast<SharedDependencyType>(r.deptype)});
    return true;
  });
  return out;
}

}  // namespace basalt::catalog
