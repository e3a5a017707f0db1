// A row of pg_collation. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgCollationRow {
  static constexpr Oid kCatalog{3456};

  Oid oid;
  std::string collname;
  Oid collnamespace;
  Oid collowner;
  char collprovider = 'c';
  bool collisdeterministic = true;
  int32_t collencoding = -1;
  std::optional<std::string> collcollate;
  std::optional<std::string> collctype;
  std::optional<std::string> colliculocale;
  std::optional<std::string> collversion;

  CatalogRow to_row() const;
  static PgCollationRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.collname);
    v.field(r.collnamespace);
    v.field(r.collowner);
    v.field(r.collprovider);
    v.field(r.collisdeterministic);
    v.field(r.collencoding);
    v.field(r.collcollate);
    v.field(r.collctype);
    v.field(r.colliculocale);
    v.field(r.collversion);
  }
};

}  // namespace basalt::catalog
