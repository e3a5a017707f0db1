// A row of pg_amop. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgAmopRow {
  static constexpr Oid kCatalog{2602};

  Oid oid;
  Oid amopfamily;
  Oid amoplefttype;
  Oid amoprighttype;
  int16_t amopstrategy = 0;
  char amoppurpose = 's';
  Oid amopopr;
  Oid amopmethod;
  Oid amopsortfamily;

  CatalogRow to_row() const;
  static PgAmopRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.amopfamily);
    v.field(r.amoplefttype);
    v.field(r.amoprighttype);
    v.field(r.amopstrategy);
    v.field(r.amoppurpose);
    v.field(r.amopopr);
    v.field(r.amopmethod);
    v.field(r.amopsortfamily);
  }
};

}  // namespace basalt::catalog
