#!/usr/bin/python3
"""More undo than its memory: writers go on, readers of old snapshots see what they saw, and recovery rolls back the rest (STO-3).

    undo_spill_test.py --binary build/relassert/basalt

With 256 kB for undo: a REPEATABLE READ reader stays open while the table changes many times over; a transaction that has changed
every row twice goes back to its savepoint; and the server is killed with such a transaction open. `basalt check` reads the end.
"""
import argparse
import os
import sys

import psycopg2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'support'))
from server import Server  # noqa: E402

ROWS = 20000
STATE = 'select count(*), sum(a), min(b), max(b) from kept'


def connect(server):
    connection = psycopg2.connect(f'host=127.0.0.1 port={server.port} user=postgres')
    connection.autocommit = True
    return connection.cursor()


def state(cursor):
    cursor.execute(STATE)
    return cursor.fetchone()


def change_all(cursor, letter):
    cursor.execute(f"update kept set a = a + 1, b = b || '{letter}'")


def run(server):
    writer, reader = connect(server), connect(server)
    writer.execute('create table kept (id int primary key, a int, b text)')
    writer.execute('create index on kept (a)')
    writer.execute(f"insert into kept select i, i, repeat('x', 50) from generate_series(1, {ROWS}) i")
    reader.execute('begin isolation level repeatable read')
    first = state(reader)
    for round_number in range(5):
        change_all(writer, 'y')
        writer.execute(f'delete from kept where id = {round_number + 1}')
    assert state(reader) == first, 'an old snapshot changed'
    reader.execute('select count(*) from kept where a between 1 and 100')
    assert reader.fetchone()[0] == 100, 'an old snapshot, by the index'
    committed = state(writer)
    assert committed[0] == ROWS - 5, committed

    writer.execute('begin')
    writer.execute('savepoint before')
    change_all(writer, 'z')
    change_all(writer, 'z')
    assert state(writer) != committed
    writer.execute('rollback to before')
    assert state(writer) == committed, 'after ROLLBACK TO SAVEPOINT'
    writer.execute('commit')
    reader.execute('commit')
    assert state(reader) == committed, 'after the old snapshot'

    writer.execute('begin')
    change_all(writer, 'w')
    writer.execute('delete from kept where id % 2 = 0')
    reader.execute('checkpoint')  # which carries the open transaction's undo
    reader.execute("create table after_the_checkpoint as select 1 as one")
    server.kill()
    server.start()
    survivor = connect(server)
    assert state(survivor) == committed, 'after kill -9'
    survivor.execute('select one from after_the_checkpoint')
    change_all(survivor, 'v')
    survivor.connection.close()
    server.stop()
    findings = server.check()
    assert not findings, findings


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', required=True)
    options = parser.parse_args()
    with Server(options.binary, ['basalt.undo_memory=256kB']) as server:
        run(server)
    print('undo beyond its memory: all as it should be')
    return 0


if __name__ == '__main__':
    sys.exit(main())
