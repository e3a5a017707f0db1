// A row of pg_db_role_setting. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgDbRoleSettingRow {
  static constexpr Oid kCatalog{2964};

  Oid setdatabase;
  Oid setrole;
  std::optional<std::vector<std::string>> setconfig;

  CatalogRow to_row() const;
  static PgDbRoleSettingRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.setdatabase);
    v.field(r.setrole);
    v.field(r.setconfig);
  }
};

}  // namespace basalt::catalog
