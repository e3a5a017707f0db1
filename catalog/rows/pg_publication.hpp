// A row of pg_publication. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgPublicationRow {
  static constexpr Oid kCatalog{6104};

  Oid oid;
  std::string pubname;
  Oid pubowner;
  bool puballtables = false;
  bool pubinsert = false;
  bool pubupdate = false;
  bool pubdelete = false;
  bool pubtruncate = false;
  bool pubviaroot = false;

  CatalogRow to_row() const;
  static PgPublicationRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.pubname);
    v.field(r.pubowner);
    v.field(r.puballtables);
    v.field(r.pubinsert);
    v.field(r.pubupdate);
    v.field(r.pubdelete);
    v.field(r.pubtruncate);
    v.field(r.pubviaroot);
  }
};

}  // namespace basalt::catalog
