// A row of pg_ts_dict. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgTsDictRow {
  static constexpr Oid kCatalog{3600};

  Oid oid;
  std::string dictname;
  Oid dictnamespace;
  Oid dictowner;
  Oid dicttemplate;
  std::optional<std::string> dictinitoption;

  CatalogRow to_row() const;
  static PgTsDictRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.dictname);
    v.field(r.dictnamespace);
    v.field(r.dictowner);
    v.field(r.dicttemplate);
    v.field(r.dictinitoption);
  }
};

}  // namespace basalt::catalog
