// A row of pg_conversion. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgConversionRow {
  static constexpr Oid kCatalog{2607};

  Oid oid;
  std::string conname;
  Oid connamespace;
  Oid conowner;
  int32_t conforencoding = 0;
  int32_t contoencoding = 0;
  Oid conproc;
  bool condefault = false;

  CatalogRow to_row() const;
  static PgConversionRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.conname);
    v.field(r.connamespace);
    v.field(r.conowner);
    v.field(r.conforencoding);
    v.field(r.contoencoding);
    v.field(r.conproc);
    v.field(r.condefault);
  }
};

}  // namespace basalt::catalog
