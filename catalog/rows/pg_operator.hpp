// A row of pg_operator. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgOperatorRow {
  static constexpr Oid kCatalog{2617};

  Oid oid;
  std::string oprname;
  Oid oprnamespace;
  Oid oprowner;
  char oprkind = 'b';
  bool oprcanmerge = false;
  bool oprcanhash = false;
  Oid oprleft;
  Oid oprright;
  Oid oprresult;
  Oid oprcom;
  Oid oprnegate;
  Oid oprcode;
  Oid oprrest;
  Oid oprjoin;

  CatalogRow to_row() const;
  static PgOperatorRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.oprname);
    v.field(r.oprnamespace);
    v.field(r.oprowner);
    v.field(r.oprkind);
    v.field(r.oprcanmerge);
    v.field(r.oprcanhash);
    v.field(r.oprleft);
    v.field(r.oprright);
    v.field(r.oprresult);
    v.field(r.oprcom);
    v.field(r.oprnegate);
    v.field(r.oprcode);
    v.field(r.oprrest);
    v.field(r.oprjoin);
  }
};

}  // namespace basalt::catalog
