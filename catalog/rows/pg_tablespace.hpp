// A row of pg_tablespace. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgTablespaceRow {
  static constexpr Oid kCatalog{1213};

  Oid oid;
  std::string spcname;
  Oid spcowner;
  Acl spcacl;
  std::optional<std::vector<std::string>> spcoptions;

  CatalogRow to_row() const;
  static PgTablespaceRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.spcname);
    v.field(r.spcowner);
    v.field(r.spcacl);
    v.field(r.spcoptions);
  }
};

}  // namespace basalt::catalog
