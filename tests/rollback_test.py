#!/usr/bin/python3
"""What a large transaction has done is undone in the background: who cancels it, or whose connection ends, has the answer at
once, sees nothing of it, and waits only for rows and locks that it held. A kill meanwhile leaves it to recovery.

    rollback_test.py --binary build/relassert/basalt
"""
import argparse
import os
import signal
import sys
import threading
import time

import psycopg2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'support'))
from server import Server  # noqa: E402

ROWS = 300_000
PATIENCE_S = 60


class Cases:
    def __init__(self, server):
        self.server = server
        self.connections = []

    def connect(self):
        connection = psycopg2.connect(f'host=127.0.0.1 port={self.server.port} user=postgres dbname=postgres')
        connection.autocommit = True
        self.connections.append(connection)
        return connection

    def table(self, cursor):
        cursor.execute('drop table if exists rb; create table rb (id int primary key, v int, t text); create index on rb (t)')
        cursor.execute('insert into rb values (0, 1, \'kept\')')

    def changes(self, cursor):
        cursor.execute('begin')
        cursor.execute(f"insert into rb select i, 1, 'x' || i from generate_series(1, {ROWS}) i")
        cursor.execute("update rb set v = 2, t = 'gone' where id = 0")

    def rollback_answers_at_once(self):
        cursor = self.connect().cursor()
        self.table(cursor)
        started = time.monotonic()
        self.changes(cursor)
        forward = time.monotonic() - started
        started = time.monotonic()
        cursor.execute('rollback')
        back = time.monotonic() - started
        cursor.execute('select count(*), max(v), max(t) from rb')
        assert cursor.fetchone() == (1, 1, 'kept')
        assert back < max(0.1, forward / 20), f'ROLLBACK took {back:.3f} s after {forward:.3f} s of changes'

    def own_next_changes_wait(self):
        """The session itself goes on with the same rows and the same table."""
        cursor = self.connect().cursor()
        self.table(cursor)
        self.changes(cursor)
        cursor.execute('rollback')
        cursor.execute("insert into rb values (7, 70, 'x7')")
        cursor.execute('update rb set v = v + 10 where id = 0')
        cursor.execute('select id, v, t from rb order by id')
        assert cursor.fetchall() == [(0, 11, 'kept'), (7, 70, 'x7')]
        self.changes_again(cursor, 'truncate rb', 0)
        self.changes_again(cursor, 'drop table rb', None)

    def changes_again(self, cursor, statement, rows):
        cursor.execute('begin')
        cursor.execute(f"insert into rb select i, 1, 'x' || i from generate_series(1000, {ROWS}) i")
        cursor.execute('rollback')
        cursor.execute(statement)
        if rows is not None:
            cursor.execute('select count(*) from rb')
            assert cursor.fetchone() == (rows,)

    def database_is_dropped_behind_it(self):
        cursor = self.connect().cursor()
        for name in ('rb_gone', 'rb_copied'):
            cursor.execute(f'create database {name}')
        for name in ('rb_gone', 'rb_copied'):
            connection = psycopg2.connect(f'host=127.0.0.1 port={self.server.port} user=postgres dbname={name}')
            connection.autocommit = True
            other = connection.cursor()
            self.table(other)
            self.changes(other)
            other.execute('rollback')
            connection.close()
            self.when_unused(cursor, f'create database rb_copy template {name}')
            self.when_unused(cursor, f'drop database {name}')
            connection = psycopg2.connect(f'host=127.0.0.1 port={self.server.port} user=postgres dbname=rb_copy')
            other = connection.cursor()
            other.execute('select count(*), max(v), max(t) from rb')
            assert other.fetchone() == (1, 1, 'kept')
            connection.close()
            self.when_unused(cursor, 'drop database rb_copy')

    def when_unused(self, cursor, statement):
        for _ in range(500):
            try:
                cursor.execute(statement)
                return
            except psycopg2.errors.ObjectInUse:
                time.sleep(0.01)
        raise AssertionError(f'{statement}: still in use')

    def others_wait_for_its_rows(self):
        cursor, other = self.connect().cursor(), self.connect().cursor()
        self.table(cursor)
        self.changes(cursor)
        thread = threading.Thread(target=other.execute, args=("insert into rb values (5, 50, 'x5')",))
        thread.start()
        time.sleep(0.2)
        assert thread.is_alive(), 'an insert of the same key does not wait'
        cursor.execute('rollback')
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), 'an insert of the same key waits for ever'
        other.execute('select count(*) from rb')
        assert other.fetchone() == (2,)

    def end_of_a_connection(self):
        connection, other = self.connect(), self.connect().cursor()
        self.table(other)
        self.changes(connection.cursor())
        connection.close()
        other.execute(f"set lock_timeout = '{PATIENCE_S}s'")
        other.execute('begin; lock table rb; commit')
        other.execute('select count(*) from rb')
        assert other.fetchone() == (1,)

    def cancelled_statement(self):
        connection = self.connect()
        cursor = connection.cursor()
        self.table(cursor)
        timer = threading.Timer(1.0, connection.cancel)
        timer.start()
        started = time.monotonic()
        try:
            cursor.execute("insert into rb select i, 1, 'x' || i from generate_series(1, 100000000) i")
            raise AssertionError('not cancelled')
        except psycopg2.errors.QueryCanceled:
            late = time.monotonic() - started - 1.0
        cursor.execute('select count(*) from rb')
        assert cursor.fetchone() == (1,)
        assert late < 0.3, f'the answer to a cancel came after {late:.3f} s'

    def changes_of_the_schema(self):
        cursor = self.connect().cursor()
        self.table(cursor)
        cursor.execute('drop table if exists rb_copy')
        for _ in range(2):
            cursor.execute('begin')
            cursor.execute(f"create table rb_copy as select i, 'x' || i t from generate_series(1, {ROWS}) i")
            cursor.execute('create index on rb_copy (t)')
            cursor.execute('alter table rb add column w int')
            cursor.execute(f"insert into rb select i, 1, 'x', 1 from generate_series(1, {ROWS}) i")
            started = time.monotonic()
            cursor.execute('rollback')
            assert time.monotonic() - started < 0.3, f'{time.monotonic() - started:.3f} s'
            cursor.execute('select * from rb')
            assert cursor.fetchall() == [(0, 1, 'kept')]
            cursor.execute("select count(*) from pg_class where relname ~ '^rb_copy'")
            assert cursor.fetchone() == (0,)
        cursor.execute('create table rb_copy (a int); insert into rb_copy values (1); alter table rb add column w text')
        cursor.execute('select (select count(*) from rb_copy), w from rb')
        assert cursor.fetchall() == [(1, None)]

    def run(self):
        failed = 0
        for name in ('rollback_answers_at_once', 'own_next_changes_wait', 'others_wait_for_its_rows', 'end_of_a_connection',
                     'cancelled_statement', 'changes_of_the_schema', 'database_is_dropped_behind_it'):
            try:
                getattr(self, name)()
            except (AssertionError, psycopg2.Error) as error:
                print(f'--- {name}: {error}')
                failed += 1
            for connection in self.connections:
                connection.close()
            self.connections.clear()
        return failed


def ended_meanwhile(binary, how):
    """The server ends by that signal while it rolls back; afterwards nothing of the transaction is there."""
    problems = []
    with Server(binary) as server:
        cases = Cases(server)
        cursor = cases.connect().cursor()
        cases.table(cursor)
        cases.changes(cursor)
        cursor.execute('rollback')
        server.process.send_signal(how)
        server.process.wait(PATIENCE_S)
        problems.append(server.check())
        server.start()
        again = cases.connect().cursor()
        again.execute('select count(*), max(v), max(t) from rb')
        row = again.fetchone()
        if row != (1, 1, 'kept'):
            problems.append(f'after {how.name}: {row}')
        again.execute("insert into rb select i, 1, 'y' from generate_series(1, 100) i")
        server.stop()
        problems.append(server.check())
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', required=True)
    options = parser.parse_args()
    with Server(options.binary) as server:
        failed = Cases(server).run()
        server.stop()
        problems = [server.check()]
    for how in (signal.SIGKILL, signal.SIGTERM):
        problems += ended_meanwhile(options.binary, how)
    problems = [problem for problem in problems if problem]
    for problem in problems:
        print(problem)
    print(f'rollback: {failed + len(problems)} failures')
    return 1 if failed or problems else 0


if __name__ == '__main__':
    sys.exit(main())
