// A row of pg_description. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgDescriptionRow {
  static constexpr Oid kCatalog{2609};

  Oid objoid;
  Oid classoid;
  int32_t objsubid = 0;
  std::string description;

  CatalogRow to_row() const;
  static PgDescriptionRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.objoid);
    v.field(r.classoid);
    v.field(r.objsubid);
    v.field(r.description);
  }
};

}  // namespace basalt::catalog
