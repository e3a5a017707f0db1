// CatalogManager: the catalogs of a cluster; DatabaseCatalog: those of one database, with the cache that its sessions
// share.
//
//   CatalogManager manager(engine);                        // after StorageEngine::open
//   auto database = manager.open_database(oid);            // kept by the session
//   auto reader = database->reader(transaction);           // one a statement; cheap
//   auto writer = database->writer(transaction);           // DDL
//
// A reader sees the newest committed catalogs (STO-12) and the transaction's own changes. What the transaction has
// changed is read past the shared cache, everything else through it. At commit the cache forgets what was changed;
// storage runs that before it gives locks back, so whoever waited for a lock reads anew.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "catalog/bootstrap.hpp"
#include "catalog/catalog.hpp"
#include "catalog/catalog_storage.hpp"
#include "catalog/descriptor_cache.hpp"

namespace basalt::catalog {

class CatalogManager;
struct TransactionState;

class DatabaseCatalog : public std::enable_shared_from_this<DatabaseCatalog> {
 public:
  DatabaseCatalog(CatalogManager& manager, Oid database, std::shared_ptr<const CatalogTrees> trees);
  ~DatabaseCatalog();
  Oid oid() const { return database_; }
  CatalogManager& manager() const { return manager_; }

  // `fixed` is for a standby, whose schema is read at the statement's snapshot; such a reader uses no shared cache.
  std::unique_ptr<CatalogReader> reader(Transaction& transaction, std::optional<Snapshot> fixed = std::nullopt);
  std::unique_ptr<CatalogWriter> writer(Transaction& transaction);
  // Has this transaction changed catalogs? Then its plans are its own (QRY-3).
  bool has_changes(const Transaction& transaction) const;

  const CatalogStorage& storage() const { return storage_; }
  DescriptorCache& cache() { return cache_; }

 private:
  friend class CatalogWriterImpl;
  std::shared_ptr<TransactionState> state_of(const Transaction& transaction) const;
  std::shared_ptr<TransactionState> make_state(Transaction& transaction);

  CatalogManager& manager_;
  Oid database_;
  CatalogStorage storage_;
  DescriptorCache cache_;
  mutable std::mutex states_mutex_;
  std::atomic<int> state_count_{0};
  std::unordered_map<const Transaction*, std::shared_ptr<TransactionState>> states_;
};

class CatalogManager {
 public:
  // Throws SqlError 58P01/XX000 when the directory holds no finished catalogs or those of a newer build.
  explicit CatalogManager(StorageEngine& engine);
  // For use between initialize_cluster() and finish_cluster(): does not ask for a finished directory.
  struct Initializing {};
  CatalogManager(StorageEngine& engine, Initializing);
  ~CatalogManager();

  StorageEngine& engine() const { return engine_; }
  // Shared by all sessions of the database. Throws 3D000 when its catalogs are missing.
  std::shared_ptr<DatabaseCatalog> open_database(Oid database);
  // After DROP DATABASE.
  void forget_database(Oid database);
  // True when the built-in rows on disk are not those of this build: the server runs update_builtin_rows() before it
  // accepts connections (QRY-7).
  bool builtin_rows_differ() const { return rows_differ_; }
  void update_builtin_rows();

  // A number that no row of the catalog uses.
  Oid new_oid(Transaction& transaction, const CatalogStorage& storage, Oid catalog);
  // The end of `basalt init`, see bootstrap.hpp. Nobody else uses the cluster.
  void finish_initialization();
  // Gives back the numbers that were drawn ahead; before a clean end.
  void shut_down();

  DescriptorCache& shared_cache() { return shared_cache_; }
  std::shared_ptr<const CatalogTrees> shared_trees() const { return shared_trees_; }
  uint64_t next_private_version() { return (uint64_t{1} << 63) | private_version_.fetch_add(1); }

 private:
  void open();
  StorageEngine& engine_;
  std::shared_ptr<const CatalogTrees> shared_trees_;
  DescriptorCache shared_cache_;
  std::mutex databases_mutex_;
  std::unordered_map<uint32_t, std::shared_ptr<DatabaseCatalog>> databases_;
  std::mutex oid_mutex_;
  common::TreeId oid_sequence_;
  uint32_t next_oid_ = 0, last_oid_ = 0;  // [next, last) are drawn
  std::atomic<uint64_t> private_version_{1};
  bool rows_differ_ = false;
};

}  // namespace basalt::catalog
