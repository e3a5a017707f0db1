// A row of pg_range. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgRangeRow {
  static constexpr Oid kCatalog{3541};

  Oid rngtypid;
  Oid rngsubtype;
  Oid rngmultitypid;
  Oid rngcollation;
  Oid rngsubopc;
  Oid rngcanonical;
  Oid rngsubdiff;

  CatalogRow to_row() const;
  static PgRangeRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.rngtypid);
    v.field(r.rngsubtype);
    v.field(r.rngmultitypid);
    v.field(r.rngcollation);
    v.field(r.rngsubopc);
    v.field(r.rngcanonical);
    v.field(r.rngsubdiff);
  }
};

}  // namespace basalt::catalog
