// Making catalogs where there are none: for a new cluster, and for a new database as a copy of another.
//
//   initialize_cluster()      root tree, shared catalogs, and template1 with the built-in rows
//   (layers above)            run system_views_sql() and information_schema_sql() in template1, function defaults
//   finish_cluster()          template0 and postgres as copies of template1; OIDs go on from 16384
//
// An interrupted initialisation leaves a directory whose open() says so.
#pragma once

#include <string>

#include "catalog/catalog_storage.hpp"

namespace basalt::catalog {

// The format of the catalogs themselves. Raised when an older build could not read what this one writes.
inline constexpr uint64_t kCatalogFormat = 1;

inline constexpr Oid kTemplate1{1};
inline constexpr Oid kTemplate0{4};
inline constexpr Oid kPostgresDatabase{5};
inline constexpr Oid kBootstrapSuperuser{10};
inline constexpr uint32_t kFirstUnpinnedOid = 12000;  // OIDs that initialisation itself gives out begin here

struct ClusterOptions {
  std::string superuser = "postgres";
};

void initialize_cluster(StorageEngine& engine, const ClusterOptions& options);
void finish_cluster(StorageEngine& engine);

// Copies all catalogs and relations of database `source` into new trees for database `target`. The row of pg_database
// is the caller's. Nobody may write in the source meanwhile (the caller holds its lock).
void copy_database(StorageEngine& engine, Transaction& transaction, Oid source, Oid target);
// Drops all trees of a database at commit. The rows in shared catalogs are the caller's.
void drop_database(StorageEngine& engine, Transaction& transaction, Oid database);

}  // namespace basalt::catalog
