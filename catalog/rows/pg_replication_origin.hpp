// A row of pg_replication_origin. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgReplicationOriginRow {
  static constexpr Oid kCatalog{6000};

  Oid roident;
  std::string roname;

  CatalogRow to_row() const;
  static PgReplicationOriginRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.roident);
    v.field(r.roname);
  }
};

}  // namespace basalt::catalog
