// A row of pg_cast. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgCastRow {
  static constexpr Oid kCatalog{2605};

  Oid oid;
  Oid castsource;
  Oid casttarget;
  Oid castfunc;
  char castcontext = 'e';
  char castmethod = 'f';

  CatalogRow to_row() const;
  static PgCastRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.castsource);
    v.field(r.casttarget);
    v.field(r.castfunc);
    v.field(r.castcontext);
    v.field(r.castmethod);
  }
};

}  // namespace basalt::catalog
