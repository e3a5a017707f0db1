// A row of pg_event_trigger. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgEventTriggerRow {
  static constexpr Oid kCatalog{3466};

  Oid oid;
  std::string evtname;
  std::string evtevent;
  Oid evtowner;
  Oid evtfoid;
  char evtenabled = 'O';
  std::optional<std::vector<std::string>> evttags;

  CatalogRow to_row() const;
  static PgEventTriggerRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.evtname);
    v.field(r.evtevent);
    v.field(r.evtowner);
    v.field(r.evtfoid);
    v.field(r.evtenabled);
    v.field(r.evttags);
  }
};

}  // namespace basalt::catalog
