// A row of pg_ts_config. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgTsConfigRow {
  static constexpr Oid kCatalog{3602};

  Oid oid;
  std::string cfgname;
  Oid cfgnamespace;
  Oid cfgowner;
  Oid cfgparser;

  CatalogRow to_row() const;
  static PgTsConfigRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.cfgname);
    v.field(r.cfgnamespace);
    v.field(r.cfgowner);
    v.field(r.cfgparser);
  }
};

}  // namespace basalt::catalog
