// A row of pg_shseclabel. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgShseclabelRow {
  static constexpr Oid kCatalog{3592};

  Oid objoid;
  Oid classoid;
  std::string provider;
  std::string label;

  CatalogRow to_row() const;
  static PgShseclabelRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.objoid);
    v.field(r.classoid);
    v.field(r.provider);
    v.field(r.label);
  }
};

}  // namespace basalt::catalog
