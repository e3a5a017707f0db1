#!/usr/bin/python3
"""TPC-H on PostgreSQL 15 and Basalt in one run: loads both by COPY, compares the rows, prints times and ratios.

    bench/tpch.py --postgres 'host=127.0.0.1 port=5432 user=postgres' --basalt 'host=127.0.0.1 port=5433 user=postgres'
                  [--scale 0.1] [--queries 1,3,6] [--repeat 3] [--timeout 300] [--no-load] [--keep] [--json FILE]

Either server may be left out. The generator is bench/tpch/tpch_data.cpp (target tpch_data; --generator names a build
of it; without one it is compiled with c++). The best of the repetitions counts. Ends with 1 if rows differ, a query
fails or returns nothing.
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import psycopg2

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'tpch')
TABLES = ['region', 'nation', 'supplier', 'part', 'partsupp', 'customer', 'orders', 'lineitem']
AT_SCALE_ONE = {'supplier': 10000, 'part': 200000, 'partsupp': 800000, 'customer': 150000, 'orders': 1500000}
DATABASE = 'tpch_bench'


def read_text(name):
    with open(os.path.join(HERE, name), encoding='utf-8') as file:
        return file.read()


def read_queries(scale):
    parts = re.split(r'^-- Q(\d+) .*$', read_text('queries.sql'), flags=re.M)
    fraction = f'{0.0001 / scale:.10f}'
    return {int(parts[i]): parts[i + 1].strip().replace(':fraction', fraction) for i in range(1, len(parts), 2)}


def find_generator(given, scratch):
    if given:
        return given
    target = os.path.join(scratch, 'tpch_data')
    subprocess.run(['c++', '-std=c++20', '-O2', '-o', target, os.path.join(HERE, 'tpch_data.cpp')], check=True)
    return target


class System:
    def __init__(self, name, dsn):
        self.name, self.dsn = name, dsn
        self.connection = None

    def create_database(self):
        admin = psycopg2.connect(self.dsn + ' dbname=postgres')
        admin.autocommit = True
        cursor = admin.cursor()
        cursor.execute(f'drop database if exists {DATABASE}')
        cursor.execute(f'create database {DATABASE}')
        admin.close()

    def drop_database(self):
        self.connection.close()
        admin = psycopg2.connect(self.dsn + ' dbname=postgres')
        admin.autocommit = True
        admin.cursor().execute(f'drop database if exists {DATABASE}')
        admin.close()

    def connect(self):
        self.connection = psycopg2.connect(self.dsn + f' dbname={DATABASE}')
        self.connection.autocommit = True

    def execute_script(self, text):
        cursor = self.connection.cursor()
        for statement in text.split(';\n'):
            if statement.strip():
                cursor.execute(statement)

    def load(self, generator, scale):
        times = {}
        self.execute_script(read_text('schema.sql'))
        for table in TABLES:
            started = time.monotonic()
            with subprocess.Popen([generator, str(scale), table], stdout=subprocess.PIPE) as process:
                self.connection.cursor().copy_expert(f'copy {table} from stdin', process.stdout, 1 << 20)
            if process.returncode != 0:
                sys.exit(f'{generator} failed for {table}')
            times[table] = time.monotonic() - started
        started = time.monotonic()
        self.execute_script(read_text('constraints.sql'))
        times['constraints and indexes'] = time.monotonic() - started
        started = time.monotonic()
        self.connection.cursor().execute('analyze')
        times['analyze'] = time.monotonic() - started
        return times

    def counts(self):
        cursor, result = self.connection.cursor(), {}
        for table in TABLES:
            cursor.execute(f'select count(*) from {table}')
            result[table] = cursor.fetchone()[0]
        return result

    def run(self, query, repeat, timeout):
        cursor = self.connection.cursor()
        best, rows = None, None
        try:
            cursor.execute(f"set statement_timeout = '{timeout}s'")
            for _ in range(repeat):
                started = time.monotonic()
                cursor.execute(query)
                rows = cursor.fetchall()
                elapsed = time.monotonic() - started
                best = elapsed if best is None else min(best, elapsed)
        except psycopg2.Error as error:
            message = (error.diag.message_primary or str(error)).strip()
            if self.connection.closed:
                self.connect()
            return None, message
        return best, [tuple(str(value) for value in row) for row in rows]


def compare(left, right):
    if left == right:
        return 'same'
    if collections.Counter(left) == collections.Counter(right):
        return 'same (ties in another order)'
    different = [pair for pair in zip(left, right) if pair[0] != pair[1]][:2]
    return f'DIFFERENT: {len(left)} and {len(right)} rows, first difference {different}'


def check_counts(systems, scale):
    all_counts = [system.counts() for system in systems]
    print('rows: ' + ', '.join(f'{table} {all_counts[0][table]}' for table in TABLES))
    fine = all(counts == all_counts[0] for counts in all_counts)
    counts = all_counts[0]
    fine &= counts['region'] == 5 and counts['nation'] == 25
    for table, at_one in AT_SCALE_ONE.items():
        fine &= counts[table] == max(8, round(at_one * scale)) or scale < 0.001
    # One to seven lines an order.
    fine &= 3.9 < counts['lineitem'] / counts['orders'] < 4.1 or scale < 0.01
    if not fine:
        print(f'WRONG row counts: {all_counts}')
    return fine


def run_queries(systems, options):
    fine, report = True, []
    print(f'{"query":6}' + ''.join(f'{system.name:>14}' for system in systems) + f'{"ratio":>8}  rows  comparison')
    for number, query in read_queries(options.scale).items():
        if options.queries and number not in options.queries:
            continue
        results = [system.run(query, options.repeat, options.timeout) for system in systems]
        failed = [f'{system.name}: {rows}' for system, (best, rows) in zip(systems, results) if best is None]
        verdict = 'FAILED: ' + '; '.join(failed) if failed else ''
        ratio, rows = '', 0
        if not failed:
            rows = len(results[0][1])
            verdict = compare(results[0][1], results[-1][1]) if rows else 'NO ROWS'
            if len(results) == 2:
                ratio = f'{results[1][0] / results[0][0]:.2f}'
        fine &= verdict.startswith('same')
        times = ''.join(f'{"-" if best is None else f"{best * 1000:.1f} ms":>14}' for best, _ in results)
        print(f'Q{number:<5}{times}{ratio:>8}  {rows:<5} {verdict if len(results) == 2 or verdict != "same" else ""}',
              flush=True)
        report.append({'query': number, 'rows': rows, 'verdict': verdict,
                       'seconds': {system.name: best for system, (best, _) in zip(systems, results)}})
    both = [entry['seconds'] for entry in report if len(systems) == 2 and None not in entry['seconds'].values()]
    if both:
        product = 1.0
        for seconds in both:
            product *= seconds[systems[1].name] / seconds[systems[0].name]
        mean = product ** (1 / len(both))
        print(f'geometric mean of the ratios: {mean:.2f} ({len(both)} queries; below 1: Basalt faster)')
    return fine, report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--postgres')
    parser.add_argument('--basalt')
    parser.add_argument('--scale', type=float, default=0.1)
    parser.add_argument('--queries', type=lambda text: [int(part) for part in text.split(',')])
    parser.add_argument('--repeat', type=int, default=3)
    parser.add_argument('--timeout', type=int, default=300)
    parser.add_argument('--generator')
    parser.add_argument('--no-load', action='store_true')
    parser.add_argument('--keep', action='store_true', help='leave the databases for another run with --no-load')
    parser.add_argument('--json')
    options = parser.parse_args()
    systems = [System(name, dsn) for name, dsn in (('PostgreSQL', options.postgres), ('Basalt', options.basalt)) if dsn]
    if not systems:
        parser.error('name at least one server')
    loads = {}
    with tempfile.TemporaryDirectory() as scratch:
        generator = None if options.no_load else find_generator(options.generator, scratch)
        for system in systems:
            if not options.no_load:
                system.create_database()
            system.connect()
            if not options.no_load:
                loads[system.name] = system.load(generator, options.scale)
                parts = ', '.join(f'{name} {seconds:.1f}' for name, seconds in loads[system.name].items())
                print(f'{system.name}: loaded in {sum(loads[system.name].values()):.1f} s ({parts})', flush=True)
    fine = check_counts(systems, options.scale)
    same, report = run_queries(systems, options)
    if options.json:
        with open(options.json, 'w', encoding='utf-8') as file:
            json.dump({'scale': options.scale, 'load': loads, 'queries': report}, file, indent=1)
    for system in systems:
        if not options.keep:
            system.drop_database()
    return 0 if fine and same else 1


if __name__ == '__main__':
    sys.exit(main())
