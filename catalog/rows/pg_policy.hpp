// A row of pg_policy. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgPolicyRow {
  static constexpr Oid kCatalog{3256};

  Oid oid;
  std::string polname;
  Oid polrelid;
  char polcmd = '*';
  bool polpermissive = true;
  std::vector<Oid> polroles;
  std::optional<std::string> polqual;
  std::optional<std::string> polwithcheck;

  CatalogRow to_row() const;
  static PgPolicyRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.polname);
    v.field(r.polrelid);
    v.field(r.polcmd);
    v.field(r.polpermissive);
    v.field(r.polroles);
    v.field(r.polqual);
    v.field(r.polwithcheck);
  }
};

}  // namespace basalt::catalog
