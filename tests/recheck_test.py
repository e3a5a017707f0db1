#!/usr/bin/python3
"""A row that another transaction has changed meanwhile is re-checked in its newest version, everything else in the statement's
snapshot (READ COMMITTED). What PostgreSQL 15 leaves behind stands beside each statement.

    recheck_test.py --binary build/relassert/basalt        recheck_test.py --dsn 'host=... port=... user=postgres'
"""
import os
import sys
import threading
import time

import psycopg2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'support'))
from server import run_against  # noqa: E402

TABLES = ['drop table if exists et, es', 'create table et (id int primary key, v int)', 'create table es (x int)',
          'create index on es (x)', 'insert into et values (1, 1), (2, 2)', 'insert into es select generate_series(1, 7)',
          'analyze et', 'analyze es']
# Statement, rows it changes, v of row 1 afterwards. Before each, another transaction adds 100 to row 1.
CASES = [
    ('update et set v = (select count(*) from es) where id = 1', 1, 7),
    ('update et set v = v + 1 where id = 1 and exists (select 1 from es where x = 3)', 1, 102),
    ('update et set v = v + 1 where id in (select x from es where x < 2)', 1, 102),
    ('update et set v = v + 1 where id = 1 and v > (select max(x) from es)', 0, 101),
    ('update et set v = v + 1 where id = 1 and v not in (select x + 100 from es where x > 1)', 1, 102),
    ('update et set v = v + 1 where id = 1 and v < 50', 0, 101),
    ('update et set v = v + n from (select x, count(*) n from es group by x) g where g.x = et.id and et.id = 1', 1, 102),
    ('update et set v = et.v + x from es where x = et.id and et.id = 1', 1, 102),
    ('update et set v = v + 1 where exists (select 1 from es where es.x = et.id) and id = 1', 1, 102),
    ('update et set v = v + 1 where not exists (select 1 from es where es.x = et.v) and id = 1', 0, 101),
    ('delete from et where id = 1 and v in (select x + 100 from es)', 0, 101),
    ('delete from et using es where es.x = et.v and id = 1', 0, 101),
    ('with l as (select * from et where id = 1 for update) update et set v = l.v + 1 from l where l.id = et.id', 1, 102),
]


def run_case(connect, sql):
    admin, first, second = connect(), connect(), connect()
    for statement in TABLES:
        admin.execute(statement)
    first.execute('begin')
    first.execute('update et set v = v + 100 where id = 1')
    outcome = []

    def change():
        try:
            second.execute(sql)
            outcome.append(second.rowcount)
        except psycopg2.Error as error:
            outcome.append(str(error))

    thread = threading.Thread(target=change)
    thread.start()
    time.sleep(0.15)
    first.execute('commit')
    thread.join()
    admin.execute('select v from et where id = 1')
    row = admin.fetchone()
    return outcome[0], row[0] if row else None


def waits_beyond_savepoint(connect):
    """Does a statement that waits for a row still wait when the change of the row has been rolled back to a savepoint?"""
    admin, first, second = connect(), connect(), connect()
    for statement in TABLES:
        admin.execute(statement)
    for statement in ('begin', 'savepoint s', 'update et set v = 50 where id = 1'):
        first.execute(statement)
    thread = threading.Thread(target=second.execute, args=('update et set v = v + 1 where id = 1',))
    thread.start()
    time.sleep(0.15)
    first.execute('rollback to s')
    thread.join(5)
    still = thread.is_alive()
    first.execute('commit')
    thread.join()
    admin.execute('select v from et where id = 1')
    return still or admin.fetchone()[0] != 2


def run_all(dsn):
    def connect():
        connection = psycopg2.connect(dsn)
        connection.autocommit = True
        return connection.cursor()

    failed = 0
    for sql, changed, value in CASES:
        got = run_case(connect, sql)
        if got != (changed, value):
            failed += 1
            print(f'{sql}\n  expected {(changed, value)}, got {got}')
    if waits_beyond_savepoint(connect):
        failed += 1
        print('a statement waits for a row whose change was rolled back to a savepoint, or changes it wrongly')
    connect().execute('drop table et, es')
    print(f'{len(CASES) + 1 - failed} of {len(CASES) + 1} re-checks are as expected')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(run_against(__doc__, run_all))
