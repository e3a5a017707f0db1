// A row of pg_enum. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgEnumRow {
  static constexpr Oid kCatalog{3501};

  Oid oid;
  Oid enumtypid;
  float enumsortorder = 0;
  std::string enumlabel;

  CatalogRow to_row() const;
  static PgEnumRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.enumtypid);
    v.field(r.enumsortorder);
    v.field(r.enumlabel);
  }
};

}  // namespace basalt::catalog
