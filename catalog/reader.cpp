#include "catalog/reader.hpp"

#include "catalog/catalog_ids.hpp"
#include "types/builtin_oids.hpp"

namespace basalt::catalog {

namespace oid = types::oid;

DescriptorCache& CatalogReaderImpl::cache_for(bool touched, bool shared_catalog) {
  if (fixed_) {
    if (!own_) own_ = std::make_unique<DescriptorCache>();
    return *own_;
  }
  DescriptorCache& shared = shared_catalog ? database_.manager().shared_cache() : database_.cache();
  if (!touched) return shared;
  uint64_t generation = database_.cache().generation() + database_.manager().shared_cache().generation();
  if (state_->seen_generation != generation) {
    state_->forget_cached();
    state_->seen_generation = generation;
  }
  if (!state_->cache_used) {
    state_->cache_used = true;
    // A rollback to a savepoint takes back what this cache is about to learn.
    transaction_.on_abort([state = state_, manager = &database_.manager()] { state->rolled_back(*manager); });
  }
  return state_->cache;
}

template <typename Key, typename T, typename Load>
std::shared_ptr<const T> CatalogReaderImpl::get(DescriptorCache& cache, CacheMap<Key, T> DescriptorCache::*map,
                                                const Key& key, Load load) {
  std::shared_ptr<const T> out;
  if ((cache.*map).find(key, out)) return out;
  const uint64_t generation = cache.generation();
  out = with_snapshot([&](const Snapshot& snapshot) {
    DescriptorLoader loader(database_.storage(), snapshot, *this);
    return std::shared_ptr<const T>(load(loader));
  });
  (cache.*map).put(key, out, cache.generation_cell(), generation);
  return out;
}

template <typename T>
const T* CatalogReaderImpl::pin(std::shared_ptr<const T> pointer) {
  const T* raw = pointer.get();
  if (raw) pins_.try_emplace(raw, std::move(pointer));
  return raw;
}

RelationPointer CatalogReaderImpl::relation(Oid relation) {
  DescriptorCache& cache = cache_for(touched(id::kPgClass, relation), false);
  return get(cache, &DescriptorCache::relations, relation.value, [&](DescriptorLoader& loader) {
    return loader.relation(relation, object_version(id::kPgClass, relation));
  });
}

Oid CatalogReaderImpl::table_of_index(Oid index) {
  DescriptorCache& cache = cache_for(touched(id::kPgClass, index), false);
  auto table = get(cache, &DescriptorCache::index_tables, index.value,
                   [&](DescriptorLoader& loader) { return std::make_shared<Oid>(loader.table_of_index(index)); });
  return *table;
}

IndexPointer CatalogReaderImpl::index(Oid index) {
  Oid table = table_of_index(index);
  if (!table.valid()) return nullptr;
  RelationPointer descriptor = relation(table);
  if (!descriptor) return nullptr;
  for (const IndexPointer& candidate : descriptor->indexes) {
    if (candidate->oid == index) return candidate;
  }
  return nullptr;
}

TypePointer CatalogReaderImpl::type(Oid type) {
  if (!type.valid()) return nullptr;
  DescriptorCache& cache = cache_for(touched(id::kPgType, type), false);
  return get(cache, &DescriptorCache::types, type.value, [&](DescriptorLoader& loader) { return loader.type(type); });
}

FunctionPointer CatalogReaderImpl::function(Oid function) {
  DescriptorCache& cache = cache_for(touched(id::kPgProc, function), false);
  return get(cache, &DescriptorCache::functions, function.value, [&](DescriptorLoader& loader) {
    return loader.function(function, object_version(id::kPgProc, function));
  });
}

std::vector<FunctionPointer> CatalogReaderImpl::functions_named(std::string_view name) {
  std::string key(name);
  DescriptorCache& cache = cache_for(state_ && state_->function_names.contains(key), false);
  auto list = get(cache, &DescriptorCache::functions_by_name, key, [&](DescriptorLoader& loader) {
    auto out = std::make_shared<std::vector<FunctionPointer>>();
    for (Oid oid : loader.functions_named(name)) {
      if (FunctionPointer f = function(oid)) out->push_back(std::move(f));
    }
    return out;
  });
  return *list;
}

const AggregateDescriptor* CatalogReaderImpl::aggregate(Oid function) {
  DescriptorCache& cache = cache_for(touched(id::kPgProc, function), false);
  return pin(get(cache, &DescriptorCache::aggregates, function.value,
                 [&](DescriptorLoader& loader) { return loader.aggregate(function); }));
}

OperatorPointer CatalogReaderImpl::operator_by_oid(Oid oid) {
  DescriptorCache& cache = cache_for(touched(id::kPgOperator, oid), false);
  return get(cache, &DescriptorCache::operators, oid.value,
             [&](DescriptorLoader& loader) { return loader.operator_by_oid(oid); });
}

std::vector<OperatorPointer> CatalogReaderImpl::operators_named(std::string_view name) {
  std::string key(name);
  DescriptorCache& cache = cache_for(state_ && state_->operator_names.contains(key), false);
  return *get(cache, &DescriptorCache::operators_by_name, key,
              [&](DescriptorLoader& loader) { return loader.operators_named(name); });
}

const CastDescriptor* CatalogReaderImpl::cast(Oid source, Oid target) {
  DescriptorCache& cache = cache_for(state_ && state_->casts, false);
  return pin(get(cache, &DescriptorCache::casts, PairKey{source.value, target.value},
                 [&](DescriptorLoader& loader) { return loader.cast(source, target); }));
}

std::vector<CastDescriptor> CatalogReaderImpl::casts_from(Oid source) {
  DescriptorCache& cache = cache_for(state_ && state_->casts, false);
  return *get(cache, &DescriptorCache::casts_from, source.value,
              [&](DescriptorLoader& loader) { return loader.casts_from(source); });
}

const OpclassDescriptor* CatalogReaderImpl::opclass(Oid opclass) {
  DescriptorCache& cache = cache_for(state_ && state_->opclasses, false);
  return pin(get(cache, &DescriptorCache::opclasses, opclass.value,
                 [&](DescriptorLoader& loader) { return loader.opclass(opclass); }));
}

Oid CatalogReaderImpl::default_opclass(Oid access_method, Oid type) {
  DescriptorCache& cache = cache_for(state_ && (state_->opclasses || state_->casts), false);
  return *get(cache, &DescriptorCache::default_opclasses, PairKey{access_method.value, type.value},
              [&](DescriptorLoader&) { return std::make_shared<Oid>(choose_default_opclass(access_method, type)); });
}

bool CatalogReaderImpl::binary_coercible(Oid type, Oid target) {
  if (type == target || target == oid::kAny || target == oid::kAnyelement || target == oid::kAnycompatible) return true;
  TypePointer descriptor = this->type(type);
  if (!descriptor) return false;
  switch (target.value) {
    case oid::kAnyarray.value:
    case oid::kAnycompatiblearray.value:
      return descriptor->is_true_array();
    case oid::kAnynonarray.value:
    case oid::kAnycompatiblenonarray.value:
      return !descriptor->is_true_array();
    case oid::kAnyenum.value:
      return descriptor->kind == 'e';
    case oid::kAnyrange.value:
    case oid::kAnycompatiblerange.value:
      return descriptor->kind == 'r';
    case oid::kAnymultirange.value:
    case oid::kAnycompatiblemultirange.value:
      return descriptor->kind == 'm';
    case oid::kRecord.value:
      return descriptor->kind == 'c';
    case oid::kRecordArray.value: {
      TypePointer element = descriptor->is_true_array() ? this->type(descriptor->element) : nullptr;
      return element && element->kind == 'c';
    }
    default:
      break;
  }
  const CastDescriptor* found = cast(type, target);
  return found && found->method == 'b' && found->context == 'i';
}

// The class declared for the type itself; else the one whose type it coerces to without a function, preferring one of a
// preferred type; none when several are equally good.
Oid CatalogReaderImpl::choose_default_opclass(Oid access_method, Oid type) {
  TypePointer descriptor = this->type(type);
  while (descriptor && descriptor->kind == 'd') descriptor = this->type(descriptor->base);
  if (!descriptor) return Oid();
  DescriptorCache& cache = cache_for(state_ && state_->opclasses, false);
  auto classes = get(cache, &DescriptorCache::opclasses_of_method, access_method.value,
                     [&](DescriptorLoader& loader) { return loader.opclasses_of(access_method); });
  Oid compatible, preferred;
  int compatible_count = 0, preferred_count = 0;
  for (const OpclassDescriptor& c : *classes) {
    if (!c.is_default) continue;
    if (c.input_type == descriptor->oid) return c.oid;
    if (!binary_coercible(descriptor->oid, c.input_type)) continue;
    TypePointer input = this->type(c.input_type);
    if (input && input->preferred && input->category == descriptor->category) {
      preferred = c.oid;
      ++preferred_count;
    } else {
      compatible = c.oid;
      ++compatible_count;
    }
  }
  if (preferred_count == 1) return preferred;
  return preferred_count == 0 && compatible_count == 1 ? compatible : Oid();
}

Oid CatalogReaderImpl::find_opclass(Oid access_method, Oid namespace_oid, std::string_view name) {
  DescriptorCache& cache = cache_for(state_ && state_->opclasses, false);
  auto classes = get(cache, &DescriptorCache::opclasses_of_method, access_method.value,
                     [&](DescriptorLoader& loader) { return loader.opclasses_of(access_method); });
  for (const OpclassDescriptor& c : *classes) {
    if (c.namespace_oid == namespace_oid && c.name == name) return c.oid;
  }
  return Oid();
}

Oid CatalogReaderImpl::family_operator(Oid family, Oid left, Oid right, int strategy) {
  DescriptorCache& cache = cache_for(state_ && state_->opclasses, false);
  auto members = get(cache, &DescriptorCache::family_members, family.value,
                     [&](DescriptorLoader& loader) { return loader.family_members(family); });
  for (const FamilyMember& m : *members) {
    if (m.left == left && m.right == right && m.strategy == strategy && m.purpose == 's') return m.op;
  }
  return Oid();
}

std::vector<std::pair<Oid, int>> CatalogReaderImpl::operator_families(Oid op, Oid access_method) {
  DescriptorCache& cache = cache_for(state_ && state_->opclasses, false);
  auto families = get(cache, &DescriptorCache::operator_families, op.value,
                      [&](DescriptorLoader& loader) { return loader.operator_families(op); });
  std::vector<std::pair<Oid, int>> out;
  for (const OperatorFamily& f : *families) {
    if (f.access_method == access_method) out.emplace_back(f.family, f.strategy);
  }
  return out;
}

const CollationDescriptor* CatalogReaderImpl::collation(Oid collation) {
  DescriptorCache& cache = cache_for(touched(id::kPgCollation, collation), false);
  return pin(get(cache, &DescriptorCache::collations, collation.value,
                 [&](DescriptorLoader& loader) { return loader.collation(collation); }));
}

const NamespaceDescriptor* CatalogReaderImpl::name_space(Oid namespace_oid) {
  DescriptorCache& cache = cache_for(touched(id::kPgNamespace, namespace_oid), false);
  return pin(get(cache, &DescriptorCache::namespaces, namespace_oid.value,
                 [&](DescriptorLoader& loader) { return loader.name_space(namespace_oid); }));
}

const RoleDescriptor* CatalogReaderImpl::role(Oid role) {
  DescriptorCache& cache = cache_for(touched(id::kPgAuthid, role), true);
  return pin(
      get(cache, &DescriptorCache::roles, role.value, [&](DescriptorLoader& loader) { return loader.role(role); }));
}

const DatabaseDescriptor* CatalogReaderImpl::database_by_oid(Oid database) {
  DescriptorCache& cache = cache_for(touched(id::kPgDatabase, database), true);
  return pin(get(cache, &DescriptorCache::databases, database.value,
                 [&](DescriptorLoader& loader) { return loader.database(database); }));
}

const ColumnStatistics* CatalogReaderImpl::statistics(Oid relation, int16_t column) {
  DescriptorCache& cache = cache_for(touched(id::kPgClass, relation), false);
  const RelationStatistics* all = pin(get(cache, &DescriptorCache::statistics, relation.value,
                                          [&](DescriptorLoader& loader) { return loader.statistics(relation); }));
  auto it = all->columns.find(column);
  return it == all->columns.end() ? nullptr : &it->second;
}

Oid CatalogReaderImpl::find_name(Oid catalog, Oid index, Oid name_space, std::string_view name, bool with_namespace,
                                 bool shared_catalog) {
  NameKey key{catalog, name_space, std::string(name)};
  DescriptorCache& cache = cache_for(state_ && state_->touches(key), shared_catalog);
  return *get(cache, &DescriptorCache::names, key, [&](DescriptorLoader& loader) {
    return std::make_shared<Oid>(loader.by_name(catalog, index, name, name_space, with_namespace));
  });
}

Oid CatalogReaderImpl::find_relation(Oid name_space, std::string_view name) {
  return find_name(id::kPgClass, id::kPgClassRelnameNspIndex, name_space, name, true, false);
}
Oid CatalogReaderImpl::find_type(Oid name_space, std::string_view name) {
  return find_name(id::kPgType, id::kPgTypeTypnameNspIndex, name_space, name, true, false);
}
Oid CatalogReaderImpl::find_namespace(std::string_view name) {
  return find_name(id::kPgNamespace, id::kPgNamespaceNspnameIndex, Oid(), name, false, false);
}
Oid CatalogReaderImpl::find_role(std::string_view name) {
  return find_name(id::kPgAuthid, id::kPgAuthidRolnameIndex, Oid(), name, false, true);
}
Oid CatalogReaderImpl::find_database(std::string_view name) {
  return find_name(id::kPgDatabase, id::kPgDatabaseDatnameIndex, Oid(), name, false, true);
}

Oid CatalogReaderImpl::find_collation(Oid name_space, std::string_view name) {
  NameKey key{id::kPgCollation, name_space, std::string(name)};
  DescriptorCache& cache = cache_for(state_ && state_->touches(key), false);
  return *get(cache, &DescriptorCache::names, key, [&](DescriptorLoader& loader) {
    return std::make_shared<Oid>(loader.collation_by_name(name_space, name));
  });
}

uint64_t CatalogReaderImpl::namespace_counter(Oid namespace_oid) {
  if (state_) {
    auto it = state_->namespaces.find(namespace_oid.value);
    if (it != state_->namespaces.end()) return it->second;
  }
  return database_.cache().namespace_counter(namespace_oid);
}

ObjectVersion CatalogReaderImpl::object_version(Oid class_oid, Oid object) {
  ObjectKey key{class_oid, object};
  if (state_) {
    auto it = state_->objects.find(key);
    if (it != state_->objects.end()) return it->second;
  }
  const bool shared = class_oid == id::kPgAuthid || class_oid == id::kPgDatabase;
  return (shared ? database_.manager().shared_cache() : database_.cache()).version(key);
}

void CatalogReaderImpl::scan(Oid catalog, Oid index, std::span<const Value> key_prefix, const RowCallback& callback) {
  with_snapshot(
      [&](const Snapshot& snapshot) { database_.storage().scan(snapshot, catalog, index, key_prefix, callback); });
}

void CatalogReaderImpl::scan_all(Oid catalog, const RowCallback& callback) {
  with_snapshot([&](const Snapshot& snapshot) { database_.storage().scan_all(snapshot, catalog, callback); });
}

}  // namespace basalt::catalog
