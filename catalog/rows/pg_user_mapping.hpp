// A row of pg_user_mapping. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgUserMappingRow {
  static constexpr Oid kCatalog{1418};

  Oid oid;
  Oid umuser;
  Oid umserver;
  std::optional<std::vector<std::string>> umoptions;

  CatalogRow to_row() const;
  static PgUserMappingRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.umuser);
    v.field(r.umserver);
    v.field(r.umoptions);
  }
};

}  // namespace basalt::catalog
