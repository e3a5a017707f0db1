// A row of pg_largeobject. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgLargeobjectRow {
  static constexpr Oid kCatalog{2613};

  Oid loid;
  int32_t pageno = 0;
  std::string data;

  CatalogRow to_row() const;
  static PgLargeobjectRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.loid);
    v.field(r.pageno);
    v.field(r.data);
  }
};

}  // namespace basalt::catalog
