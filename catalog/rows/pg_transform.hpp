// A row of pg_transform. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgTransformRow {
  static constexpr Oid kCatalog{3576};

  Oid oid;
  Oid trftype;
  Oid trflang;
  Oid trffromsql;
  Oid trftosql;

  CatalogRow to_row() const;
  static PgTransformRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.trftype);
    v.field(r.trflang);
    v.field(r.trffromsql);
    v.field(r.trftosql);
  }
};

}  // namespace basalt::catalog
