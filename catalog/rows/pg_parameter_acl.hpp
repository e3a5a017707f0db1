// A row of pg_parameter_acl. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgParameterAclRow {
  static constexpr Oid kCatalog{6243};

  Oid oid;
  std::string parname;
  Acl paracl;

  CatalogRow to_row() const;
  static PgParameterAclRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.parname);
    v.field(r.paracl);
  }
};

}  // namespace basalt::catalog
