#include "catalog/descriptor_cache.hpp"

#include "catalog/catalog_ids.hpp"

namespace basalt::catalog {

ObjectVersion DescriptorCache::version(const ObjectKey& key) const {
  std::shared_lock lock(mutex_);
  auto it = versions_.find(key);
  return it == versions_.end() ? base_version_ : it->second;
}

uint64_t DescriptorCache::namespace_counter(Oid name_space) const {
  std::shared_lock lock(mutex_);
  auto it = namespace_counters_.find(name_space.value);
  return it == namespace_counters_.end() ? 1 : it->second;
}

uint64_t DescriptorCache::usable_from(Oid index) const {
  std::shared_lock lock(mutex_);
  auto it = usable_from_.find(index.value);
  return it == usable_from_.end() ? 0 : it->second;
}

void DescriptorCache::bump(const ObjectKey& key) {
  // Objects come and go; when too many are remembered, all plans are declared stale once.
  if (versions_.size() >= kVersionsMax) {
    versions_.clear();
    base_version_ = ++next_version_;
  }
  versions_[key] = ++next_version_;
}

void DescriptorCache::invalidate(const CatalogChanges& changes, uint64_t commit_lsn) {
  if (changes.empty()) return;
  // A row type's descriptor holds the columns of its relation.
  std::vector<ObjectKey> row_types;
  for (const ObjectKey& key : changes.objects) {
    std::shared_ptr<const RelationDescriptor> relation;
    if (key.class_oid == id::kPgClass && relations.find(key.object.value, relation) && relation &&
        relation->row_type.valid()) {
      row_types.push_back({id::kPgType, relation->row_type});
    }
  }
  {
    std::unique_lock lock(mutex_);
    generation_.fetch_add(1);
    for (const ObjectKey& key : changes.objects) {
      bump(key);
      // Which cast or operator class is chosen depends on all that there are: object 0 stands for the whole class.
      if (key.class_oid == id::kPgCast) bump({id::kPgCast, Oid()});
      if (key.class_oid == id::kPgOpclass || key.class_oid == id::kPgOpfamily) bump({id::kPgOpclass, Oid()});
    }
    for (const ObjectKey& key : row_types) bump(key);
    for (const NameChange& name : changes.names) {
      if (name.moved) ++namespace_counters_.try_emplace(name.key.name_space.value, 1).first->second;
    }
    for (Oid index : changes.indexes_built) usable_from_[index.value] = commit_lsn;
  }
  for (const ObjectKey& key : changes.objects) erase_object(key);
  for (const ObjectKey& key : row_types) erase_object(key);
  for (const auto& [name, moved] : changes.names) {
    if (moved) names.erase(name);
    if (name.class_oid == id::kPgProc) functions_by_name.erase(name.name);
    if (name.class_oid == id::kPgOperator) operators_by_name.erase(name.name);
  }
}

void DescriptorCache::erase_object(const ObjectKey& key) {
  const uint32_t object = key.object.value;
  switch (key.class_oid.value) {
    case id::kPgClass.value:
      relations.erase(object);
      index_tables.erase(object);
      statistics.erase(object);
      break;
    case id::kPgType.value:
      types.erase(object);
      break;
    case id::kPgProc.value:
      functions.erase(object);
      aggregates.erase(object);
      break;
    case id::kPgOperator.value:
      operators.erase(object);
      operator_families.erase(object);
      break;
    case id::kPgCast.value:
      casts.clear();
      casts_from.clear();
      default_opclasses.clear();
      break;
    case id::kPgOpclass.value:
    case id::kPgOpfamily.value:
      opclasses.clear();
      opclasses_of_method.clear();
      default_opclasses.clear();
      family_members.clear();
      operator_families.clear();
      break;
    case id::kPgCollation.value:
      collations.erase(object);
      break;
    case id::kPgNamespace.value:
      namespaces.erase(object);
      break;
    case id::kPgAuthid.value:
      roles.erase(object);
      break;
    case id::kPgDatabase.value:
      databases.erase(object);
      break;
    default:
      break;
  }
}

void DescriptorCache::clear() {
  {
    std::unique_lock lock(mutex_);
    generation_.fetch_add(1);
  }
  relations.clear();
  index_tables.clear();
  statistics.clear();
  types.clear();
  functions.clear();
  aggregates.clear();
  operators.clear();
  functions_by_name.clear();
  operators_by_name.clear();
  casts.clear();
  casts_from.clear();
  opclasses.clear();
  opclasses_of_method.clear();
  default_opclasses.clear();
  family_members.clear();
  operator_families.clear();
  collations.clear();
  namespaces.clear();
  roles.clear();
  databases.clear();
  names.clear();
}

}  // namespace basalt::catalog
