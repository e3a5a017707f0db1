// A row of pg_proc. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgProcRow {
  static constexpr Oid kCatalog{1255};

  Oid oid;
  std::string proname;
  Oid pronamespace;
  Oid proowner;
  Oid prolang;
  float procost = 1;
  float prorows = 0;
  Oid provariadic;
  Oid prosupport;
  char prokind = 'f';
  bool prosecdef = false;
  bool proleakproof = false;
  bool proisstrict = false;
  bool proretset = false;
  char provolatile = 'v';
  char proparallel = 'u';
  int16_t pronargs = 0;
  int16_t pronargdefaults = 0;
  Oid prorettype;
  std::vector<Oid> proargtypes;
  std::optional<std::vector<Oid>> proallargtypes;
  std::optional<std::vector<char>> proargmodes;
  std::optional<std::vector<std::string>> proargnames;
  std::optional<std::string> proargdefaults;
  std::optional<std::vector<Oid>> protrftypes;
  std::string prosrc;
  std::optional<std::string> probin;
  std::optional<std::string> prosqlbody;
  std::optional<std::vector<std::string>> proconfig;
  Acl proacl;

  CatalogRow to_row() const;
  static PgProcRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.proname);
    v.field(r.pronamespace);
    v.field(r.proowner);
    v.field(r.prolang);
    v.field(r.procost);
    v.field(r.prorows);
    v.field(r.provariadic);
    v.field(r.prosupport);
    v.field(r.prokind);
    v.field(r.prosecdef);
    v.field(r.proleakproof);
    v.field(r.proisstrict);
    v.field(r.proretset);
    v.field(r.provolatile);
    v.field(r.proparallel);
    v.field(r.pronargs);
    v.field(r.pronargdefaults);
    v.field(r.prorettype);
    v.vector(r.proargtypes);
    v.field(r.proallargtypes);
    v.field(r.proargmodes);
    v.field(r.proargnames);
    v.field(r.proargdefaults);
    v.field(r.protrftypes);
    v.field(r.prosrc);
    v.field(r.probin);
    v.field(r.prosqlbody);
    v.field(r.proconfig);
    v.field(r.proacl);
  }
};

}  // namespace basalt::catalog
