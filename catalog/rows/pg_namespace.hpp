// A row of pg_namespace. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgNamespaceRow {
  static constexpr Oid kCatalog{2615};

  Oid oid;
  std::string nspname;
  Oid nspowner;
  Acl nspacl;

  CatalogRow to_row() const;
  static PgNamespaceRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.nspname);
    v.field(r.nspowner);
    v.field(r.nspacl);
  }
};

}  // namespace basalt::catalog
