// A row of pg_sequence. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgSequenceRow {
  static constexpr Oid kCatalog{2224};

  Oid seqrelid;
  Oid seqtypid;
  int64_t seqstart = 1;
  int64_t seqincrement = 1;
  int64_t seqmax = 0;
  int64_t seqmin = 1;
  int64_t seqcache = 1;
  bool seqcycle = false;

  CatalogRow to_row() const;
  static PgSequenceRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.seqrelid);
    v.field(r.seqtypid);
    v.field(r.seqstart);
    v.field(r.seqincrement);
    v.field(r.seqmax);
    v.field(r.seqmin);
    v.field(r.seqcache);
    v.field(r.seqcycle);
  }
};

}  // namespace basalt::catalog
