// CatalogReaderImpl: lookups through the shared cache, or past it for what the own transaction has changed. Inside
// catalog/ only.
#pragma once

#include <unordered_map>

#include "catalog/catalog_manager.hpp"
#include "catalog/descriptor_loader.hpp"
#include "catalog/transaction_state.hpp"

namespace basalt::catalog {

class CatalogReaderImpl final : public CatalogReader, private DescriptorLoader::Source {
 public:
  CatalogReaderImpl(DatabaseCatalog& database, Transaction& transaction, std::shared_ptr<TransactionState> state,
                    std::optional<Snapshot> fixed)
      : database_(database), transaction_(transaction), state_(std::move(state)), fixed_(fixed) {}

  Oid database() const override { return database_.oid(); }
  RelationPointer relation(Oid relation) override;
  Oid find_relation(Oid namespace_oid, std::string_view name) override;
  IndexPointer index(Oid index) override;
  TypePointer type(Oid type) override;
  Oid find_type(Oid namespace_oid, std::string_view name) override;
  FunctionPointer function(Oid function) override;
  std::vector<FunctionPointer> functions_named(std::string_view name) override;
  const AggregateDescriptor* aggregate(Oid function) override;
  OperatorPointer operator_by_oid(Oid oid) override;
  std::vector<OperatorPointer> operators_named(std::string_view name) override;
  const CastDescriptor* cast(Oid source, Oid target) override;
  std::vector<CastDescriptor> casts_from(Oid source) override;
  const OpclassDescriptor* opclass(Oid opclass) override;
  Oid default_opclass(Oid access_method, Oid type) override;
  Oid find_opclass(Oid access_method, Oid namespace_oid, std::string_view name) override;
  Oid family_operator(Oid family, Oid left, Oid right, int strategy) override;
  std::vector<std::pair<Oid, int>> operator_families(Oid op, Oid access_method) override;
  const CollationDescriptor* collation(Oid collation) override;
  Oid find_collation(Oid namespace_oid, std::string_view name) override;
  const NamespaceDescriptor* name_space(Oid namespace_oid) override;
  Oid find_namespace(std::string_view name) override;
  const RoleDescriptor* role(Oid role) override;
  Oid find_role(std::string_view name) override;
  const DatabaseDescriptor* database_by_oid(Oid database) override;
  Oid find_database(std::string_view name) override;
  const ColumnStatistics* statistics(Oid relation, int16_t column) override;
  uint64_t namespace_counter(Oid namespace_oid) override;
  ObjectVersion object_version(Oid class_oid, Oid object) override;
  void scan(Oid catalog, Oid index, std::span<const Value> key_prefix, const RowCallback& callback) override;
  void scan_all(Oid catalog, const RowCallback& callback) override;

  // The writer of the transaction has made its state after this reader was made.
  void set_state(std::shared_ptr<TransactionState> state) { state_ = std::move(state); }
  Oid table_of_index(Oid index);
  // Runs f(snapshot) with what this reader reads by.
  template <typename F>
  auto with_snapshot(F f) {
    if (fixed_) return f(*fixed_);
    ScopedSnapshot snapshot(transaction_);
    return f(*snapshot);
  }

 private:
  uint64_t usable_from(Oid index) override {
    if (state_)
      if (auto built = state_->indexes_built.find(index.value); built != state_->indexes_built.end())
        return built->second;
    return database_.cache().usable_from(index);
  }

  // The cache that answers for a thing: the private one if the transaction (or a fixed snapshot) sees it differently.
  DescriptorCache& cache_for(bool touched, bool shared_catalog);
  bool touched(Oid class_oid, Oid object) const { return state_ && state_->touches(ObjectKey{class_oid, object}); }

  template <typename Key, typename T, typename Load>
  std::shared_ptr<const T> get(DescriptorCache& cache, CacheMap<Key, T> DescriptorCache::*map, const Key& key,
                               Load load);
  template <typename T>
  const T* pin(std::shared_ptr<const T> pointer);
  Oid find_name(Oid catalog, Oid index, Oid name_space, std::string_view name, bool with_namespace,
                bool shared_catalog);
  bool binary_coercible(Oid type, Oid target);
  Oid choose_default_opclass(Oid access_method, Oid type);

  DatabaseCatalog& database_;
  Transaction& transaction_;
  std::shared_ptr<TransactionState> state_;
  std::optional<Snapshot> fixed_;
  std::unique_ptr<DescriptorCache> own_;  // with a fixed snapshot
  std::unordered_map<const void*, std::shared_ptr<const void>> pins_;
};

}  // namespace basalt::catalog
