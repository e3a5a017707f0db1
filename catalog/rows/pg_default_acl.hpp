// A row of pg_default_acl. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgDefaultAclRow {
  static constexpr Oid kCatalog{826};

  Oid oid;
  Oid defaclrole;
  Oid defaclnamespace;
  char defaclobjtype = 0;
  Acl defaclacl;

  CatalogRow to_row() const;
  static PgDefaultAclRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.defaclrole);
    v.field(r.defaclnamespace);
    v.field(r.defaclobjtype);
    v.field(r.defaclacl);
  }
};

}  // namespace basalt::catalog
