// A row of pg_shdepend. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgShdependRow {
  static constexpr Oid kCatalog{1214};

  Oid dbid;
  Oid classid;
  Oid objid;
  int32_t objsubid = 0;
  Oid refclassid;
  Oid refobjid;
  char deptype = 'n';

  CatalogRow to_row() const;
  static PgShdependRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.dbid);
    v.field(r.classid);
    v.field(r.objid);
    v.field(r.objsubid);
    v.field(r.refclassid);
    v.field(r.refobjid);
    v.field(r.deptype);
  }
};

}  // namespace basalt::catalog
