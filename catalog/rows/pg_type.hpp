// A row of pg_type. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgTypeRow {
  static constexpr Oid kCatalog{1247};

  Oid oid;
  std::string typname;
  Oid typnamespace;
  Oid typowner;
  int16_t typlen = 0;
  bool typbyval = false;
  char typtype = 'b';
  char typcategory = 'U';
  bool typispreferred = false;
  bool typisdefined = true;
  char typdelim = ',';
  Oid typrelid;
  Oid typsubscript;
  Oid typelem;
  Oid typarray;
  Oid typinput;
  Oid typoutput;
  Oid typreceive;
  Oid typsend;
  Oid typmodin;
  Oid typmodout;
  Oid typanalyze;
  char typalign = 'i';
  char typstorage = 'p';
  bool typnotnull = false;
  Oid typbasetype;
  int32_t typtypmod = -1;
  int32_t typndims = 0;
  Oid typcollation;
  std::optional<std::string> typdefaultbin;
  std::optional<std::string> typdefault;
  Acl typacl;

  CatalogRow to_row() const;
  static PgTypeRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.oid);
    v.field(r.typname);
    v.field(r.typnamespace);
    v.field(r.typowner);
    v.field(r.typlen);
    v.field(r.typbyval);
    v.field(r.typtype);
    v.field(r.typcategory);
    v.field(r.typispreferred);
    v.field(r.typisdefined);
    v.field(r.typdelim);
    v.field(r.typrelid);
    v.field(r.typsubscript);
    v.field(r.typelem);
    v.field(r.typarray);
    v.field(r.typinput);
    v.field(r.typoutput);
    v.field(r.typreceive);
    v.field(r.typsend);
    v.field(r.typmodin);
    v.field(r.typmodout);
    v.field(r.typanalyze);
    v.field(r.typalign);
    v.field(r.typstorage);
    v.field(r.typnotnull);
    v.field(r.typbasetype);
    v.field(r.typtypmod);
    v.field(r.typndims);
    v.field(r.typcollation);
    v.field(r.typdefaultbin);
    v.field(r.typdefault);
    v.field(r.typacl);
  }
};

}  // namespace basalt::catalog
