// A row of pg_statistic_ext_data. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgStatisticExtDataRow {
  static constexpr Oid kCatalog{3429};

  Oid stxoid;
  bool stxdinherit = false;
  std::optional<std::string> stxdndistinct;
  std::optional<std::string> stxddependencies;
  std::optional<std::string> stxdmcv;
  std::optional<std::string> stxdexpr;

  CatalogRow to_row() const;
  static PgStatisticExtDataRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.stxoid);
    v.field(r.stxdinherit);
    v.field(r.stxdndistinct);
    v.field(r.stxddependencies);
    v.field(r.stxdmcv);
    v.field(r.stxdexpr);
  }
};

}  // namespace basalt::catalog
