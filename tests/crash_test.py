#!/usr/bin/python3
"""kill -9 under writing clients: what was acknowledged is there afterwards, and nothing by halves.

    crash_test.py --binary build/relassert/basalt [--rounds 30] [--seed N] [--clients 8] [--set name=value ...]

Each client moves money between two accounts and adds a row of history in the same transaction; sometimes it rolls back,
or rolls back to a savepoint first. After a random time the server is killed, `basalt check` reads the directory, the
server starts again, and the test compares:
  - every transaction whose COMMIT was answered has its history row; at most one per client may be there unanswered;
  - no row of a rolled-back transaction or savepoint;
  - each account's balance is the sum of its history, all balances together are zero;
  - the index finds what the heap holds.
Prints the recovery time of each round, and the seed, from which the moments and the amounts follow.
"""
import argparse
import os
import random
import sys
import threading
import time

import psycopg2

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'support'))
from server import Server  # noqa: E402

ACCOUNTS = 60
SCHEMA = [
    'create table account (id int primary key, balance bigint not null, touched int not null default 0, filler text)',
    'create table history (client int, number int, source int not null, target int not null, amount bigint not null,'
    ' note text, primary key (client, number))',
    'create index history_source on history (source)',
    f"insert into account select i, 0, 0, repeat('f', 50) from generate_series(1, {ACCOUNTS}) i",
]
BALANCES = """
select a.id, a.balance, h.total, a.touched, h.moves
from account a
left join (select account, sum(change) as total, count(*) as moves
           from (select source as account, -amount as change from history
                 union all select target, amount from history) c
           group by account) h on h.account = a.id
where a.balance <> coalesce(h.total, 0) or a.touched <> coalesce(h.moves, 0) order by a.id"""
NOT_YET = ('starting up', 'not yet accepting connections')
RETRY = {'40001', '40P01'}


def connect(server):
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = psycopg2.connect(f'host=127.0.0.1 port={server.port} user=postgres dbname=postgres')
            connection.autocommit = True
            return connection
        except psycopg2.OperationalError as error:
            # A server may listen while it still recovers.
            if not any(text in str(error) for text in NOT_YET) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


class Client:
    """One writer. `acknowledged` are the numbers whose COMMIT was answered, `pending` one whose COMMIT was sent."""

    def __init__(self, number, seed):
        self.number = number
        self.random = random.Random(seed * 1000 + number)
        self.next = 1
        self.acknowledged, self.rolled_back = set(), set()
        self.pending = None
        self.problem = None

    def transfer(self, cursor):
        source, target = self.random.sample(range(1, ACCOUNTS + 1), 2)
        amount, number, kind = self.random.randint(1, 1000), self.next, self.random.random()
        self.next += 1
        cursor.execute('begin')
        if kind < 0.15:
            cursor.execute('savepoint s')
            cursor.execute('update account set balance = balance - 1000000 where id = %s', (source,))
            cursor.execute("insert into history values (%s, %s, %s, %s, 1, 'undone')",
                           (self.number, -number, source, target))
            cursor.execute('rollback to savepoint s')
        for account, change in sorted(((source, -amount), (target, amount))):
            cursor.execute('update account set balance = balance + %s, touched = touched + 1 where id = %s',
                           (change, account))
        note = 'n' * self.random.choice((5, 40, 3000))
        cursor.execute('insert into history values (%s, %s, %s, %s, %s, %s)',
                       (self.number, number, source, target, amount, note))
        if kind > 0.9:
            cursor.execute('rollback')
            self.rolled_back.add(number)
            return
        self.pending = number
        cursor.execute('commit')
        self.acknowledged.add(number)
        self.pending = None

    def run(self, server, stopping):
        try:
            cursor = connect(server).cursor()
            while True:
                try:
                    self.transfer(cursor)
                except psycopg2.Error as error:
                    if error.pgcode not in RETRY:
                        raise
                    self.pending = None
                    cursor.execute('rollback')
        except Exception as error:  # also a fault of this test must end it
            # Losing the connection is right once the server is being killed, and at no other time.
            code = getattr(error, 'pgcode', 'XX000')
            if not stopping.is_set() or code not in (None, '57P01', '57P02', '57P03'):
                self.problem = f'client {self.number}: {code} {error}'


def crash_round(server, clients, rng):
    stopping = threading.Event()
    threads = [threading.Thread(target=client.run, args=(server, stopping)) for client in clients]
    for thread in threads:
        thread.start()
    time.sleep(rng.choice((rng.uniform(0.02, 0.2), rng.uniform(0.2, 1.5))))
    stopping.set()
    server.kill()
    for thread in threads:
        thread.join()
    return [client.problem for client in clients if client.problem]


def compare(server, clients):
    problems = []
    connection = connect(server)
    cursor = connection.cursor()

    def rows(query, *arguments):
        cursor.execute(query, arguments or None)
        return cursor.fetchall()

    for client in clients:
        found = {row[0] for row in rows('select number from history where client = %s', client.number)}
        lost = client.acknowledged - found
        extra = found - client.acknowledged - ({client.pending} if client.pending else set())
        if lost:
            problems.append(f'client {client.number}: acknowledged and lost: {sorted(lost)[:10]}')
        if extra:
            problems.append(f'client {client.number}: never committed and there: {sorted(extra)[:10]}')
        client.acknowledged |= found - extra
        client.pending = None
    if rows('select sum(balance) from account')[0][0] != 0:
        problems.append(f'the balances do not add up to zero: {rows("select sum(balance) from account")}')
    wrong = rows(BALANCES)
    if wrong:
        problems.append(f'accounts that disagree with the history (id, balance, history, touched, moves): {wrong[:5]}')
    total = rows('select count(*) from history')[0][0]
    if total != sum(len(client.acknowledged) for client in clients):
        problems.append(f'{total} rows of history')
    for source in (1, ACCOUNTS // 2, ACCOUNTS):
        by_index = rows('select count(*) from history where source = %s', source)
        by_heap = rows('select count(*) from history where source + 0 = %s', source)
        if by_index != by_heap:
            problems.append(f'index and heap disagree on source {source}: {by_index} {by_heap}')
    connection.close()
    return problems, total


def run(server, options):
    rng = random.Random(options.seed)
    connection = connect(server)
    for statement in SCHEMA:
        connection.cursor().execute(statement)
    connection.close()
    clients = [Client(number, options.seed) for number in range(1, options.clients + 1)]
    times = []
    for number in range(1, options.rounds + 1):
        problems = crash_round(server, clients, rng)
        findings = server.check()
        if findings:
            problems.append('basalt check after the kill: ' + findings)
        started = time.monotonic()
        server.start()
        connect(server).close()
        times.append(time.monotonic() - started)
        wrong, total = compare(server, clients)
        problems += wrong
        print(f'round {number}: recovered in {times[-1] * 1000:.0f} ms, {total} transactions', flush=True)
        if problems:
            print('\n'.join(problems))
            print(f'FAILED in round {number}, seed {options.seed}')
            return 1
    idle = [client.number for client in clients if not client.acknowledged or not client.rolled_back]
    if idle and options.rounds >= 10:
        print(f'clients {idle} got too little done for this test to show anything')
        return 1
    mean = sum(times) / len(times)
    print(f'{options.rounds} rounds clean, seed {options.seed}; recovery: mean {mean * 1000:.0f} ms, '
          f'longest {max(times) * 1000:.0f} ms')
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', required=True)
    parser.add_argument('--rounds', type=int, default=30)
    parser.add_argument('--seed', type=int, default=None)
    parser.add_argument('--clients', type=int, default=8)
    parser.add_argument('--set', action='append', default=[])
    options = parser.parse_args()
    if options.seed is None:
        options.seed = int(time.time())
    print(f'seed {options.seed}', flush=True)
    with Server(options.binary, options.set) as server:
        result = run(server, options)
        server.stop()
        findings = server.check()
        if findings:
            print('basalt check after a clean end:\n' + findings)
            result = 1
    return result


if __name__ == '__main__':
    sys.exit(main())
