// A row of pg_partitioned_table. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgPartitionedTableRow {
  static constexpr Oid kCatalog{3350};

  Oid partrelid;
  char partstrat = 'r';
  int16_t partnatts = 0;
  Oid partdefid;
  std::vector<int16_t> partattrs;
  std::vector<Oid> partclass;
  std::vector<Oid> partcollation;
  std::optional<std::string> partexprs;

  CatalogRow to_row() const;
  static PgPartitionedTableRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.partrelid);
    v.field(r.partstrat);
    v.field(r.partnatts);
    v.field(r.partdefid);
    v.vector(r.partattrs);
    v.vector(r.partclass);
    v.vector(r.partcollation);
    v.field(r.partexprs);
  }
};

}  // namespace basalt::catalog
