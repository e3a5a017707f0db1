#!/usr/bin/python3
"""Who waits for whom: pg_blocking_pids and pg_locks while sessions wait for locks and for rows.

    blocking_test.py --binary build/relassert/basalt        blocking_test.py --dsn 'host=... user=postgres'
"""
import os
import sys
import threading
import time

import psycopg2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'support'))
from server import run_against  # noqa: E402

SECONDS_MAX = 20
# What the first session does, what the second one waits in, and what pg_locks calls that wait.
WAYS = {
    'a table': ('lock table guarded', 'select * from guarded', 'relation'),
    'a row': ('update guarded set n = 1', 'update guarded set n = 2', 'transactionid'),
    'a unique key': ('insert into guarded values (7, 0)', 'insert into guarded values (7, 1)', 'transactionid'),
    'an advisory lock': ('select pg_advisory_xact_lock(5)', 'select pg_advisory_xact_lock(5)', 'advisory'),
}


class Session:
    def __init__(self, dsn):
        self.connection = psycopg2.connect(dsn)
        self.cursor = self.connection.cursor()
        self.cursor.execute('select pg_backend_pid()')
        self.pid = self.cursor.fetchone()[0]
        self.connection.commit()

    def ask(self, sql, *arguments):
        self.cursor.execute(sql, arguments)
        return self.cursor.fetchall()


def wait_until(holds):
    deadline = time.monotonic() + SECONDS_MAX
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def run_way(dsn, holding, waiting, kind):
    watcher, holder = Session(dsn), Session(dsn)
    watcher.connection.autocommit = True
    holder.cursor.execute(holding)
    first, second = Session(dsn), Session(dsn)
    threads = []

    def blockers(session):
        return set(watcher.ask('select pg_blocking_pids(%s)', session.pid)[0][0])

    def start(session):
        def body():
            try:
                session.cursor.execute(waiting)
            except psycopg2.Error:
                pass
            session.connection.rollback()
        threads.append(threading.Thread(target=body))
        threads[-1].start()

    problems = []
    start(first)
    if not wait_until(lambda: blockers(first) == {holder.pid}):
        problems.append(f'{blockers(first)} block the first waiter, not {holder.pid}')
    start(second)
    # Behind a waiter for the same row or lock, or for the holder itself.
    if not wait_until(lambda: blockers(second) and blockers(second) <= {holder.pid, first.pid}):
        problems.append(f'{blockers(second)} block the second waiter')
    waits = watcher.ask('select locktype from pg_locks where pid = %s and not granted', first.pid)
    if waits != [(kind,)]:
        problems.append(f'pg_locks shows {waits}, not {kind}')
    if blockers(holder):
        problems.append('something blocks the holder')
    holder.connection.rollback()
    for thread in threads:
        thread.join()
    if blockers(first) or blockers(second):
        problems.append('something blocks who waits no more')
    return problems


def run_all(dsn):
    admin = Session(dsn)
    for sql in ('drop table if exists guarded', 'create table guarded (id int primary key, n int)',
                'insert into guarded values (1, 0)'):
        admin.cursor.execute(sql)
    admin.connection.commit()
    failed = False
    for name, way in WAYS.items():
        problems = run_way(dsn, *way)
        print(name, *(f'FAILED: {problem}' for problem in problems), flush=True)
        failed = failed or bool(problems)
    return failed


if __name__ == '__main__':
    sys.exit(run_against(__doc__, run_all))
