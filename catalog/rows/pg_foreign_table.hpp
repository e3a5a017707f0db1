// A row of pg_foreign_table. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgForeignTableRow {
  static constexpr Oid kCatalog{3118};

  Oid ftrelid;
  Oid ftserver;
  std::optional<std::vector<std::string>> ftoptions;

  CatalogRow to_row() const;
  static PgForeignTableRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.ftrelid);
    v.field(r.ftserver);
    v.field(r.ftoptions);
  }
};

}  // namespace basalt::catalog
