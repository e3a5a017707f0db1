// A row of pg_inherits. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgInheritsRow {
  static constexpr Oid kCatalog{2611};

  Oid inhrelid;
  Oid inhparent;
  int32_t inhseqno = 1;
  bool inhdetachpending = false;

  CatalogRow to_row() const;
  static PgInheritsRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.inhrelid);
    v.field(r.inhparent);
    v.field(r.inhseqno);
    v.field(r.inhdetachpending);
  }
};

}  // namespace basalt::catalog
