// A row of pg_extension. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgExtensionRow {
  static constexpr Oid kCatalog{3079};

  Oid oid;
  std::string extname;
  Oid extowner;
  Oid extnamespace;
  bool extrelocatable = false;
  std::string extversion;
  std::optional<std::vector<Oid>> extconfig;
  std::optional<std::vector<std::string>> extcondition;

  CatalogRow to_row() const;
  static PgExtensionRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.extname);
    v.field(r.extowner);
    v.field(r.extnamespace);
    v.field(r.extrelocatable);
    v.field(r.extversion);
    v.field(r.extconfig);
    v.field(r.extcondition);
  }
};

}  // namespace basalt::catalog
