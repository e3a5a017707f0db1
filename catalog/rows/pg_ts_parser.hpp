// A row of pg_ts_parser. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgTsParserRow {
  static constexpr Oid kCatalog{3601};

  Oid oid;
  std::string prsname;
  Oid prsnamespace;
  Oid prsstart;
  Oid prstoken;
  Oid prsend;
  Oid prsheadline;
  Oid prslextype;

  CatalogRow to_row() const;
  static PgTsParserRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.prsname);
    v.field(r.prsnamespace);
    v.field(r.prsstart);
    v.field(r.prstoken);
    v.field(r.prsend);
    v.field(r.prsheadline);
    v.field(r.prslextype);
  }
};

}  // namespace basalt::catalog
