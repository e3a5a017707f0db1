// A row of pg_constraint. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgConstraintRow {
  static constexpr Oid kCatalog{2606};

  Oid oid;
  std::string conname;
  Oid connamespace;
  char contype = 'c';
  bool condeferrable = false;
  bool condeferred = false;
  bool convalidated = true;
  Oid conrelid;
  Oid contypid;
  Oid conindid;
  Oid conparentid;
  Oid confrelid;
  char confupdtype = ' ';
  char confdeltype = ' ';
  char confmatchtype = ' ';
  bool conislocal = true;
  int32_t coninhcount = 0;
  bool connoinherit = false;
  std::optional<std::vector<int16_t>> conkey;
  std::optional<std::vector<int16_t>> confkey;
  std::optional<std::vector<Oid>> conpfeqop;
  std::optional<std::vector<Oid>> conppeqop;
  std::optional<std::vector<Oid>> conffeqop;
  std::optional<std::vector<int16_t>> confdelsetcols;
  std::optional<std::vector<Oid>> conexclop;
  std::optional<std::string> conbin;

  CatalogRow to_row() const;
  static PgConstraintRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.conname);
    v.field(r.connamespace);
    v.field(r.contype);
    v.field(r.condeferrable);
    v.field(r.condeferred);
    v.field(r.convalidated);
    v.field(r.conrelid);
    v.field(r.contypid);
    v.field(r.conindid);
    v.field(r.conparentid);
    v.field(r.confrelid);
    v.field(r.confupdtype);
    v.field(r.confdeltype);
    v.field(r.confmatchtype);
    v.field(r.conislocal);
    v.field(r.coninhcount);
    v.field(r.connoinherit);
    v.field(r.conkey);
    v.field(r.confkey);
    v.field(r.conpfeqop);
    v.field(r.conppeqop);
    v.field(r.conffeqop);
    v.field(r.confdelsetcols);
    v.field(r.conexclop);
    v.field(r.conbin);
  }
};

}  // namespace basalt::catalog
