#!/usr/bin/env python3
"""Records what PostgreSQL answers to the statements in corpus/, for query_test.

usage: record.py DSN     (the DSN of an empty PostgreSQL 15 database)

select.out  statement, then a line with `name:type` of each result column, then the view definition, lines indented
error.out   statement, then `SQLSTATE|position|message|detail|hint`
"""
import os
import sys

import psycopg2

here = os.path.dirname(os.path.abspath(__file__)) + "/corpus/"
connection = psycopg2.connect(sys.argv[1])
connection.autocommit = True
cursor = connection.cursor()
cursor.execute(open(here + "setup.sql").read())


def statements(name):
    return [line for line in open(here + name).read().split("\n") if line]


def columns(statement):
    cursor.execute("BEGIN")
    try:
        cursor.execute("DECLARE c CURSOR FOR " + statement)
        cursor.execute("FETCH 0 c")
        out = []
        for column in cursor.description or []:
            inner = connection.cursor()
            inner.execute("SELECT format_type(%s, NULL)", (column.type_code,))
            out.append(column.name + ":" + inner.fetchone()[0])
        return ",".join(out)
    finally:
        cursor.execute("ROLLBACK")


def view_definition(statement):
    cursor.execute("BEGIN")
    try:
        cursor.execute("CREATE VIEW recorded AS " + statement)
        cursor.execute("SELECT pg_get_viewdef('recorded'::regclass), pg_get_viewdef('recorded'::regclass, true)")
        return cursor.fetchone()
    except psycopg2.Error:
        return ("-", "-")
    finally:
        cursor.execute("ROLLBACK")


def position(error):
    return error.diag.statement_position or "0"


with open(here + "select.out", "w") as out:
    for statement in statements("select.sql"):
        out.write(statement + "\n")
        try:
            out.write("= " + columns(statement) + "\n")
        except psycopg2.Error as error:
            sys.exit(statement + ": " + str(error))
        plain, pretty = view_definition(statement)
        for line in plain.split("\n"):
            out.write("- " + line + "\n")
        for line in pretty.split("\n"):
            out.write("+ " + line + "\n")

with open(here + "system_views.out", "w") as out:
    cursor.execute("""SELECT c.relname, pg_get_viewdef(c.oid), pg_get_viewdef(c.oid, true) FROM pg_class c
        WHERE c.relkind = 'v' AND c.relnamespace = 'pg_catalog'::regnamespace ORDER BY c.oid""")
    for name, plain, pretty in cursor.fetchall():
        out.write(name + "\n")
        for line in plain.split("\n"):
            out.write("- " + line + "\n")
        for line in pretty.split("\n"):
            out.write("+ " + line + "\n")

with open(here + "error.out", "w") as out:
    for statement in statements("error.sql"):
        cursor.execute("BEGIN")
        try:
            cursor.execute("PREPARE p AS " + statement)
            answer = ""
        except psycopg2.Error as error:
            shift = len("PREPARE p AS ")
            at = int(position(error))
            answer = "|".join([error.diag.sqlstate, str(at - shift if at else 0), error.diag.message_primary,
                               error.diag.message_detail or "", error.diag.message_hint or ""])
        cursor.execute("ROLLBACK")
        cursor.execute("DEALLOCATE ALL")
        out.write(statement + "\n= " + answer + "\n")
