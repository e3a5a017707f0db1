// CatalogStorage: rows of the system catalogs in the storage engine, with their indexes. Knows no descriptors and no
// cache.
//
// Each database has its own trees of the catalogs that are not shared. Which tree is which stands in the root tree, the
// first heap tree of the data directory: rows (kind, database, relation, value). Catalog trees never change place.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>

#include "catalog/catalog_table.hpp"
#include "storage/engine.hpp"
#include "storage/newest_snapshot.hpp"

namespace basalt::catalog {

using storage::Snapshot;
using storage::StorageEngine;
using storage::Transaction;

inline constexpr Oid kSharedDatabase{0};  // the database number under which shared catalogs are kept

// A snapshot of a transaction that is given back at the end of the scope.
class ScopedSnapshot {
 public:
  explicit ScopedSnapshot(Transaction& transaction)
      : transaction_(transaction), snapshot_(storage::take_newest_snapshot(transaction)) {}
  ~ScopedSnapshot() { transaction_.release_snapshot(snapshot_); }
  ScopedSnapshot(const ScopedSnapshot&) = delete;
  ScopedSnapshot& operator=(const ScopedSnapshot&) = delete;
  const Snapshot& operator*() const { return snapshot_; }

 private:
  Transaction& transaction_;
  Snapshot snapshot_;
};

// Where the catalogs of one database, or the shared ones, are.
class CatalogTrees {
 public:
  void add(Oid relation, common::TreeId tree) { trees_.insert_or_assign(relation.value, tree); }
  common::TreeId tree(Oid relation) const;  // must exist
  bool has(Oid relation) const { return trees_.contains(relation.value); }
  const std::unordered_map<uint32_t, common::TreeId>& all() const { return trees_; }

 private:
  std::unordered_map<uint32_t, common::TreeId> trees_;
};

// The root tree.
class CatalogRoot {
 public:
  enum class Kind : int16_t { kTree = 1, kDataHash = 2, kFormat = 3, kOidSequence = 4 };
  static constexpr common::TreeId kTree{16};  // storage gives out tree ids from here on
  static storage::HeapLayout layout();

  static void put(StorageEngine& engine, Transaction& transaction, Kind kind, Oid database, Oid relation,
                  uint64_t value);
  static void set(StorageEngine& engine, Transaction& transaction, Kind kind, uint64_t value);
  // 0 when there is none.
  static uint64_t get(StorageEngine& engine, Transaction& transaction, Kind kind);
  static CatalogTrees read_trees(StorageEngine& engine, Transaction& transaction, Oid database);
  static void remove_database(StorageEngine& engine, Transaction& transaction, Oid database);
};

class CatalogStorage {
 public:
  using RowCallback = std::function<bool(RowId, const CatalogRow&)>;

  CatalogStorage(StorageEngine& engine, std::shared_ptr<const CatalogTrees> local,
                 std::shared_ptr<const CatalogTrees> shared)
      : engine_(engine), local_(std::move(local)), shared_(std::move(shared)) {}

  StorageEngine& engine() const { return engine_; }
  common::TreeId tree(const CatalogTable& table, Oid relation) const {
    return (table.shared ? shared_ : local_)->tree(relation);
  }

  // Reads. The callback returns false to stop.
  void scan(const Snapshot& snapshot, Oid catalog, Oid index, std::span<const Value> prefix,
            const RowCallback& callback) const;
  void scan_all(const Snapshot& snapshot, Oid catalog, const RowCallback& callback) const;
  bool fetch(const Snapshot& snapshot, Oid catalog, RowId row, CatalogRow& out) const;
  // The one row with this key of a unique index; false: none.
  bool find(const Snapshot& snapshot, Oid catalog, Oid index, std::span<const Value> key, CatalogRow& out,
            RowId* row_id = nullptr) const;
  bool oid_in_use(Transaction& transaction, const CatalogTable& table, Oid oid) const;

  // Writes; each maintains all indexes and throws 23505 for a duplicate, XX000 "tuple concurrently updated" for a
  // conflict.
  RowId insert(Transaction& transaction, Oid catalog, const CatalogRow& row) const;
  void update(Transaction& transaction, Oid catalog, RowId row_id, const CatalogRow& before,
              const CatalogRow& after) const;
  void remove(Transaction& transaction, Oid catalog, RowId row_id, const CatalogRow& before) const;

 private:
  void insert_entry(Transaction& transaction, const CatalogTable& table, const CatalogIndex& index,
                    const CatalogRow& row, RowId row_id) const;

  StorageEngine& engine_;
  std::shared_ptr<const CatalogTrees> local_;
  std::shared_ptr<const CatalogTrees> shared_;
};

// Fills row `row` of a chunk whose vectors are flat.
void put_catalog_row(const CatalogRow& values, common::Chunk& chunk, uint32_t row);
std::vector<common::PhysicalType> physical_types(const CatalogTable& table);

}  // namespace basalt::catalog
