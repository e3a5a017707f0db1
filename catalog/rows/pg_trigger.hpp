// A row of pg_trigger. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgTriggerRow {
  static constexpr Oid kCatalog{2620};

  Oid oid;
  Oid tgrelid;
  Oid tgparentid;
  std::string tgname;
  Oid tgfoid;
  int16_t tgtype = 0;
  char tgenabled = 'O';
  bool tgisinternal = false;
  Oid tgconstrrelid;
  Oid tgconstrindid;
  Oid tgconstraint;
  bool tgdeferrable = false;
  bool tginitdeferred = false;
  int16_t tgnargs = 0;
  std::vector<int16_t> tgattr;
  std::string tgargs;
  std::optional<std::string> tgqual;
  std::optional<std::string> tgoldtable;
  std::optional<std::string> tgnewtable;

  CatalogRow to_row() const;
  static PgTriggerRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.tgrelid);
    v.field(r.tgparentid);
    v.field(r.tgname);
    v.field(r.tgfoid);
    v.field(r.tgtype);
    v.field(r.tgenabled);
    v.field(r.tgisinternal);
    v.field(r.tgconstrrelid);
    v.field(r.tgconstrindid);
    v.field(r.tgconstraint);
    v.field(r.tgdeferrable);
    v.field(r.tginitdeferred);
    v.field(r.tgnargs);
    v.vector(r.tgattr);
    v.field(r.tgargs);
    v.field(r.tgqual);
    v.field(r.tgoldtable);
    v.field(r.tgnewtable);
  }
};

}  // namespace basalt::catalog
