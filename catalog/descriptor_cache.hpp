// DescriptorCache: what one database (or the shared catalogs) looks like to everybody who has no catalog changes of
// their own: immutable descriptors by OID, OIDs by name, and the versions that plans depend on (QRY-3).
//
//   load:        generation -> snapshot -> rows -> put(generation)     put does nothing if the generation has moved on
//   invalidate:  (after commit is published) ++generation, new versions, erase
//
// So a descriptor read before a commit never survives that commit. "There is none" is cached too. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/descriptors.hpp"

namespace basalt::catalog {

// One object whose definition a transaction has changed.
struct ObjectKey {
  Oid class_oid, object;
  bool operator==(const ObjectKey&) const = default;
};
// One name that a transaction has created, renamed or dropped. Names without a namespace have 0.
struct NameKey {
  Oid class_oid, name_space;
  std::string name;
  bool operator==(const NameKey&) const = default;
};
struct PairKey {  // two numbers
  uint32_t a = 0, b = 0;
  bool operator==(const PairKey&) const = default;
};

struct KeyHash {
  size_t operator()(uint32_t k) const { return mix(k); }
  size_t operator()(const PairKey& k) const { return mix((uint64_t{k.a} << 32) | k.b); }
  size_t operator()(const ObjectKey& k) const { return mix((uint64_t{k.class_oid.value} << 32) | k.object.value); }
  size_t operator()(const NameKey& k) const {
    return std::hash<std::string>{}(k.name) ^ mix((uint64_t{k.class_oid.value} << 32) | k.name_space.value);
  }
  size_t operator()(const std::string& k) const { return std::hash<std::string>{}(k); }
  static size_t mix(uint64_t v) {
    v *= 0x9e3779b97f4a7c15ull;
    return v ^ (v >> 32);
  }
};

// A sharded map from a key to a shared immutable object; the object may be null (known not to exist).
template <typename Key, typename T>
class CacheMap {
 public:
  using Pointer = std::shared_ptr<const T>;

  // False: not known.
  bool find(const Key& key, Pointer& out) const {
    const Shard& shard = shard_of(key);
    std::shared_lock lock(shard.mutex);
    auto it = shard.map.find(key);
    if (it == shard.map.end()) return false;
    out = it->second;
    return true;
  }
  // `generation` is what the loader saw before its snapshot.
  void put(const Key& key, Pointer value, const std::atomic<uint64_t>& now, uint64_t generation) {
    Shard& shard = shard_of(key);
    std::unique_lock lock(shard.mutex);
    if (now.load() == generation) shard.map.insert_or_assign(key, std::move(value));
  }
  void erase(const Key& key) {
    Shard& shard = shard_of(key);
    std::unique_lock lock(shard.mutex);
    shard.map.erase(key);
  }
  void clear() {
    for (Shard& shard : shards_) {
      std::unique_lock lock(shard.mutex);
      shard.map.clear();
    }
  }

 private:
  struct Shard {
    mutable std::shared_mutex mutex;
    std::unordered_map<Key, Pointer, KeyHash> map;
  };
  const Shard& shard_of(const Key& key) const { return shards_[(KeyHash{}(key) >> 7) % kShards]; }
  Shard& shard_of(const Key& key) { return shards_[(KeyHash{}(key) >> 7) % kShards]; }
  static constexpr size_t kShards = 8;
  std::array<Shard, kShards> shards_;
};

struct FamilyMember {
  Oid left, right, op;
  int strategy = 0;
  char purpose = 's';
};
struct OperatorFamily {
  Oid family, access_method;
  int strategy = 0;
};
struct RelationStatistics {
  std::unordered_map<int16_t, ColumnStatistics> columns;
};

struct NameChange {
  NameKey key;
  bool moved = true;  // created, renamed or dropped; false: only the object behind the name changed
};

// What one transaction changes.
struct CatalogChanges {
  std::vector<ObjectKey> objects;
  std::vector<NameChange> names;
  std::vector<Oid> indexes_built;  // usable from the commit on (STO-12)
  bool empty() const { return objects.empty() && names.empty(); }
};

class DescriptorCache {
 public:
  uint64_t generation() const { return generation_.load(); }
  const std::atomic<uint64_t>& generation_cell() const { return generation_; }

  ObjectVersion version(const ObjectKey& key) const;
  uint64_t namespace_counter(Oid name_space) const;
  uint64_t usable_from(Oid index) const;

  // `commit` is 0 when the changes are not from a commit.
  void invalidate(const CatalogChanges& changes, uint64_t commit_lsn);
  void clear();

  CacheMap<uint32_t, RelationDescriptor> relations;
  CacheMap<uint32_t, Oid> index_tables;  // index -> its table
  CacheMap<uint32_t, RelationStatistics> statistics;
  CacheMap<uint32_t, TypeDescriptor> types;
  CacheMap<uint32_t, FunctionDescriptor> functions;
  CacheMap<uint32_t, AggregateDescriptor> aggregates;
  CacheMap<uint32_t, OperatorDescriptor> operators;
  CacheMap<std::string, std::vector<FunctionPointer>> functions_by_name;
  CacheMap<std::string, std::vector<OperatorPointer>> operators_by_name;
  CacheMap<PairKey, CastDescriptor> casts;
  CacheMap<uint32_t, std::vector<CastDescriptor>> casts_from;
  CacheMap<uint32_t, OpclassDescriptor> opclasses;
  CacheMap<uint32_t, std::vector<OpclassDescriptor>> opclasses_of_method;
  CacheMap<PairKey, Oid> default_opclasses;
  CacheMap<uint32_t, std::vector<FamilyMember>> family_members;
  CacheMap<uint32_t, std::vector<OperatorFamily>> operator_families;
  CacheMap<uint32_t, CollationDescriptor> collations;
  CacheMap<uint32_t, NamespaceDescriptor> namespaces;
  CacheMap<uint32_t, RoleDescriptor> roles;  // shared catalogs
  CacheMap<uint32_t, DatabaseDescriptor> databases;
  CacheMap<NameKey, Oid> names;

 private:
  void erase_object(const ObjectKey& key);
  void bump(const ObjectKey& key);

  std::atomic<uint64_t> generation_{1};
  mutable std::shared_mutex mutex_;  // versions, counters, usable_from
  std::unordered_map<ObjectKey, ObjectVersion, KeyHash> versions_;
  std::unordered_map<uint32_t, uint64_t> namespace_counters_;
  std::unordered_map<uint32_t, uint64_t> usable_from_;
  static constexpr size_t kVersionsMax = 200'000;
  ObjectVersion base_version_ = 1;  // of objects that are not in the map
  uint64_t next_version_ = 1;
};

}  // namespace basalt::catalog
