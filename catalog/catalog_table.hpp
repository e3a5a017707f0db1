// CatalogTable: the fixed shape of one system catalog, from catalog/data/: columns with their physical types, and
// indexes. Descriptors of catalogs that queries use are built from pg_class and pg_attribute like those of any table;
// this is what catalog/ itself needs before it can read those.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/row_codec.hpp"
#include "storage/engine.hpp"
#include "types/type_operations.hpp"

namespace basalt::catalog {

using common::RowId;

struct CatalogColumn {
  std::string name;
  Oid type;
  Oid collation;
  common::PhysicalType physical;
  bool not_null = false;
};

struct CatalogIndex {
  Oid oid;
  Oid table;
  std::string name;
  bool unique = false;
  std::vector<int16_t> columns;  // attnums
  std::vector<types::KeyColumn> keys;
  // The normalised key of a row, or of the first `values.size()` key columns.
  std::string key_of_row(const CatalogRow& row) const;
  std::string key_of_prefix(std::span<const Value> values) const;
};

struct CatalogTable {
  Oid oid;
  std::string name;
  Oid row_type;
  bool shared = false;
  std::vector<CatalogColumn> columns;
  std::vector<CatalogIndex> indexes;
  int oid_column = -1;  // position of the column "oid"
  int oid_index = -1;   // position of the unique index on it
  storage::HeapLayout layout() const;
  const CatalogIndex& index(Oid oid) const;  // must exist
  int column(std::string_view name) const;   // position; must exist
};

const std::vector<CatalogTable>& catalog_tables();
const CatalogTable* find_catalog_table(Oid oid);  // null: not a system catalog
const CatalogTable& catalog_table(Oid oid);       // must exist
const CatalogIndex* find_catalog_index(Oid oid);

// What types/ asks for when it handles values of catalog columns before any catalog can be read: descriptors of the
// built-in types of catalog columns, nothing else.
types::CallContext& bootstrap_context();

}  // namespace basalt::catalog
