// A row of pg_attrdef. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgAttrdefRow {
  static constexpr Oid kCatalog{2604};

  Oid oid;
  Oid adrelid;
  int16_t adnum = 0;
  std::string adbin;

  CatalogRow to_row() const;
  static PgAttrdefRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.adrelid);
    v.field(r.adnum);
    v.field(r.adbin);
  }
};

}  // namespace basalt::catalog
