// A row of pg_rewrite. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgRewriteRow {
  static constexpr Oid kCatalog{2618};

  Oid oid;
  std::string rulename;
  Oid ev_class;
  char ev_type = '1';
  char ev_enabled = 'O';
  bool is_instead = false;
  std::string ev_qual;
  std::string ev_action;

  CatalogRow to_row() const;
  static PgRewriteRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.rulename);
    v.field(r.ev_class);
    v.field(r.ev_type);
    v.field(r.ev_enabled);
    v.field(r.is_instead);
    v.field(r.ev_qual);
    v.field(r.ev_action);
  }
};

}  // namespace basalt::catalog
