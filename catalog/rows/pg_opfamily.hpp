// A row of pg_opfamily. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgOpfamilyRow {
  static constexpr Oid kCatalog{2753};

  Oid oid;
  Oid opfmethod;
  std::string opfname;
  Oid opfnamespace;
  Oid opfowner;

  CatalogRow to_row() const;
  static PgOpfamilyRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.opfmethod);
    v.field(r.opfname);
    v.field(r.opfnamespace);
    v.field(r.opfowner);
  }
};

}  // namespace basalt::catalog
