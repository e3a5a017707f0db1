// A row of pg_ts_config_map. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgTsConfigMapRow {
  static constexpr Oid kCatalog{3603};

  Oid mapcfg;
  int32_t maptokentype = 0;
  int32_t mapseqno = 0;
  Oid mapdict;

  CatalogRow to_row() const;
  static PgTsConfigMapRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.mapcfg);
    v.field(r.maptokentype);
    v.field(r.mapseqno);
    v.field(r.mapdict);
  }
};

}  // namespace basalt::catalog
