// A row of pg_init_privs. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgInitPrivsRow {
  static constexpr Oid kCatalog{3394};

  Oid objoid;
  Oid classoid;
  int32_t objsubid = 0;
  char privtype = 'i';
  Acl initprivs;

  CatalogRow to_row() const;
  static PgInitPrivsRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.objoid);
    v.field(r.classoid);
    v.field(r.objsubid);
    v.field(r.privtype);
    v.field(r.initprivs);
  }
};

}  // namespace basalt::catalog
