// A cluster in a temporary directory, without system views.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>

#include "catalog/builtin_rows.hpp"
#include "catalog/catalog_ids.hpp"
#include "catalog/catalog_manager.hpp"
#include "catalog/names.hpp"
#include "types/function.hpp"

namespace basalt::catalog {

class Cluster {
 public:
  Cluster() {
    types::register_types();
    register_internal_symbols();
    char path[] = "/tmp/basalt_catalog_XXXXXX";
    directory_ = std::string(mkdtemp(path)) + "/data";
    storage::StorageEngine::initialize(options()).take();
    open_engine();
    initialize_cluster(*engine, {});
    finish_cluster(*engine);
    open_manager();
  }
  ~Cluster() {
    database.reset();
    manager.reset();
    engine->close().take();
    engine.reset();
    std::filesystem::remove_all(std::filesystem::path(directory_).parent_path());
  }
  void restart() {
    database.reset();
    manager->shut_down();
    manager.reset();
    engine->close().take();
    engine.reset();
    open_engine();
    open_manager();
  }
  std::unique_ptr<storage::Transaction> begin() {
    return engine->begin(storage::IsolationLevel::kReadCommitted, ++owner_);
  }

  std::unique_ptr<storage::StorageEngine> engine;
  std::unique_ptr<CatalogManager> manager;
  std::shared_ptr<DatabaseCatalog> database;  // postgres

 private:
  storage::StorageOptions options() const {
    storage::StorageOptions out;
    out.directory = directory_;
    out.background_threads = false;
    out.reservation_bytes = uint64_t{64} << 30;
    return out;
  }
  void open_engine() { engine = storage::StorageEngine::open(options()).take(); }
  void open_manager() {
    manager = std::make_unique<CatalogManager>(*engine);
    database = manager->open_database(kPostgresDatabase);
  }
  std::string directory_;
  std::atomic<uint64_t> owner_{0};  // tests with threads begin transactions too
};

// Shared by the tests that do not restart it: making one takes a while. It ends with the run (cluster_end.cpp), because
// closing an engine needs the thread-local state that is gone when static objects are destroyed.
inline std::unique_ptr<Cluster>& shared_cluster() {
  static std::unique_ptr<Cluster> instance;
  return instance;
}
inline Cluster& cluster() {
  if (!shared_cluster()) shared_cluster() = std::make_unique<Cluster>();
  return *shared_cluster();
}

inline constexpr Oid kPgCatalog{11};
inline constexpr Oid kPublic{2200};

}  // namespace basalt::catalog
