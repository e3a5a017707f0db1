// A row of pg_foreign_data_wrapper. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgForeignDataWrapperRow {
  static constexpr Oid kCatalog{2328};

  Oid oid;
  std::string fdwname;
  Oid fdwowner;
  Oid fdwhandler;
  Oid fdwvalidator;
  Acl fdwacl;
  std::optional<std::vector<std::string>> fdwoptions;

  CatalogRow to_row() const;
  static PgForeignDataWrapperRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.fdwname);
    v.field(r.fdwowner);
    v.field(r.fdwhandler);
    v.field(r.fdwvalidator);
    v.field(r.fdwacl);
    v.field(r.fdwoptions);
  }
};

}  // namespace basalt::catalog
