// A row of pg_shdescription. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgShdescriptionRow {
  static constexpr Oid kCatalog{2396};

  Oid objoid;
  Oid classoid;
  std::string description;

  CatalogRow to_row() const;
  static PgShdescriptionRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.objoid);
    v.field(r.classoid);
    v.field(r.description);
  }
};

}  // namespace basalt::catalog
