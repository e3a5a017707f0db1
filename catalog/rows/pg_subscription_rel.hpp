// A row of pg_subscription_rel. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgSubscriptionRelRow {
  static constexpr Oid kCatalog{6102};

  Oid srsubid;
  Oid srrelid;
  char srsubstate = 0;
  std::optional<int64_t> srsublsn;

  CatalogRow to_row() const;
  static PgSubscriptionRelRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.srsubid);
    v.field(r.srrelid);
    v.field(r.srsubstate);
    v.field(r.srsublsn);
  }
};

}  // namespace basalt::catalog
