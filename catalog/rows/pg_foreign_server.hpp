// A row of pg_foreign_server. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgForeignServerRow {
  static constexpr Oid kCatalog{1417};

  Oid oid;
  std::string srvname;
  Oid srvowner;
  Oid srvfdw;
  std::optional<std::string> srvtype;
  std::optional<std::string> srvversion;
  Acl srvacl;
  std::optional<std::vector<std::string>> srvoptions;

  CatalogRow to_row() const;
  static PgForeignServerRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.srvname);
    v.field(r.srvowner);
    v.field(r.srvfdw);
    v.field(r.srvtype);
    v.field(r.srvversion);
    v.field(r.srvacl);
    v.field(r.srvoptions);
  }
};

}  // namespace basalt::catalog
