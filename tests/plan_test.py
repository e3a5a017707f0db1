#!/usr/bin/python3
"""Plans: what EXPLAIN must and must not say. Never whole texts, so that plans may get better.

    plan_test.py --binary build/relassert/basalt [tests/plans/FILE.sql ...]

A file is SQL. A statement with lines `-- has: REGEX` or `-- not: REGEX` before it is explained (EXPLAIN (COSTS OFF)) and its
plan must (must not) have a match; `-- analyzed: REGEX` is about EXPLAIN (ANALYZE, COSTS OFF), `-- used: REGEX` shows BUFFERS
and WAL too; `-- answer: ROWS` (values of a row by |, rows by ;) says what it returns as well. Other statements are executed.
Statements end with a semicolon at the end of a line.
"""
import argparse
import glob
import os
import re
import sys

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, 'support'))
from server import Server  # noqa: E402


def statements(text):
    """(checks, SQL) for each statement of a file."""
    checks, lines = [], []
    for line in text.splitlines():
        check = re.match(r'-- (has|not|analyzed|used|answer): (.*)$', line)
        if check:
            checks.append((check[1], check[2].strip()))
        elif line.strip() and not line.startswith('--'):
            lines.append(line)
            if line.rstrip().endswith(';'):
                yield checks, '\n'.join(lines)
                checks, lines = [], []


def check_statement(cursor, checks, sql):
    failures = []
    plan_checks = [check for check in checks if check[0] in ('has', 'not')]
    if plan_checks:
        cursor.execute('explain (costs off) ' + sql)
        plan = '\n'.join(row[0] for row in cursor.fetchall())
        for kind, pattern in plan_checks:
            if bool(re.search(pattern, plan)) != (kind == 'has'):
                failures.append(f'{kind}: {pattern}\n{sql}\n{plan}\n')
    for kind, pattern in (check for check in checks if check[0] in ('analyzed', 'used')):
        cursor.execute(f'explain (analyze, {"buffers, wal, " if kind == "used" else ""}costs off) ' + sql)
        plan = '\n'.join(row[0] for row in cursor.fetchall())
        if not re.search(pattern, plan):
            failures.append(f'{kind}: {pattern}\n{sql}\n{plan}\n')
    if not plan_checks or len(plan_checks) < len(checks):
        cursor.execute(sql)
    for _, answer in (check for check in checks if check[0] == 'answer'):
        rows = ';'.join('|'.join('' if value is None else str(value) for value in row) for row in cursor.fetchall())
        if rows != answer:
            failures.append(f'answer: {answer}\n{sql}\n{rows}\n')
    return failures


def run_file(dsn, path):
    admin = psycopg2.connect(dsn + ' dbname=postgres')
    admin.autocommit = True
    admin.cursor().execute('drop database if exists plans')
    admin.cursor().execute('create database plans')
    connection = psycopg2.connect(dsn + ' dbname=plans')
    connection.autocommit = True
    failures = []
    with open(path, encoding='utf-8') as file:
        for checks, sql in statements(file.read()):
            failures += check_statement(connection.cursor(), checks, sql)
    connection.close()
    admin.cursor().execute('drop database plans')
    admin.close()
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary')
    parser.add_argument('--dsn', help='a server that runs already, instead of --binary')
    parser.add_argument('paths', nargs='*')
    options = parser.parse_args()
    paths = options.paths or sorted(glob.glob(os.path.join(HERE, 'plans', '*.sql')))

    def run_all(dsn):
        failed = 0
        for path in paths:
            failures = run_file(dsn, path)
            failed += len(failures)
            print(f'{os.path.relpath(path, HERE)}: ' + (f'{len(failures)} failed' if failures else 'fine'))
            print('\n'.join(failures), end='')
        return failed

    if options.dsn:
        return 1 if run_all(options.dsn) else 0
    with Server(options.binary) as server:
        failed = run_all(f'host=127.0.0.1 port={server.port} user=postgres')
        server.stop()
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
