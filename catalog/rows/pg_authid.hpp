// A row of pg_authid. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgAuthidRow {
  static constexpr Oid kCatalog{1260};

  Oid oid;
  std::string rolname;
  bool rolsuper = false;
  bool rolinherit = true;
  bool rolcreaterole = false;
  bool rolcreatedb = false;
  bool rolcanlogin = false;
  bool rolreplication = false;
  bool rolbypassrls = false;
  int32_t rolconnlimit = -1;
  std::optional<std::string> rolpassword;
  std::optional<int64_t> rolvaliduntil;

  CatalogRow to_row() const;
  static PgAuthidRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.rolname);
    v.field(r.rolsuper);
    v.field(r.rolinherit);
    v.field(r.rolcreaterole);
    v.field(r.rolcreatedb);
    v.field(r.rolcanlogin);
    v.field(r.rolreplication);
    v.field(r.rolbypassrls);
    v.field(r.rolconnlimit);
    v.field(r.rolpassword);
    v.field(r.rolvaliduntil);
  }
};

}  // namespace basalt::catalog
