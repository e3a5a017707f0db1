// A row of pg_subscription. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgSubscriptionRow {
  static constexpr Oid kCatalog{6100};

  Oid oid;
  Oid subdbid;
  int64_t subskiplsn = 0;
  std::string subname;
  Oid subowner;
  bool subenabled = false;
  bool subbinary = false;
  bool substream = false;
  char subtwophasestate = 0;
  bool subdisableonerr = false;
  std::string subconninfo;
  std::optional<std::string> subslotname;
  std::string subsynccommit;
  std::vector<std::string> subpublications;

  CatalogRow to_row() const;
  static PgSubscriptionRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.subdbid);
    v.field(r.subskiplsn);
    v.field(r.subname);
    v.field(r.subowner);
    v.field(r.subenabled);
    v.field(r.subbinary);
    v.field(r.substream);
    v.field(r.subtwophasestate);
    v.field(r.subdisableonerr);
    v.field(r.subconninfo);
    v.field(r.subslotname);
    v.field(r.subsynccommit);
    v.field(r.subpublications);
  }
};

}  // namespace basalt::catalog
