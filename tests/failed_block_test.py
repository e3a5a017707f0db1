#!/usr/bin/python3
"""A statement that fails in a transaction block undoes the block at once: nobody waits for its locks until its ROLLBACK. With a
savepoint, what was done before the savepoint stays.

    failed_block_test.py --binary build/relassert/basalt   failed_block_test.py --dsn 'host=... port=... user=postgres'
"""
import os
import sys

import psycopg2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'support'))
from server import run_against  # noqa: E402

TABLES = ['drop table if exists fb, fb_new', 'create table fb (id int primary key, v int)', 'insert into fb values (1, 1), (2, 2)']
# What a block does, and what another session then asks for: it must not wait once the block has failed.
CASES = [
    (['update fb set v = 5 where id = 1'], 'update fb set v = v + 10 where id = 1'),
    (['delete from fb where id = 1'], 'select * from fb where id = 1 for update'),
    (['select * from fb for update'], 'delete from fb'),
    (['lock table fb'], 'select count(*) from fb'),
    (['insert into fb values (3, 3)'], 'insert into fb values (3, 30)'),
    (['create table fb_new (a int)'], 'create table fb_new (b int)'),
    (['alter table fb add column w int'], 'insert into fb values (4, 4)'),
    (['drop table fb'], 'select count(*) from fb'),
    (['select pg_advisory_xact_lock(77)'], 'select pg_advisory_xact_lock(77)'),
    (['declare c cursor for select * from fb for update', 'fetch c'], 'update fb set v = 0'),
]


def waits(session, statement):
    """Does the statement have to wait? A quarter of a second stands for ever."""
    session.execute("set lock_timeout = '250ms'")
    try:
        session.execute(statement)
        return False
    except psycopg2.errors.LockNotAvailable:
        return True


def fail(session):
    try:
        session.execute('select 1 / 0')
    except psycopg2.errors.DivisionByZero:
        return
    raise AssertionError('nothing failed')


def check(connect, before, after, savepoint):
    """What is wrong: the block does `before`, with a savepoint in front of it or behind it or without, and fails."""
    admin, block, other = connect(), connect(), connect()
    for statement in TABLES:
        admin.execute(statement)
    block.execute('begin')
    if savepoint == 'in front':
        block.execute('savepoint s')
    for statement in before:
        block.execute(statement)
    if savepoint == 'behind':
        block.execute('savepoint s')
    fail(block)
    must_wait = savepoint == 'behind'
    wrong = [] if waits(other, after) == must_wait else [f'{after!r} {"does not wait" if must_wait else "waits"}']
    if savepoint:
        block.execute('rollback to s')
    else:
        block.execute('rollback')
        block.execute('begin')
    block.execute('select 1')
    block.execute('commit')
    if must_wait and before[0].startswith('update'):
        admin.execute('select v from fb where id = 1')
        wrong += [] if admin.fetchone()[0] == 5 else ['the change before the savepoint is gone']
    return [f'{before}, savepoint {savepoint}: {text}' for text in wrong]


def block_goes_on(connect):
    """The failed block itself: nothing but its end is carried out, and its end says ROLLBACK."""
    session = connect()
    for statement in TABLES + ['begin', 'set local work_mem = 128', 'insert into fb values (5, 5)', 'savepoint s', 'savepoint t']:
        session.execute(statement)
    for _ in range(2):
        fail(session)
        for statement in ('select 1', 'savepoint u', 'release s', 'show work_mem'):
            try:
                session.execute(statement)
                return [f'{statement} was carried out']
            except psycopg2.errors.InFailedSqlTransaction:
                pass
        session.execute('rollback to t')
    session.execute('insert into fb values (6, 6)')
    fail(session)
    session.execute('rollback to s')
    session.execute('show work_mem')
    shown = session.fetchone()[0]
    session.execute('select count(*) from fb')
    count = session.fetchone()[0]
    fail(session)
    session.execute('commit')
    return [] if (shown, count, session.statusmessage) == ('128kB', 3, 'ROLLBACK') else [f'{shown}, {count}, {session.statusmessage}']


def run_all(dsn):
    open_connections = []

    def connect():
        connection = psycopg2.connect(dsn)
        connection.autocommit = True
        open_connections.append(connection)
        return connection.cursor()

    problems = []
    for before, after in CASES:
        for savepoint in (None, 'in front', 'behind'):
            problems += check(connect, before, after, savepoint)
            while open_connections:
                open_connections.pop().close()
    problems += block_goes_on(connect)
    connect().execute('drop table if exists fb, fb_new')
    for problem in problems:
        print(problem)
    print(f'{len(CASES) * 3 + 1} cases, {len(problems)} wrong')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(run_against(__doc__, run_all))
