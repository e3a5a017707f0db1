// A row of pg_attribute. Written by tools/catalog_rows.py; do not edit.
#pragma once

#include "catalog/row_codec.hpp"

namespace basalt::catalog {

struct PgAttributeRow {
  static constexpr Oid kCatalog{1249};

  Oid attrelid;
  std::string attname;
  Oid atttypid;
  int32_t attstattarget = -1;
  int16_t attlen = 0;
  int16_t attnum = 0;
  int32_t attndims = 0;
  int32_t attcacheoff = -1;
  int32_t atttypmod = -1;
  bool attbyval = false;
  char attalign = 'i';
  char attstorage = 'p';
  char attcompression = 0;
  bool attnotnull = false;
  bool atthasdef = false;
  bool atthasmissing = false;
  char attidentity = 0;
  char attgenerated = 0;
  bool attisdropped = false;
  bool attislocal = true;
  int32_t attinhcount = 0;
  Oid attcollation;
  Acl attacl;
  std::optional<std::vector<std::string>> attoptions;
  std::optional<std::vector<std::string>> attfdwoptions;
  std::optional<std::string> attmissingval;

  CatalogRow to_row() const;
  static PgAttributeRow from_row(const CatalogRow& row);

  template <typename Row, typename Codec>
  static void visit(Row& r, Codec& v) {
    v.field(r.attrelid);
    v.field(r.attname);
    v.field(r.atttypid);
    v.field(r.attstattarget);
    v.field(r.attlen);
    v.field(r.attnum);
    v.field(r.attndims);
    v.field(r.attcacheoff);
    v.field(r.atttypmod);
    v.field(r.attbyval);
    v.field(r.attalign);
    v.field(r.attstorage);
    v.field(r.attcompression);
    v.field(r.attnotnull);
    v.field(r.atthasdef);
    v.field(r.atthasmissing);
    v.field(r.attidentity);
    v.field(r.attgenerated);
    v.field(r.attisdropped);
    v.field(r.attislocal);
    v.field(r.attinhcount);
    v.field(r.attcollation);
    v.field(r.attacl);
    v.field(r.attoptions);
    v.field(r.attfdwoptions);
    v.field(r.attmissingval);
  }
};

}  // namespace basalt::catalog
