// A row of pg_largeobject_metadata. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgLargeobjectMetadataRow {
  static constexpr Oid kCatalog{2995};

  Oid oid;
  Oid lomowner;
  Acl lomacl;

  CatalogRow to_row() const;
  static PgLargeobjectMetadataRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.lomowner);
    v.field(r.lomacl);
  }
};

}  // namespace basalt::catalog
