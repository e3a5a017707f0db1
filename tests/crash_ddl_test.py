#!/usr/bin/python3
"""kill -9 under clients that change the schema: each change that was acknowledged is there afterwards, whole or not at all.

    crash_ddl_test.py --binary build/relassert/basalt [--rounds 10] [--seed N] [--clients 4]

Each client has tables of its own and does, one transaction after the other: CREATE TABLE with rows and an index, CREATE INDEX,
ALTER TABLE ADD COLUMN, TRUNCATE and load, DROP TABLE, sometimes all of it rolled back; one client also creates and drops
databases. The test keeps what each table must hold; of the transaction that was under way at the kill either all is there or
nothing. `basalt check` reads the directory after each kill. Prints the seed.
"""
import argparse
import copy
import os
import random
import sys
import threading
import time

import psycopg2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'support'))
from crash_test import connect  # noqa: E402
from server import Server  # noqa: E402


class Client:
    """`tables`: name -> (columns, rows) as acknowledged; `pending`: what it is if the last COMMIT was carried out."""

    def __init__(self, number, seed):
        self.number, self.random = number, random.Random(seed * 1000 + number)
        self.tables, self.databases = {}, set()
        self.pending = self.pending_databases = None
        self.made = self.committed = 0
        self.problem = None

    def change(self, cursor, state):
        """One change of the schema, in a transaction that is open; notes it in `state`."""
        kind = self.random.random()
        if kind < 0.35 or not state:
            self.made += 1
            name, rows = f't{self.number}_{self.made}', self.random.choice((0, 10, 3000))
            cursor.execute(f'create table {name} (id serial primary key, v text)')
            cursor.execute(f"insert into {name} (v) select 'v' || i from generate_series(1, %s) i", (rows,))
            state[name] = (2, rows)
            return
        name = self.random.choice(sorted(state))
        columns, rows = state[name]
        if kind < 0.5:
            self.made += 1
            cursor.execute(f'create index i{self.number}_{self.made} on {name} (v, id)')
        elif kind < 0.65:
            cursor.execute(f'alter table {name} add column c{columns} int default {columns}')
            state[name] = (columns + 1, rows)
        elif kind < 0.8:
            cursor.execute(f'truncate {name}')
            cursor.execute(f"insert into {name} (v) select repeat('x', 200) from generate_series(1, 500) i")
            state[name] = (columns, 500)
        else:
            cursor.execute(f'drop table {name}')
            del state[name]

    def transaction(self, cursor):
        state = copy.deepcopy(self.tables)
        cursor.execute('begin')
        for _ in range(self.random.randint(1, 3)):
            self.change(cursor, state)
        if self.random.random() < 0.25:
            cursor.execute('rollback')
            return
        self.pending = state
        cursor.execute('commit')
        self.tables, self.pending = state, None
        self.committed += 1

    def database(self, cursor):
        self.pending_databases = set(self.databases)
        if self.databases:
            name = self.databases.copy().pop()
            self.pending_databases.discard(name)
            cursor.execute(f'drop database {name}')
        else:
            self.made += 1
            name = f'd{self.number}_{self.made}'
            self.pending_databases.add(name)
            cursor.execute(f'create database {name}')
        self.databases, self.pending_databases = self.pending_databases, None

    def run(self, server, stopping):
        try:
            cursor = connect(server).cursor()
            while True:
                if self.number == 1 and self.random.random() < 0.1:
                    self.database(cursor)
                else:
                    self.transaction(cursor)
        except Exception as error:  # also a fault of this test must end it
            code = getattr(error, 'pgcode', 'XX000')
            if not stopping.is_set() or code not in (None, '57P01', '57P02', '57P03'):
                self.problem = f'client {self.number}: {code} {error}'

    def compare(self, cursor):
        cursor.execute("select relname, relnatts from pg_class where relkind = 'r' and relname like %s",
                       (f't{self.number}\\_%',))
        found = {}
        for name, columns in cursor.fetchall():
            cursor.execute(f'select count(*), count(distinct id), max(id) from {name}')
            rows, distinct, _ = cursor.fetchone()
            cursor.execute(f'set enable_indexscan = off; set enable_bitmapscan = off; select count(*) from {name} where id > 0')
            if (rows, rows) != (distinct, cursor.fetchone()[0]):
                return f'table {name}: its counts disagree'
            found[name] = (columns, rows)
        cursor.execute('select datname from pg_database where datname like %s', (f'd{self.number}\\_%',))
        databases = {row[0] for row in cursor.fetchall()}
        if found not in (self.tables, self.pending):
            return f'client {self.number}: tables {found}, expected {self.tables} or {self.pending}'
        if databases not in (self.databases, self.pending_databases):
            return f'client {self.number}: databases {databases}, expected {self.databases} or {self.pending_databases}'
        self.tables, self.databases, self.pending, self.pending_databases = found, databases, None, None
        return None


def crash_round(server, clients, rng):
    stopping = threading.Event()
    threads = [threading.Thread(target=client.run, args=(server, stopping)) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(rng.uniform(0.05, 2))
    stopping.set()
    server.kill()
    for thread in threads:
        thread.join()
    return [client.problem for client in clients if client.problem]


def run(server, options):
    rng = random.Random(options.seed)
    clients = [Client(number, options.seed) for number in range(1, options.clients + 1)]
    for number in range(1, options.rounds + 1):
        problems = crash_round(server, clients, rng)
        findings = server.check()
        if findings:
            problems.append('basalt check after the kill: ' + findings)
        server.start()
        connection = connect(server)
        problems += [problem for problem in (client.compare(connection.cursor()) for client in clients) if problem]
        connection.close()
        print(f'round {number}: {sum(client.committed for client in clients)} transactions, '
              f'{sum(len(client.tables) for client in clients)} tables', flush=True)
        if problems:
            print('\n'.join(problems) + f'\nFAILED in round {number}, seed {options.seed}')
            return 1
    if not all(client.committed for client in clients):
        print('a client got nothing done: this test shows nothing')
        return 1
    print(f'{options.rounds} rounds clean, seed {options.seed}')
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', required=True)
    parser.add_argument('--rounds', type=int, default=10)
    parser.add_argument('--seed', type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument('--clients', type=int, default=4)
    options = parser.parse_args()
    with Server(options.binary) as server:
        status = run(server, options)
        if status != 0:
            print(server.log_tail())
        return status


if __name__ == '__main__':
    sys.exit(main())
