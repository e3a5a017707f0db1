// A row of pg_index. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgIndexRow {
  static constexpr Oid kCatalog{2610};

  Oid indexrelid;
  Oid indrelid;
  int16_t indnatts = 0;
  int16_t indnkeyatts = 0;
  bool indisunique = false;
  bool indnullsnotdistinct = false;
  bool indisprimary = false;
  bool indisexclusion = false;
  bool indimmediate = true;
  bool indisclustered = false;
  bool indisvalid = true;
  bool indcheckxmin = false;
  bool indisready = true;
  bool indislive = true;
  bool indisreplident = false;
  std::vector<int16_t> indkey;
  std::vector<Oid> indcollation;
  std::vector<Oid> indclass;
  std::vector<int16_t> indoption;
  std::optional<std::string> indexprs;
  std::optional<std::string> indpred;

  CatalogRow to_row() const;
  static PgIndexRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.indexrelid);
    v.field(r.indrelid);
    v.field(r.indnatts);
    v.field(r.indnkeyatts);
    v.field(r.indisunique);
    v.field(r.indnullsnotdistinct);
    v.field(r.indisprimary);
    v.field(r.indisexclusion);
    v.field(r.indimmediate);
    v.field(r.indisclustered);
    v.field(r.indisvalid);
    v.field(r.indcheckxmin);
    v.field(r.indisready);
    v.field(r.indislive);
    v.field(r.indisreplident);
    v.vector(r.indkey);
    v.vector(r.indcollation);
    v.vector(r.indclass);
    v.vector(r.indoption);
    v.field(r.indexprs);
    v.field(r.indpred);
  }
};

}  // namespace basalt::catalog
