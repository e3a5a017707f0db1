// A row of pg_opclass. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgOpclassRow {
  static constexpr Oid kCatalog{2616};

  Oid oid;
  Oid opcmethod;
  std::string opcname;
  Oid opcnamespace;
  Oid opcowner;
  Oid opcfamily;
  Oid opcintype;
  bool opcdefault = false;
  Oid opckeytype;

  CatalogRow to_row() const;
  static PgOpclassRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.opcmethod);
    v.field(r.opcname);
    v.field(r.opcnamespace);
    v.field(r.opcowner);
    v.field(r.opcfamily);
    v.field(r.opcintype);
    v.field(r.opcdefault);
    v.field(r.opckeytype);
  }
};

}  // namespace basalt::catalog
