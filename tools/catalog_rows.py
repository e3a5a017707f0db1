#!/usr/bin/env python3
"""Writes catalog/catalog_ids.hpp, catalog/rows/*.hpp and catalog/rows/rows.cpp from catalog/data/*.tsv.

    tools/catalog_rows.py && clang-format -i catalog/rows/*.hpp

A row helper is a struct with one member a column, named as in PostgreSQL. Run it after catalog_extract.py.
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent / "catalog"

# What a fresh row holds where that is not zero, false or empty.
DEFAULTS = {
    "relpersistence": "'p'", "relkind": "'r'", "relreplident": "'d'", "relispopulated": "true", "reltuples": "-1",
    "relfrozenxid": "3", "relminmxid": "1", "attstattarget": "-1", "attcacheoff": "-1", "atttypmod": "-1",
    "attislocal": "true", "attalign": "'i'", "attstorage": "'p'", "typtype": "'b'", "typtypmod": "-1",
    "typisdefined": "true", "typdelim": "','", "typalign": "'i'", "typstorage": "'p'", "typcategory": "'U'",
    "indisvalid": "true", "indisready": "true", "indislive": "true", "indimmediate": "true", "conislocal": "true",
    "convalidated": "true", "connoinherit": "false", "confupdtype": "' '", "confdeltype": "' '",
    "confmatchtype": "' '", "contype": "'c'", "procost": "1", "prokind": "'f'", "provolatile": "'v'",
    "proparallel": "'u'", "rolconnlimit": "-1", "rolinherit": "true", "datconnlimit": "-1", "datallowconn": "true",
    "datfrozenxid": "3", "datminmxid": "1", "encoding": "6", "datlocprovider": "'c'", "tgenabled": "'O'",
    "ev_enabled": "'O'", "ev_type": "'1'", "evtenabled": "'O'", "stxstattarget": "-1", "castcontext": "'e'",
    "castmethod": "'f'", "oprkind": "'b'", "collisdeterministic": "true", "collencoding": "-1",
    "collprovider": "'c'", "polpermissive": "true", "polcmd": "'*'", "seqstart": "1", "seqincrement": "1",
    "seqcache": "1", "seqmin": "1", "aggkind": "'n'", "aggfinalmodify": "'r'", "aggmfinalmodify": "'r'",
    "deptype": "'n'", "inhseqno": "1", "amtype": "'i'", "amoppurpose": "'s'", "partstrat": "'r'", "privtype": "'i'",
}

# pg_type OID -> C++ type of a column that is not NULL
PLAIN = {26: "Oid", 24: "Oid", 28: "uint32_t", 19: "std::string", 25: "std::string", 194: "std::string",
         18: "char", 16: "bool", 21: "int16_t", 23: "int32_t", 700: "float", 20: "int64_t", 1184: "int64_t",
         3220: "int64_t", 17: "std::string", 30: "std::vector<Oid>", 22: "std::vector<int16_t>",
         1009: "std::vector<std::string>", 1028: "std::vector<Oid>", 1005: "std::vector<int16_t>",
         1002: "std::vector<char>", 1021: "std::vector<float>", 1034: "Acl", 2277: "std::string",
         3361: "std::string", 3402: "std::string", 5017: "std::string"}
# Array types whose element type the codec must be told.
ELEMENT = {30: "OidVector", 22: "Int2Vector"}


def unescape(cell):
    return re.sub(r"\\(.)", r"\1", cell)


def table(name):
    lines = (ROOT / "data" / f"{name}.tsv").read_text(encoding="utf-8").split("\n")[:-1]
    header = [h.partition("=") for h in lines[0].split("\t")]
    rows = []
    for line in lines[1:]:
        cells = iter(line.split("\t"))
        rows.append({h[0]: (h[2] if h[1] else next(cells)) for h in header})
    return rows


def pascal(name):
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def member(column):
    cpp = PLAIN.get(int(column["atttypid"]), "std::string")
    if cpp == "Acl":
        return cpp
    return cpp if column["attnotnull"] == "t" else f"std::optional<{cpp}>"


def codec_call(column):
    kind = int(column["atttypid"])
    name = column["attname"]
    return f"v.{'vector' if kind in ELEMENT else 'field'}(r.{name});"


def write_row(relation, columns):
    struct = pascal(relation["relname"]) + "Row"
    out = [f"// A row of {relation['relname']}. Written by tools/catalog_rows.py; do not edit.", "#pragma once", "",
           '#include "catalog/row_codec.hpp"', "", "namespace basalt::catalog {", "", f"struct {struct} {{",
           f"  static constexpr Oid kCatalog{{{relation['oid']}}};", ""]
    for c in columns:
        default = DEFAULTS.get(c["attname"])
        kind = member(c)
        if default is None and kind in ("bool",):
            default = "false"
        if default is None and kind in ("int16_t", "int32_t", "int64_t", "uint32_t", "float", "char"):
            default = "0"
        out.append(f"  {kind} {c['attname']}{' = ' + default if default else ''};")
    out += ["", "  CatalogRow to_row() const;", f"  static {struct} from_row(const CatalogRow& row);", "",
            "  template <typename Row, typename Codec>", "  static void visit(Row& r, Codec& v) {"]
    out += [f"    {codec_call(c)}" for c in columns]
    out += ["  }", "};", "", "}  // namespace basalt::catalog", ""]
    (ROOT / "rows" / f"{relation['relname']}.hpp").write_text("\n".join(out), encoding="utf-8")
    return struct


def main():
    (ROOT / "rows").mkdir(exist_ok=True)
    relations = table("pg_class")
    attributes = table("pg_attribute")
    tables = [r for r in relations if r["relkind"] == "r"]
    structs = []
    for relation in tables:
        columns = sorted((a for a in attributes if a["attrelid"] == relation["oid"] and int(a["attnum"]) > 0),
                         key=lambda a: int(a["attnum"]))
        structs.append((relation["relname"], write_row(relation, columns)))
    structs.sort()
    rows = ["// Written by tools/catalog_rows.py; do not edit."]
    rows += [f'#include "catalog/rows/{name}.hpp"' for name, _ in structs]
    rows += ["", "namespace basalt::catalog {", ""]
    for _, struct in structs:
        rows.append(f"CatalogRow {struct}::to_row() const {{ return encode_row(*this); }}")
        rows.append(f"{struct} {struct}::from_row(const CatalogRow& row) {{ return decode_row<{struct}>(row); }}")
    rows += ["", "}  // namespace basalt::catalog", ""]
    (ROOT / "rows" / "rows.cpp").write_text("\n".join(rows), encoding="utf-8")

    ids = ["// OIDs of the system catalogs and their indexes, as PostgreSQL assigns them. Written by "
           "tools/catalog_rows.py; do not edit.", "#pragma once", "", '#include "common/ids.hpp"', "",
           "namespace basalt::catalog::id {", "", "using common::Oid;", ""]
    for relation in sorted(relations, key=lambda r: (r["relkind"] != "r", r["relname"])):
        ids.append(f"inline constexpr Oid k{pascal(relation['relname'])}{{{relation['oid']}}};")
    ids += ["", "}  // namespace basalt::catalog::id", ""]
    (ROOT / "catalog_ids.hpp").write_text("\n".join(ids), encoding="utf-8")


if __name__ == "__main__":
    main()
