#!/usr/bin/python3
"""An index that was built after a snapshot was taken does not answer for that snapshot: a REPEATABLE READ transaction finds
the rows as they were, however it is told to look for them.

    old_snapshot_test.py --binary build/relassert/basalt        old_snapshot_test.py --dsn 'host=... port=... user=postgres'
"""
import argparse
import os
import sys

import psycopg2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'support'))
from server import Server  # noqa: E402

TABLES = ['drop table if exists old_rows', 'create table old_rows (k int, v text)',
          "insert into old_rows select i, 'old' from generate_series(1, 500) i", 'analyze old_rows']
CHANGE = ["update old_rows set k = k + 1000, v = 'new'"]
COUNT = "select count(*), min(v) from old_rows where k between 1 and 500"
# Who builds the index, with what, before and after the rows have changed.
CASES = [
    ('the same transaction', [], 'reader', ['create index old_rows_k on old_rows (k)']),
    ('another session', [], 'writer', ['create index old_rows_k on old_rows (k)']),
    ('another session, a unique one', [], 'writer', ['alter table old_rows add constraint old_rows_key unique (k)']),
    ('another session, again', ['create index old_rows_k on old_rows (k)'], 'writer', ['reindex table old_rows']),
    ('the same transaction, again', ['create index old_rows_k on old_rows (k)'], 'reader', ['reindex table old_rows']),
]


def run_case(connect, before, who, build):
    reader, writer = connect(), connect()
    for statement in TABLES + before:
        writer.execute(statement)
    reader.execute('set enable_seqscan = off')
    reader.execute('set enable_bitmapscan = off')
    reader.execute('begin isolation level repeatable read')
    reader.execute('select 1 from pg_class limit 1')
    reader.execute('savepoint before')
    for statement in CHANGE:
        writer.execute(statement)
    for statement in build:
        (reader if who == 'reader' else writer).execute(statement)
    reader.execute(COUNT)
    inside = reader.fetchone()
    reader.execute('commit')
    reader.execute(COUNT)
    after = reader.fetchone()
    reader.connection.close()
    writer.connection.close()
    return inside, after


def run_all(dsn):
    def connect():
        connection = psycopg2.connect(dsn)
        connection.autocommit = True
        return connection.cursor()

    failed = 0
    for name, before, who, build in CASES:
        answer = run_case(connect, before, who, build)
        if answer != ((500, 'old'), (0, None)):
            failed += 1
            print(f'FAILED: index built by {name}: {answer}')
    print(f'old snapshots: {len(CASES) - failed} of {len(CASES)} cases passed')
    return failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--binary')
    parser.add_argument('--dsn')
    options = parser.parse_args()
    if options.dsn:
        return run_all(options.dsn) != 0
    with Server(options.binary) as server:
        failed = run_all(f'host=127.0.0.1 port={server.port} user=postgres')
        server.stop()
    return failed != 0


if __name__ == '__main__':
    sys.exit(main())
