// A row of pg_database. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgDatabaseRow {
  static constexpr Oid kCatalog{1262};

  Oid oid;
  std::string datname;
  Oid datdba;
  int32_t encoding = 6;
  char datlocprovider = 'c';
  bool datistemplate = false;
  bool datallowconn = true;
  int32_t datconnlimit = -1;
  uint32_t datfrozenxid = 3;
  uint32_t datminmxid = 1;
  Oid dattablespace;
  std::string datcollate;
  std::string datctype;
  std::optional<std::string> daticulocale;
  std::optional<std::string> datcollversion;
  Acl datacl;

  CatalogRow to_row() const;
  static PgDatabaseRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.datname);
    v.field(r.datdba);
    v.field(r.encoding);
    v.field(r.datlocprovider);
    v.field(r.datistemplate);
    v.field(r.datallowconn);
    v.field(r.datconnlimit);
    v.field(r.datfrozenxid);
    v.field(r.datminmxid);
    v.field(r.dattablespace);
    v.field(r.datcollate);
    v.field(r.datctype);
    v.field(r.daticulocale);
    v.field(r.datcollversion);
    v.field(r.datacl);
  }
};

}  // namespace basalt::catalog
