#!/usr/bin/env python3
"""Extracts the facts about built-in catalog rows from a running PostgreSQL 15 into catalog/data/*.tsv.

    tools/catalog_extract.py --dsn "host=127.0.0.1 port=5432 user=postgres dbname=template1"

Needs psql only. Running it again on the same minor version changes nothing. Each file is the text format of COPY with a
header line; a header cell `name=value` is a column with that value in every row, and takes no room in the rows. Columns
of type regproc hold OIDs. What depends on the machine (file numbers, statistics, transaction ids) is left out.
"""
import argparse
import pathlib
import subprocess

DATA = pathlib.Path(__file__).resolve().parent.parent / "catalog" / "data"

# System catalogs: tables and their indexes, without views and TOAST tables.
TABLES = "SELECT oid FROM pg_class WHERE relnamespace = 11 AND relkind = 'r' AND oid < 16384"
RELATIONS = "SELECT oid FROM pg_class WHERE relnamespace = 11 AND relkind IN ('r', 'i') AND oid < 16384"

# Types of pg_catalog but not those of views, which CREATE VIEW makes.
TYPES = f"""typnamespace = 11 AND oid < 16384 AND (typrelid = 0 OR typrelid IN ({TABLES}))
            AND (typelem = 0 OR typlen <> -1 OR typelem IN (SELECT oid FROM pg_type e WHERE e.typrelid = 0
                                                            OR e.typrelid IN ({TABLES})))"""

# catalog: (condition, order, {column: expression})
CATALOGS = {
    "pg_class": (f"oid IN ({RELATIONS})", "oid",
                 {"relfilenode": "0::oid", "relpages": "0", "reltuples": "0::real", "relallvisible": "0",
                  "reltoastrelid": "0::oid", "relhasrules": "false", "reloptions": "NULL::text[]",
                  "relfrozenxid": "CASE relkind WHEN 'r' THEN 3 ELSE 0 END",
                  "relminmxid": "CASE relkind WHEN 'r' THEN 1 ELSE 0 END"}),
    "pg_attribute": (f"attrelid IN ({RELATIONS})", "attrelid, attnum", {"attmissingval": "NULL"}),
    "pg_index": (f"indrelid IN ({TABLES})", "indexrelid", {}),
    "pg_constraint": (f"conrelid IN ({TABLES})", "oid", {}),
    "pg_type": (TYPES, "oid", {}),
    "pg_proc": ("pronamespace = 11 AND oid < 16384", "oid",
                {"proargdefaults": "NULL", "prosqlbody": "NULL", "pronargdefaults": "0",
                 "prosrc": "CASE prolang WHEN 14 THEN '' ELSE prosrc END"}),
    "pg_operator": ("oprnamespace = 11", "oid", {}),
    "pg_opfamily": ("opfnamespace = 11", "oid", {}),
    "pg_opclass": ("opcnamespace = 11", "oid", {}),
    "pg_amop": ("oid < 16384", "oid", {}),
    "pg_amproc": ("oid < 16384", "oid", {}),
    "pg_am": ("oid < 16384", "oid", {}),
    "pg_aggregate": ("aggfnoid < 16384", "aggfnoid::oid", {}),
    "pg_cast": ("oid < 16384", "oid", {}),
    "pg_collation": ("collnamespace = 11", "oid", {"collversion": "NULL"}),
    "pg_language": ("oid < 16384", "oid", {}),
    "pg_namespace": ("nspname IN ('pg_catalog', 'pg_toast', 'public')", "oid", {}),
    "pg_range": ("rngtypid < 16384", "rngtypid", {}),
    "pg_conversion": ("connamespace = 11", "oid", {}),
    "pg_extension": ("extname = 'plpgsql'", "oid", {}),
    "pg_description": (f"""classoid IN ('pg_type'::regclass, 'pg_proc'::regclass, 'pg_operator'::regclass,
                        'pg_opfamily'::regclass, 'pg_opclass'::regclass, 'pg_am'::regclass, 'pg_cast'::regclass,
                        'pg_collation'::regclass, 'pg_language'::regclass, 'pg_namespace'::regclass,
                        'pg_extension'::regclass)
                        AND objoid < 16384""", "classoid, objoid, objsubid", {}),
    "pg_init_privs": (f"classoid = 'pg_class'::regclass AND objoid IN ({TABLES}) OR classoid = 'pg_proc'::regclass",
                      "classoid, objoid, objsubid", {}),
    # Shared catalogs.
    "pg_tablespace": ("oid < 16384", "oid", {}),
    "pg_database": ("datname IN ('template1', 'template0', 'postgres')", "oid",
                    {"datfrozenxid": "3", "datminmxid": "1", "datcollversion": "NULL",
                     "datcollate": "'C.UTF-8'", "datctype": "'C.UTF-8'"}),
    "pg_authid": ("oid < 16384", "oid", {"rolpassword": "NULL::text"}),
    "pg_auth_members": ("true", "roleid, member", {}),
    "pg_shdescription": ("true", "classoid, objoid", {}),
}


class Server:
    def __init__(self, dsn):
        self.dsn = dsn

    def rows(self, query):
        """Rows of COPY text, as lists of still escaped cells."""
        out = subprocess.run(["psql", "-X", "-q", self.dsn, "-c", f"COPY ({query}) TO STDOUT"], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
        return [line.split("\t") for line in out.splitlines()]


def write(name, columns, rows):
    constant = [len({row[i] for row in rows}) == 1 for i in range(len(columns))]
    with open(DATA / f"{name}.tsv", "w", encoding="utf-8", newline="\n") as out:
        out.write("\t".join(c + "=" + rows[0][i] if constant[i] else c for i, c in enumerate(columns)) + "\n")
        for row in rows:
            out.write("\t".join(v for i, v in enumerate(row) if not constant[i]) + "\n")


def extract(server, name, condition, order, changed):
    columns = server.rows(f"""SELECT attname, atttypid::regtype FROM pg_attribute
                              WHERE attrelid = '{name}'::regclass AND attnum > 0 ORDER BY attnum""")

    def expression(column, kind):
        if column in changed:
            return changed[column]
        if kind == "regproc":
            return f'"{column}"::oid'
        return f'"{column}"'

    rows = server.rows(f"SELECT {', '.join(expression(c, t) for c, t in columns)} FROM {name} "
                       f"WHERE {condition} ORDER BY {order.replace('oid', name + '.oid') if order == 'oid' else order}")
    write(name, [c for c, _ in columns], rows)
    return len(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dsn", required=True, help="libpq connection string of a PostgreSQL 15")
    server = Server(parser.parse_args().dsn)
    for name, (condition, order, changed) in CATALOGS.items():
        print(name, extract(server, name, condition, order, changed))
    defaults = server.rows("""SELECT oid, pronargdefaults, pg_get_expr(proargdefaults, 0) FROM pg_proc
                              WHERE pronamespace = 11 AND pronargdefaults > 0 ORDER BY oid""")
    write("function_defaults", ["oid", "count", "defaults"], defaults)


if __name__ == "__main__":
    main()
