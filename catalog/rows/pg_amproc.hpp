// A row of pg_amproc. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgAmprocRow {
  static constexpr Oid kCatalog{2603};

  Oid oid;
  Oid amprocfamily;
  Oid amproclefttype;
  Oid amprocrighttype;
  int16_t amprocnum = 0;
  Oid amproc;

  CatalogRow to_row() const;
  static PgAmprocRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.amprocfamily);
    v.field(r.amproclefttype);
    v.field(r.amprocrighttype);
    v.field(r.amprocnum);
    v.field(r.amproc);
  }
};

}  // namespace basalt::catalog
