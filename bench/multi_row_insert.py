#!/usr/bin/python3
"""INSERT of rows of literals on PostgreSQL 15 and Basalt in one run: milliseconds a statement and ratios (QRY-2).

    bench/multi_row_insert.py --postgres 'host=127.0.0.1 port=5432 user=postgres'
                              --basalt 'host=127.0.0.1 port=5433 user=postgres' [--rounds 40] [--only SUBSTRING]

Texts of the simple protocol, as ORMs and loaders send them. The servers take turns with each statement, so that
whatever else the machine does hits both; what counts is the median. Either server may be left out. Ends with 1 when the
tables do not hold the same rows in the end.
"""
import argparse
import json
import random
import statistics
import sys
import time

import psycopg2

DATABASE = 'multi_row_insert_bench'
PLAIN = 'create table t (a int, b text, c numeric)'
KEYED = 'create table t (a int primary key, b text, c numeric); create index on t (b)'
WIDE = ('create table t (a bigint, b varchar(40), c numeric(10,2), d date, e timestamp, f boolean, g double precision, '
        'h smallint, i text)')


class Texts:
    """Statements of one kind; the same for both servers."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.next_key = 1

    def row(self):
        self.next_key += 1
        return f"({self.next_key}, 'name {self.random.randrange(10**6)}', {self.random.randrange(10**6) / 100})"

    def rows(self, count):
        return 'insert into t values ' + ', '.join(self.row() for _ in range(count))

    def wide_row(self):
        self.next_key += 1
        r = self.random.randrange
        return (f"({self.next_key}, 'customer {r(10**6)}', {r(10**6) / 100}, '2024-0{r(1, 10)}-1{r(10)}', "
                f"'2024-0{r(1, 10)}-1{r(10)} 1{r(10)}:0{r(10)}:00', {'true' if r(2) else 'false'}, {r(1000) / 8}, "
                f"{r(1000)}, {'null' if r(4) == 0 else repr('remark ' + str(r(1000)))})")

    def wide_rows(self, count):
        return 'insert into t (a, b, c, d, e, f, g, h, i) values ' + ', '.join(self.wide_row() for _ in range(count))


# Name, schema, rows of statement number n.
CASES = [
    ('1,000 rows', PLAIN, lambda texts, n: texts.rows(1000)),
    ('about 1,000 rows, number varies', PLAIN, lambda texts, n: texts.rows(950 + n)),
    ('1,000 rows, key and index', KEYED, lambda texts, n: texts.rows(1000)),
    ('about 1,000 rows, key and index', KEYED, lambda texts, n: texts.rows(950 + n)),
    ('100 rows of 9 columns', WIDE, lambda texts, n: texts.wide_rows(100)),
    ('about 100 rows of 9 columns', WIDE, lambda texts, n: texts.wide_rows(80 + n)),
    ('10 rows', PLAIN, lambda texts, n: texts.rows(10)),
    ('10 rows, key and index', KEYED, lambda texts, n: texts.rows(10)),
    ('one row', PLAIN, lambda texts, n: texts.rows(1)),
    ('one row, key and index', KEYED, lambda texts, n: texts.rows(1)),
]


class System:
    def __init__(self, name, dsn):
        self.name, self.dsn = name, dsn
        self.admin(f'drop database if exists {DATABASE}', f'create database {DATABASE}')
        self.connection = psycopg2.connect(dsn + f' dbname={DATABASE}')
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()

    def admin(self, *statements):
        connection = psycopg2.connect(self.dsn + ' dbname=postgres')
        connection.autocommit = True
        for statement in statements:
            connection.cursor().execute(statement)
        connection.close()

    def begin(self, schema):
        self.cursor.execute('drop table if exists t; ' + schema)

    def time(self, text):
        started = time.perf_counter()
        self.cursor.execute(text)
        return (time.perf_counter() - started) * 1000

    def contents(self):
        self.cursor.execute('select count(*), sum(a), md5(string_agg(t::text, chr(10) order by a)) from t')
        return self.cursor.fetchone()

    def end(self):
        self.connection.close()
        self.admin(f'drop database if exists {DATABASE}')


def measure(systems, schema, make, rounds):
    texts = Texts(1)
    times = [[] for _ in systems]
    for system in systems:
        system.begin(schema)
    for n in range(rounds):
        text = make(texts, n)
        order = list(enumerate(systems))
        for i, system in order if n % 2 == 0 else reversed(order):
            times[i].append(system.time(text))
    warm = max(1, rounds // 10)
    return [statistics.median(times[i][warm:]) for i in range(len(systems))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--postgres')
    parser.add_argument('--basalt')
    parser.add_argument('--rounds', type=int, default=40)
    parser.add_argument('--only', default='')
    parser.add_argument('--json')
    options = parser.parse_args()
    systems = [System(name, dsn) for name, dsn in (('PostgreSQL', options.postgres), ('Basalt', options.basalt)) if dsn]
    if not systems:
        parser.error('name at least one server')
    print(f'{"INSERT of":34}' + ''.join(f'{system.name:>14}' for system in systems) + f'{"ratio":>8}')
    report, fine = [], True
    for name, schema, make in CASES:
        if options.only not in name:
            continue
        # Short statements are many, for their times are less steady.
        rounds = options.rounds if '100' in name or '1,000' in name else options.rounds * 20
        figures = measure(systems, schema, make, rounds)
        ratio = f'{figures[1] / figures[0]:.2f}' if len(figures) == 2 else ''
        same = len({system.contents() for system in systems}) == 1
        fine = fine and same
        shown = ''.join(f'{ms:>11.3f} ms' for ms in figures)
        print(f'{name:34}{shown}{ratio:>8}{"" if same else "  ROWS DIFFER"}', flush=True)
        report.append({'case': name, 'ms': {system.name: ms for system, ms in zip(systems, figures)}})
    for system in systems:
        system.end()
    if options.json:
        with open(options.json, 'w', encoding='utf-8') as file:
            json.dump(report, file, indent=1)
    return 0 if fine else 1


if __name__ == '__main__':
    sys.exit(main())
