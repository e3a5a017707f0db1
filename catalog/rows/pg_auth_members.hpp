// A row of pg_auth_members. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgAuthMembersRow {
  static constexpr Oid kCatalog{1261};

  Oid roleid;
  Oid member;
  Oid grantor;
  bool admin_option = false;

  CatalogRow to_row() const;
  static PgAuthMembersRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.roleid);
    v.field(r.member);
    v.field(r.grantor);
    v.field(r.admin_option);
  }
};

}  // namespace basalt::catalog
