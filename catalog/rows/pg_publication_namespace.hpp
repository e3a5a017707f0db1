// A row of pg_publication_namespace. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgPublicationNamespaceRow {
  static constexpr Oid kCatalog{6237};

  Oid oid;
  Oid pnpubid;
  Oid pnnspid;

  CatalogRow to_row() const;
  static PgPublicationNamespaceRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.pnpubid);
    v.field(r.pnnspid);
  }
};

}  // namespace basalt::catalog
