// A row of pg_depend. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgDependRow {
  static constexpr Oid kCatalog{2608};

  Oid classid;
  Oid objid;
  int32_t objsubid = 0;
  Oid refclassid;
  Oid refobjid;
  int32_t refobjsubid = 0;
  char deptype = 'n';

  CatalogRow to_row() const;
  static PgDependRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.classid);
    v.field(r.objid);
    v.field(r.objsubid);
    v.field(r.refclassid);
    v.field(r.refobjid);
    v.field(r.refobjsubid);
    v.field(r.deptype);
  }
};

}  // namespace basalt::catalog
