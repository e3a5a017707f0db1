// A row of pg_statistic. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgStatisticRow {
  static constexpr Oid kCatalog{2619};

  Oid starelid;
  int16_t staattnum = 0;
  bool stainherit = false;
  float stanullfrac = 0;
  int32_t stawidth = 0;
  float stadistinct = 0;
  int16_t stakind1 = 0;
  int16_t stakind2 = 0;
  int16_t stakind3 = 0;
  int16_t stakind4 = 0;
  int16_t stakind5 = 0;
  Oid staop1;
  Oid staop2;
  Oid staop3;
  Oid staop4;
  Oid staop5;
  Oid stacoll1;
  Oid stacoll2;
  Oid stacoll3;
  Oid stacoll4;
  Oid stacoll5;
  std::optional<std::vector<float>> stanumbers1;
  std::optional<std::vector<float>> stanumbers2;
  std::optional<std::vector<float>> stanumbers3;
  std::optional<std::vector<float>> stanumbers4;
  std::optional<std::vector<float>> stanumbers5;
  std::optional<std::string> stavalues1;
  std::optional<std::string> stavalues2;
  std::optional<std::string> stavalues3;
  std::optional<std::string> stavalues4;
  std::optional<std::string> stavalues5;

  CatalogRow to_row() const;
  static PgStatisticRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.starelid);
    v.field(r.staattnum);
    v.field(r.stainherit);
    v.field(r.stanullfrac);
    v.field(r.stawidth);
    v.field(r.stadistinct);
    v.field(r.stakind1);
    v.field(r.stakind2);
    v.field(r.stakind3);
    v.field(r.stakind4);
    v.field(r.stakind5);
    v.field(r.staop1);
    v.field(r.staop2);
    v.field(r.staop3);
    v.field(r.staop4);
    v.field(r.staop5);
    v.field(r.stacoll1);
    v.field(r.stacoll2);
    v.field(r.stacoll3);
    v.field(r.stacoll4);
    v.field(r.stacoll5);
    v.field(r.stanumbers1);
    v.field(r.stanumbers2);
    v.field(r.stanumbers3);
    v.field(r.stanumbers4);
    v.field(r.stanumbers5);
    v.field(r.stavalues1);
    v.field(r.stavalues2);
    v.field(r.stavalues3);
    v.field(r.stavalues4);
    v.field(r.stavalues5);
  }
};

}  // namespace basalt::catalog
