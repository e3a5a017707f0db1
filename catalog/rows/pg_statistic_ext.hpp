// A row of pg_statistic_ext. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgStatisticExtRow {
  static constexpr Oid kCatalog{3381};

  Oid oid;
  Oid stxrelid;
  std::string stxname;
  Oid stxnamespace;
  Oid stxowner;
  int32_t stxstattarget = -1;
  std::vector<int16_t> stxkeys;
  std::vector<char> stxkind;
  std::optional<std::string> stxexprs;

  CatalogRow to_row() const;
  static PgStatisticExtRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.stxrelid);
    v.field(r.stxname);
    v.field(r.stxnamespace);
    v.field(r.stxowner);
    v.field(r.stxstattarget);
    v.vector(r.stxkeys);
    v.field(r.stxkind);
    v.field(r.stxexprs);
  }
};

}  // namespace basalt::catalog
