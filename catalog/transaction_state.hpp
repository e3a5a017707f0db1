// What one transaction has changed in the catalogs of its database. Inside catalog/ only.
#pragma once

#include <unordered_map>
#include <unordered_set>

#include "catalog/catalog_manager.hpp"

namespace basalt::catalog {

struct TransactionState {
  CatalogChanges changes;                                         // for invalidation at commit; without repetitions
  std::unordered_map<ObjectKey, ObjectVersion, KeyHash> objects;  // touched, with their private versions
  std::unordered_set<NameKey, KeyHash> names;
  std::unordered_map<uint32_t, uint64_t> namespaces;  // private creation counters
  std::unordered_set<std::string> function_names, operator_names;
  std::unordered_map<uint32_t, uint64_t> indexes_built;  // with the position of the snapshot they hold
  bool casts = false, opclasses = false, shared_objects = false;

  DescriptorCache cache;  // of touched objects only
  bool cache_used = false;
  uint64_t seen_generation = 0;  // of the shared caches when `cache` was filled

  bool touches(const ObjectKey& key) const { return objects.contains(key); }
  bool touches(const NameKey& key) const { return names.contains(key); }
  void forget_cached() {
    if (!cache_used) return;
    cache.clear();
    cache_used = false;
  }
  // Part of the changes is gone: nobody knows which, so all of it has to be read and planned anew.
  void rolled_back(CatalogManager& manager) {
    forget_cached();
    for (auto& [key, version] : objects) version = manager.next_private_version();
    for (auto& [name_space, counter] : namespaces) counter = manager.next_private_version();
  }
};

}  // namespace basalt::catalog
