#!/usr/bin/python3
"""The stock pgbench on PostgreSQL 15 and Basalt in one run: transactions per second and ratios.

    bench/pgbench.py --postgres 'host=127.0.0.1 port=5432 user=postgres'
                     --basalt 'host=127.0.0.1 port=5433 user=postgres' [--scale 10] [--seconds 10] [--clients 8]
                     [--threads 2] [--modes simple,extended,prepared] [--connect]

Runs pgbench -i, then -S and the TPC-B-like script in each protocol mode, the servers taking turns; then checks that the
sums of the balances agree with the history. Either server may be left out. Ends with 1 on any failed transaction.
"""
import argparse
import json
import os
import re
import subprocess
import sys

import psycopg2
import psycopg2.extensions

DATABASE = 'pgbench_bench'
SCRIPTS = {'select only': ['-S'], 'tpc-b like': []}
SUMS = """select (select sum(abalance) from pgbench_accounts), (select sum(bbalance) from pgbench_branches),
                 (select sum(tbalance) from pgbench_tellers), (select coalesce(sum(delta), 0) from pgbench_history),
                 (select count(*) from pgbench_history)"""


class System:
    def __init__(self, name, dsn):
        self.name, self.dsn = name, dsn
        self.transactions = 0
        self.failures = []

    def admin(self, *statements):
        connection = psycopg2.connect(self.dsn + ' dbname=postgres')
        connection.autocommit = True
        for statement in statements:
            connection.cursor().execute(statement)
        connection.close()

    def pgbench(self, *arguments):
        parts = psycopg2.extensions.parse_dsn(self.dsn)
        names = {'host': 'PGHOST', 'port': 'PGPORT', 'user': 'PGUSER', 'password': 'PGPASSWORD'}
        environment = {**os.environ, **{names[key]: value for key, value in parts.items() if key in names}}
        return subprocess.run(['pgbench', *arguments, DATABASE], env=environment, check=False, capture_output=True,
                              text=True)

    def prepare(self, scale):
        self.admin(f'drop database if exists {DATABASE}', f'create database {DATABASE}')
        result = self.pgbench('-i', '-s', str(scale))
        if result.returncode != 0:
            sys.exit(f'{self.name}: pgbench -i failed:\n{result.stderr}')
        print(f'{self.name}: {result.stderr.strip().splitlines()[-1]}', flush=True)

    def measure(self, script, arguments):
        """Transactions per second, or None when pgbench reports an error."""
        result = self.pgbench('-n', *SCRIPTS[script], *arguments)
        tps = re.search(r'^tps = ([0-9.]+)', result.stdout, re.M)
        done = re.search(r'^number of transactions actually processed: (\d+)', result.stdout, re.M)
        failed = re.search(r'^number of failed transactions: ([1-9]\d*)', result.stdout, re.M)
        if result.returncode != 0 or not tps or failed:
            reason = failed.group(0) if failed else result.stderr[-500:]
            self.failures.append(f'{script} {" ".join(arguments)}: {reason}')
            return None
        if script == 'tpc-b like':
            self.transactions += int(done.group(1))
        return float(tps.group(1))

    def check_sums(self):
        connection = psycopg2.connect(self.dsn + f' dbname={DATABASE}')
        cursor = connection.cursor()
        cursor.execute(SUMS)
        accounts, branches, tellers, history, count = cursor.fetchone()
        connection.close()
        fine = accounts == branches == tellers == history and (self.failures or count == self.transactions)
        print(f'{self.name}: sums of accounts {accounts}, branches {branches}, tellers {tellers}, history {history}; '
              f'{count} rows of history for {self.transactions} transactions: {"agree" if fine else "DO NOT AGREE"}')
        return fine


def run_all(systems, options):
    report = []
    print(f'{"script":12} {"mode":18}' + ''.join(f'{system.name:>14}' for system in systems) + f'{"ratio":>8}')
    variants = [(script, mode, []) for script in SCRIPTS for mode in options.modes]
    if options.connect:
        variants += [(script, 'simple', ['-C']) for script in SCRIPTS]
    for script, mode, extra in variants:
        arguments = ['-M', mode, '-c', str(options.clients), '-j', str(options.threads), '-T', str(options.seconds)]
        arguments += extra
        figures = [system.measure(script, arguments) for system in systems]
        ratio = f'{figures[1] / figures[0]:.2f}' if len(figures) == 2 and None not in figures else ''
        label = mode + (' -C' if extra else '')
        shown = ''.join(f'{"FAILED" if tps is None else f"{tps:.0f} tps":>14}' for tps in figures)
        print(f'{script:12} {label:18}{shown}{ratio:>8}', flush=True)
        report.append({'script': script, 'mode': label, 'tps': {s.name: tps for s, tps in zip(systems, figures)}})
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--postgres')
    parser.add_argument('--basalt')
    parser.add_argument('--scale', type=int, default=10)
    parser.add_argument('--seconds', type=int, default=10)
    parser.add_argument('--clients', type=int, default=8)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--modes', type=lambda text: text.split(','), default=['simple', 'extended', 'prepared'])
    parser.add_argument('--connect', action='store_true', help='also a connection for each transaction (-C)')
    parser.add_argument('--json')
    options = parser.parse_args()
    systems = [System(name, dsn) for name, dsn in (('PostgreSQL', options.postgres), ('Basalt', options.basalt)) if dsn]
    if not systems:
        parser.error('name at least one server')
    for system in systems:
        system.prepare(options.scale)
    report = run_all(systems, options)
    fine = all([system.check_sums() for system in systems])
    for system in systems:
        for failure in system.failures:
            print(f'{system.name}: {failure}')
        system.admin(f'drop database if exists {DATABASE}')
    if options.json:
        with open(options.json, 'w', encoding='utf-8') as file:
            json.dump({'scale': options.scale, 'clients': options.clients, 'runs': report}, file, indent=1)
    return 0 if fine and not any(system.failures for system in systems) else 1


if __name__ == '__main__':
    sys.exit(main())
