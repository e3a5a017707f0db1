// A row of pg_aggregate. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgAggregateRow {
  static constexpr Oid kCatalog{2600};

  Oid aggfnoid;
  char aggkind = 'n';
  int16_t aggnumdirectargs = 0;
  Oid aggtransfn;
  Oid aggfinalfn;
  Oid aggcombinefn;
  Oid aggserialfn;
  Oid aggdeserialfn;
  Oid aggmtransfn;
  Oid aggminvtransfn;
  Oid aggmfinalfn;
  bool aggfinalextra = false;
  bool aggmfinalextra = false;
  char aggfinalmodify = 'r';
  char aggmfinalmodify = 'r';
  Oid aggsortop;
  Oid aggtranstype;
  int32_t aggtransspace = 0;
  Oid aggmtranstype;
  int32_t aggmtransspace = 0;
  std::optional<std::string> agginitval;
  std::optional<std::string> aggminitval;

  CatalogRow to_row() const;
  static PgAggregateRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.aggfnoid);
    v.field(r.aggkind);
    v.field(r.aggnumdirectargs);
    v.field(r.aggtransfn);
    v.field(r.aggfinalfn);
    v.field(r.aggcombinefn);
    v.field(r.aggserialfn);
    v.field(r.aggdeserialfn);
    v.field(r.aggmtransfn);
    v.field(r.aggminvtransfn);
    v.field(r.aggmfinalfn);
    v.field(r.aggfinalextra);
    v.field(r.aggmfinalextra);
    v.field(r.aggfinalmodify);
    v.field(r.aggmfinalmodify);
    v.field(r.aggsortop);
    v.field(r.aggtranstype);
    v.field(r.aggtransspace);
    v.field(r.aggmtranstype);
    v.field(r.aggmtransspace);
    v.field(r.agginitval);
    v.field(r.aggminitval);
  }
};

}  // namespace basalt::catalog
