// A row of pg_publication_rel. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgPublicationRelRow {
  static constexpr Oid kCatalog{6106};

  Oid oid;
  Oid prpubid;
  Oid prrelid;
  std::optional<std::string> prqual;
  std::optional<std::vector<int16_t>> prattrs;

  CatalogRow to_row() const;
  static PgPublicationRelRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.prpubid);
    v.field(r.prrelid);
    v.field(r.prqual);
    v.vector(r.prattrs);
  }
};

}  // namespace basalt::catalog
