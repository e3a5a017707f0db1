// A row of pg_seclabel. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgSeclabelRow {
  static constexpr Oid kCatalog{3596};

  Oid objoid;
  Oid classoid;
  int32_t objsubid = 0;
  std::string provider;
  std::string label;

  CatalogRow to_row() const;
  static PgSeclabelRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.objoid);
    v.field(r.classoid);
    v.field(r.objsubid);
    v.field(r.provider);
    v.field(r.label);
  }
};

}  // namespace basalt::catalog
