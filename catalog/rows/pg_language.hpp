// A row of pg_language. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgLanguageRow {
  static constexpr Oid kCatalog{2612};

  Oid oid;
  std::string lanname;
  Oid lanowner;
  bool lanispl = false;
  bool lanpltrusted = false;
  Oid lanplcallfoid;
  Oid laninline;
  Oid lanvalidator;
  Acl lanacl;

  CatalogRow to_row() const;
  static PgLanguageRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.lanname);
    v.field(r.lanowner);
    v.field(r.lanispl);
    v.field(r.lanpltrusted);
    v.field(r.lanplcallfoid);
    v.field(r.laninline);
    v.field(r.lanvalidator);
    v.field(r.lanacl);
  }
};

}  // namespace basalt::catalog
