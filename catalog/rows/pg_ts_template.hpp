// A row of pg_ts_template. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgTsTemplateRow {
  static constexpr Oid kCatalog{3764};

  Oid oid;
  std::string tmplname;
  Oid tmplnamespace;
  Oid tmplinit;
  Oid tmpllexize;

  CatalogRow to_row() const;
  static PgTsTemplateRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.tmplname);
    v.field(r.tmplnamespace);
    v.field(r.tmplinit);
    v.field(r.tmpllexize);
  }
};

}  // namespace basalt::catalog
