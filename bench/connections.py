#!/usr/bin/python3
"""Memory of idle connections: 1,000 sessions that have each run 10 different statements.

    bench/connections.py --binary build/release/basalt [--connections 1000] [--limit-mb 100]

Prints the resident memory of the server beyond the empty server (and beyond its shared buffers, which the statements fill for
all), and its threads. Ends with 1 when the memory is over the limit or the threads grow with the connections.
"""
import argparse
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tests', 'support'))
from server import Server  # noqa: E402
from wire import SYNC, Wire, bind, execute, parse, query  # noqa: E402

PREPARE = [
    'create table item (id int primary key, name text, price numeric(10,2), category int)',
    "insert into item select i, 'item ' || i, i / 7.0, i % 20 from generate_series(1, 5000) i",
    'create table category (id int primary key, name text)',
    "insert into category select i, 'category ' || i from generate_series(0, 19) i",
]


def statements(number):
    return [
        query(f'select name, price from item where id = {number}'),
        query('select c.name, count(*), sum(i.price) from item i join category c on c.id = i.category group by c.name order by 1'),
        query(f"insert into item values ({10000 + number}, 'new', 1, 3)"),
        query(f'update item set price = price + 1 where id = {number}'),
        query("set application_name = 'one of many'"),
        query('begin; select * from item where category = 5 order by price desc limit 10; commit'),
        parse('select * from item where id = $1') + bind([str(number)]) + execute() + SYNC,
        parse('select name from category where id = $1', 'by_id') + bind(['7'], name='by_id') + execute() + SYNC,
        query("select relname, relkind from pg_class where relname like 'pg_t%' order by 1"),
        query('select row_number() over (order by price), name from item where id < 50'),
    ]


def memory(pid):
    """(resident anonymous kB, resident kB in all, threads)"""
    values = {}
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        for line in file:
            name, _, rest = line.partition(':')
            values[name] = rest.split()
    return int(values['RssAnon'][0]), int(values['VmRSS'][0]), int(values['Threads'][0])


def settle(pid):
    """Waits until the allocator has given back what it gives back."""
    before = memory(pid)
    for _ in range(10):
        time.sleep(0.5)
        now = memory(pid)
        if abs(now[0] - before[0]) < 64:
            return now
        before = now
    return before


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', required=True)
    parser.add_argument('--connections', type=int, default=1000)
    parser.add_argument('--limit-mb', type=float, default=100)
    options = parser.parse_args()
    with Server(options.binary, [f'max_connections={options.connections + 20}']) as server:
        pid = server.process.pid
        with Wire(server.port).start() as wire:
            for statement in PREPARE:
                wire.run(query(statement))
            # One session warms up what all share: buffers, catalogs.
            for part in statements(0):
                assert not any(line.startswith('E') for line in wire.run(part))
        empty = settle(pid)
        wires = []
        started = time.monotonic()
        for number in range(1, options.connections + 1):
            wire = Wire(server.port).start()
            for part in statements(number):
                lines = wire.run(part)
                assert not any(line.startswith('E') for line in lines), lines
            wires.append(wire)
        took = time.monotonic() - started
        full = settle(pid)
        grown = (full[0] - empty[0]) / 1024
        print(f'empty server: {empty[0] / 1024:.1f} MB private, {empty[1] / 1024:.1f} MB resident, {empty[2]} threads')
        print(f'{options.connections} idle connections: {full[0] / 1024:.1f} MB private, {full[1] / 1024:.1f} MB resident, '
              f'{full[2]} threads ({took:.1f} s to open them and run 10 statements in each)')
        print(f'beyond the empty server: {grown:.1f} MB, {grown * 1024 / options.connections:.1f} kB a connection')
        for wire in wires:
            assert "D '1'" in wire.run(query('select 1'))
            wire.close()
        time.sleep(1)
        after = settle(pid)
        print(f'after all have gone: {after[0] / 1024:.1f} MB private, {after[2]} threads')
    return 1 if grown > options.limit_mb or full[2] > empty[2] + 8 else 0


if __name__ == '__main__':
    sys.exit(main())
