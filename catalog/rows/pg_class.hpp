// A row of pg_class. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgClassRow {
  static constexpr Oid kCatalog{1259};

  Oid oid;
  std::string relname;
  Oid relnamespace;
  Oid reltype;
  Oid reloftype;
  Oid relowner;
  Oid relam;
  Oid relfilenode;
  Oid reltablespace;
  int32_t relpages = 0;
  float reltuples = -1;
  int32_t relallvisible = 0;
  Oid reltoastrelid;
  bool relhasindex = false;
  bool relisshared = false;
  char relpersistence = 'p';
  char relkind = 'r';
  int16_t relnatts = 0;
  int16_t relchecks = 0;
  bool relhasrules = false;
  bool relhastriggers = false;
  bool relhassubclass = false;
  bool relrowsecurity = false;
  bool relforcerowsecurity = false;
  bool relispopulated = true;
  char relreplident = 'd';
  bool relispartition = false;
  Oid relrewrite;
  uint32_t relfrozenxid = 3;
  uint32_t relminmxid = 1;
  Acl relacl;
  std::optional<std::vector<std::string>> reloptions;
  std::optional<std::string> relpartbound;

  CatalogRow to_row() const;
  static PgClassRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.relname);
    v.field(r.relnamespace);
    v.field(r.reltype);
    v.field(r.reloftype);
    v.field(r.relowner);
    v.field(r.relam);
    v.field(r.relfilenode);
    v.field(r.reltablespace);
    v.field(r.relpages);
    v.field(r.reltuples);
    v.field(r.relallvisible);
    v.field(r.reltoastrelid);
    v.field(r.relhasindex);
    v.field(r.relisshared);
    v.field(r.relpersistence);
    v.field(r.relkind);
    v.field(r.relnatts);
    v.field(r.relchecks);
    v.field(r.relhasrules);
    v.field(r.relhastriggers);
    v.field(r.relhassubclass);
    v.field(r.relrowsecurity);
    v.field(r.relforcerowsecurity);
    v.field(r.relispopulated);
    v.field(r.relreplident);
    v.field(r.relispartition);
    v.field(r.relrewrite);
    v.field(r.relfrozenxid);
    v.field(r.relminmxid);
    v.field(r.relacl);
    v.field(r.reloptions);
    v.field(r.relpartbound);
  }
};

}  // namespace basalt::catalog
