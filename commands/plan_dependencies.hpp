// PlanDependencies: what a plan was made from, so that it can be told whether it still stands (QRY-3).
//
//   begin()        before the first name is looked up
//   note()         the bound tree: relations, functions, operators, types
//   settle()       after planning: versions of all of it. Where another session's DDL was committed in between nobody
//                  knows which state the plan saw: it is good for this run and never found valid again.
//   valid()        later, with the plan's tables locked
//
// Versions and counters are the catalogs' (catalog/descriptor_cache.hpp). As long as nothing at all has been committed
// to the catalogs, one comparison of generations answers; then every version is compared. Changes of roles, role
// memberships and databases, which are rare, invalidate everything. Thread-safe once settled.
#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "catalog/catalog_manager.hpp"
#include "planner/physical_plan.hpp"
#include "query/binder.hpp"

namespace basalt::commands {

using PlanList = std::vector<std::shared_ptr<const planner::PhysicalStatement>>;

class PlanDependencies {
 public:
  void begin(catalog::DatabaseCatalog& database);
  void note(const query::BoundQuery& query);
  void note_relation(common::Oid relation);
  void settle(const query::BindDependencies& bound, const PlanList& plans, catalog::CatalogReader& reader,
              catalog::DatabaseCatalog& database, storage::StorageEngine& storage);
  // `own_changes`: the asking transaction has changed catalogs itself, so that it may see other versions.
  bool valid(catalog::CatalogReader& reader, catalog::DatabaseCatalog& database, storage::StorageEngine& storage,
             bool own_changes) const;
  bool settled() const { return settled_; }
  // Where the newest index of the plan's tables was made: older snapshots need another plan (STO-12).
  uint64_t newest_index_lsn() const { return newest_index_lsn_; }
  // Was a string literal converted to another type? What it became may depend on when that was done.
  bool converted_strings() const { return converted_strings_; }

 private:
  struct Object {
    common::Oid class_oid, object;
    catalog::ObjectVersion version = 0;
  };
  struct TableSize {  // a plan for a small table is a bad one when the table has grown
    common::TreeId tree;
    uint64_t rows = 0;
  };
  void add(common::Oid class_oid, common::Oid object);
  bool versions_stand(catalog::CatalogReader& reader) const;

  std::vector<Object> objects_;
  std::vector<std::pair<common::Oid, uint64_t>> namespaces_;  // with their creation counters
  std::vector<TableSize> sizes_;
  uint64_t generation_ = 0, shared_generation_ = 0, newest_index_lsn_ = 0;
  mutable std::atomic<uint64_t> found_valid_at_{0};  // generation of the database's cache
  bool settled_ = false, converted_strings_ = false;
};

// Takes the lock of every table of the plans, as the bind that made them did.
void lock_plan_tables(const PlanList& plans, storage::Transaction& transaction, common::Oid database);

}  // namespace basalt::commands
