#!/usr/bin/python3
"""Eight clients count in a few rows at the same time: no increment is lost, whichever statement makes it.

    lost_update_test.py --binary build/relassert/basalt [--seconds 2]        lost_update_test.py --dsn 'host=... user=postgres'
"""
import argparse
import os
import sys
import threading
import time

import psycopg2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'support'))
from server import run_on  # noqa: E402

CLIENTS = 8
ROWS = 2
SCHEMA = ['drop table if exists counter, step',
          "create table counter (id int primary key, n int not null, note text not null default '')",
          f'insert into counter select i, 0 from generate_series(1, {ROWS}) i',
          'create table step (id int primary key, by int)',
          f'insert into step select i, 1 from generate_series(1, {ROWS}) i']
# What one increment of row %(id)s is; a list is a transaction, and {n} what its last query has returned.
WAYS = {
    'update': ['update counter set n = n + 1 where id = %(id)s'],
    'update of a wide row': ["update counter set n = n + 1, note = repeat('x', 100 + n %% 50) where id = %(id)s"],
    'update from': ['update counter c set n = c.n + s.by from step s where s.id = c.id and c.id = %(id)s'],
    'update with a subquery': ['update counter set n = n + (select by from step where step.id = counter.id) '
                               'where id = %(id)s'],
    'insert on conflict': ['insert into counter values (%(id)s, 1) on conflict (id) do update set n = counter.n + 1'],
    'merge': ['merge into counter c using step s on c.id = s.id and s.id = %(id)s '
              'when matched then update set n = c.n + s.by'],
    'select for update': ['begin', 'select n from counter where id = %(id)s for update',
                          'update counter set n = {n} + 1 where id = %(id)s', 'commit'],
    'select for update of a join': ['begin', 'select c.n from counter c join step s using (id) where id = %(id)s '
                                    'for update of c', 'update counter set n = {n} + 1 where id = %(id)s', 'commit'],
    'update after a savepoint': ['begin', 'savepoint s', 'update counter set n = n - 100 where id = %(id)s',
                                 'rollback to s', 'update counter set n = n + 1 where id = %(id)s', 'commit'],
    'repeatable read': ['begin isolation level repeatable read', 'select n from counter where id = %(id)s',
                        'update counter set n = {n} + 1 where id = %(id)s', 'commit'],
    'cursor': ['begin', 'declare c cursor for select n from counter where id = %(id)s for update', 'fetch c',
               'update counter set n = {n} + 1 where current of c', 'commit'],
    'delete and insert': ['begin', 'with gone as (delete from counter where id = %(id)s returning n) '
                          'select n from gone', 'insert into counter values (%(id)s, {n} + 1)', 'commit'],
}
# A deleted row cannot be found again by who waits for it, as in PostgreSQL: such a transaction is undone.
RETRY = {'40001', '40P01', '23505'}


def connect(dsn):
    connection = psycopg2.connect(dsn)
    connection.autocommit = True
    return connection


def count(dsn, statements, number, deadline, done):
    cursor = connect(dsn).cursor()
    turn = number
    while time.monotonic() < deadline:
        turn += 1
        row, n = turn % ROWS + 1, None
        try:
            for statement in statements:
                if '{n}' in statement and n is None:
                    raise LookupError
                cursor.execute(statement.format(n=n), {'id': row})
                if cursor.description:
                    found = cursor.fetchone()
                    n = found[0] if found else None
            done[number] += 1
        except LookupError:
            cursor.execute('rollback')
        except psycopg2.Error as error:
            if error.pgcode not in RETRY:
                raise
            if statements[0].startswith('begin'):
                cursor.execute('rollback')


def run_way(dsn, name, statements, seconds):
    admin = connect(dsn).cursor()
    for statement in SCHEMA:
        admin.execute(statement)
    done = [0] * CLIENTS
    problems = []

    def run(number):
        try:
            count(dsn, statements, number, time.monotonic() + seconds, done)
        except Exception as error:  # the test must say so
            problems.append(repr(error))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    admin.execute('select sum(n), count(*) from counter')
    total, rows = admin.fetchone()
    if total != sum(done) or rows != ROWS:
        problems.append(f'{sum(done)} increments were acknowledged, {total} are there, in {rows} rows')
    print(f'{name}: {sum(done)} increments', *(f'FAILED: {problem}' for problem in problems), flush=True)
    return not problems and sum(done) > 0


def run_all(dsn, options):
    ways = {options.only: WAYS[options.only]} if options.only else WAYS
    return [name for name, statements in ways.items() if not run_way(dsn, name, statements, options.seconds)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary')
    parser.add_argument('--dsn')
    parser.add_argument('--only', help='one of the ways')
    parser.add_argument('--seconds', type=float, default=1.5)
    options = parser.parse_args()
    return run_on(options, lambda dsn: run_all(dsn, options))


if __name__ == '__main__':
    sys.exit(main())
