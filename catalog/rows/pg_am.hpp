// A row of pg_am. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgAmRow {
  static constexpr Oid kCatalog{2601};

  Oid oid;
  std::string amname;
  Oid amhandler;
  char amtype = 'i';

  CatalogRow to_row() const;
  static PgAmRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.amname);
    v.field(r.amhandler);
    v.field(r.amtype);
  }
};

}  // namespace basalt::catalog
