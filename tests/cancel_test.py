#!/usr/bin/python3
"""Cancels statements at random moments: the session must answer within 100 ms, and go on.

    cancel_test.py --binary build/relassert/basalt [--seed N] [--limit-ms 100] [--only TEXT]

First all records of tests/sql, each cancelled after a random delay by a second connection (whatever they then answer); after that
statements that would run for long, a kind each. Prints the worst cases. At the end the server stops cleanly and `basalt check`
finds nothing.

The limit is on the server's own time: what one of its threads, or this process, spent ready to run without a processor (the
kernel counts it in schedstat) is taken off and printed beside the worst case.
"""
import argparse
import os
import queue
import random
import socket
import sys
import threading
import time

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, 'support'), os.path.join(HERE, 'sql')]
from run_sql import find_files, read_records, session_of, with_database  # noqa: E402
from server import Server  # noqa: E402
from wire import Wire, cancel_request, message, query  # noqa: E402

PREPARE = """
create table big as select i as id, i % 1000 + 1 as g, (i * 7919::bigint) % 1000003 as r, repeat(md5(i::text), 3) as t
  from generate_series(1, 200000) i;
create table wide_json as select jsonb_agg(jsonb_build_object('k', i, 'v', repeat('x', 50))) as j from generate_series(1, 50000) i;
create table deep_json as select (repeat('{"a":[', 400) || '1' || repeat(']}', 400))::jsonb as j from generate_series(1, 300);
create table locked (a int primary key);
insert into locked values (1);
create function spin() returns int language plpgsql as $$ declare n int := 0; begin loop n := (n + 1) % 1000; end loop; end $$;
create function slow(i int) returns int language plpgsql as $$ begin perform pg_sleep(0.001); return i; end $$;
create function fib(n int) returns bigint language sql as
  $$ select case when n < 2 then n::bigint else fib(n - 1) + fib(n - 2) end $$;
create table child (id int, parent int references locked);
create table changing (id int primary key, v int);
insert into changing select i, 0 from generate_series(1, 100000) i;
create index changing_v on changing (v);
create table aggregated (g int, s numeric)
"""
LONG = {
    'sort': 'select * from big a cross join generate_series(1, 50) s order by md5(a.t), s',
    'sort with spill': "select id, t from (select * from big a, generate_series(1, 20) s) x order by t desc, r, id",
    'hash join': 'select count(*) from big a join big b on a.g = b.g',
    'hash join of large keys': 'select count(*) from big a join big b on a.t || a.g = b.t || b.g join big c on c.t || c.g = b.t || b.g',
    'merge join': 'select count(*) from (select * from big order by g) a full join (select * from big order by g) b using (g)',
    'merge join of one key': 'select count(a.t || b.t) from (select g % 1 as k, * from big order by 1) a '
                             'full join (select g % 1 as k, * from big order by 1) b using (k)',
    'hash join of one key': "select count(a.t || b.t) from big a join big b on a.g % 1 = b.g % 1 where a.id + b.id = -1",
    'nested loop': 'select count(*) from big a join big b on a.r < b.r and a.id <> b.id',
    'cross join': 'select count(*) from big a, big b',
    'aggregate': 'select count(distinct md5((a.id * s)::text)) from big a, generate_series(1, 100) s',
    'group by': 'select a.t || s, count(*), sum(r), max(t) from big a, generate_series(1, 20) s group by 1',
    'window': 'select sum(r) over (partition by g order by t rows between 50000 preceding and current row) from big',
    'window over ranks': 'select rank() over (order by t || s), lag(r) over (order by r) from big, generate_series(1, 10) s',
    'distinct': 'select distinct t || s from big, generate_series(1, 30) s',
    'set operation': 'select id::bigint, t from big, generate_series(1, 10) except all select r, t from big, generate_series(1, 10)',
    'intersect': 'select t || s % 7, r from big, generate_series(1, 10) s intersect select t || s % 3, r from big, generate_series(1, 10) s',
    'generate_series': 'select count(*) from generate_series(1, 100000000000)',
    'generate_series as output': 'select generate_series(1, 100000000000)',
    'numeric series': 'select count(*) from generate_series(1.0, 1e15, 0.1)',
    'pg_sleep': 'select pg_sleep(30)',
    'pg_sleep for each row': 'select pg_sleep(0.01) from big',
    'regex': "select count(*) from big where repeat(t, 20) ~ '(a|b|ab)*(c|d)*x{3,20}(.*)(e|f)+y'",
    'regex that explodes': "select repeat('a', 5000) ~ '^(a|aa)+(a|aaa)+\\1\\2$'",
    'regexp_replace': "select length(regexp_replace(repeat(t, 20000), '([0-9a-f])(.)', '\\2\\1', 'g')) from big",
    'like': "select count(*) from big where repeat(t, 100) like '%a%b%c%d%e%f%a%b%c%z'",
    'large text': "select sum(length(replace(repeat(t, 10000), 'a', 'bcd'))) from big",
    'large numeric': 'select length((3::numeric ^ 30000)::text), sum(length((7::numeric ^ (20000 + id % 10))::text)) from big',
    'factorial': 'select length(factorial(32177)::text)',
    'copy to': 'copy (select * from big a, generate_series(1, 1000) s) to stdout',
    'copy from': 'copy-in',
    'insert select': 'insert into aggregated select a.g, a.r from big a, generate_series(1, 100) s',
    'update': 'update changing set v = v + 1 from generate_series(1, 1) s where changing.id > s',
    'delete': 'delete from changing where id in (select b.id from big b, generate_series(1, 50) s)',
    'foreign keys': 'insert into child select i, 1 from generate_series(1, 10000000) i',
    'create index': 'create index on big (t, r, g, id)',
    'create unique index': 'create unique index on big (md5(t || md5(id::text)), t, id)',
    'create table as': 'create table gone as select a.*, s from big a, generate_series(1, 100) s',
    'alter table': "alter table big add column c text default 'x', alter column t type text using md5(t) || md5(md5(t))",
    'add foreign key': 'alter table big add foreign key (g) references changing (id), add check (length(md5(md5(t))) > 1)',
    'analyze': 'analyze big',
    'recursive': 'with recursive r(n) as (values (1) union all select n + 1 from r) select count(*) from r',
    'recursive union': 'with recursive r(n) as (values (1) union select (n * 7 + 1) % 100000007 from r) select count(*) from r',
    'recursive graph': 'with recursive r(n, d) as (select 1, 0 union all select b.id, d + 1 from r join big b on b.g = r.n % 1000) '
                       'select count(*) from r',
    'PL/pgSQL loop': 'select spin()',
    'PL/pgSQL query loop': 'do $$ declare x record; begin for x in select * from big a, big b loop end loop; end $$',
    'PL/pgSQL handler': 'do $$ begin loop begin perform 1 / 0; exception when division_by_zero then null; end; end loop; end $$',
    'PL/pgSQL strings': "do $$ declare s text := ''; begin loop s := left(s || md5(s), 1000000); end loop; end $$",
    'function for each row': 'select sum(slow(id)) from big',
    'SQL function': 'select fib(40)',
    'json': 'select count(*) from (select jsonb_array_elements(j) v from wide_json) a, '
            '(select jsonb_array_elements(j) v from wide_json) b where a.v || b.v = a.v',
    'deep json': 'select count(*) from deep_json a, deep_json b, deep_json c where a.j || b.j = c.j or a.j @> b.j',
    'json output': 'select sum(length(j::text)) from wide_json, generate_series(1, 1000)',
    'json path': "select count(*) from wide_json, generate_series(1, 100) where j @? '$[*] ? (@.v like_regex \"(x|xx)*y\")'",
    'json aggregate': "select jsonb_agg(jsonb_build_object('a', t, 'b', s)) from big, generate_series(1, 20) s",
    'arrays': 'select count(*) from (select array_agg(id) a from big) x, big where big.r = any(x.a) and big.id = any(x.a)',
    'array unnest': 'select count(*) from big, unnest(string_to_array(repeat(t, 50), \'a\')) u',
    'string_agg': "select length(string_agg(t, ',' order by t desc)) from big, generate_series(1, 30)",
    'subquery for each row': 'select count((select max(r) from big b where b.id > a.id)) from big a',
    'correlated exists': 'select count(*) from big a where exists (select from big b where b.r + a.r = -1)',
    'lateral': 'select count(*) from big a, lateral (select * from big b where b.g = a.g order by b.r limit 3) x',
    'row lock wait': 'select * from locked where a = 1 for update',
    'table lock wait': 'lock table locked in access exclusive mode',
    'advisory lock wait': 'select pg_advisory_lock(4711)',
    'unique wait': 'insert into locked values (2)',
    'many parameters of IN': 'select count(*) from big a, big b where a.id in (' + ','.join(str(i) for i in range(3000)) +
                             ') and md5(a.t || b.t) = md5(b.t)',
    'large plan': 'select count(*) from ' + ', '.join(f'pg_class c{i}' for i in range(12)) + ' where ' +
                  ' and '.join(f'c{i}.oid = c{i + 1}.reltype' for i in range(11)) + ' or c0.oid = 1',
    'explain analyze': 'explain analyze select count(*) from big a, big b',
    'cursor': 'begin; declare c scroll cursor for select * from big a, big b; move absolute 1000000000 in c',
}


def waits_for_processor(pid):
    """For each thread of a process: how many seconds it was ready to run and waited for a processor, so far."""
    waits = {}
    for thread in os.listdir(f'/proc/{pid}/task'):
        try:
            with open(f'/proc/{pid}/task/{thread}/schedstat') as file:
                waits[thread] = int(file.read().split()[1]) / 1e9
        except OSError:
            pass  # the thread has ended
    return waits


class Canceller:
    """Sends a cancel request at a given time, from a thread of its own."""

    def __init__(self, port, server_pid):
        self.port = port
        self.processes = (server_pid, os.getpid())
        self.orders = queue.Queue()
        self.sent = None
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def order(self, delay, pid, key):
        self.done.clear()
        self.sent = None
        self.finished = threading.Event()
        self.orders.put((time.monotonic() + delay, pid, key))

    def run(self):
        while True:
            when, pid, key = self.orders.get()
            with socket.create_connection(('127.0.0.1', self.port)) as connection:
                self.finished.wait(max(0, when - time.monotonic()))
                if not self.finished.is_set():
                    self.waits = [waits_for_processor(pid) for pid in self.processes]
                    self.sent = time.monotonic()
                    connection.sendall(cancel_request(pid, key))
                    connection.settimeout(10)
                    try:
                        connection.recv(1)  # the server hangs up when it has passed the request on
                    except OSError:
                        pass
            self.done.set()

    def statement_has_ended(self, query_sent, cancelled):
        """How long it took the session to end the statement, and how much of it was the longest wait of a thread of the server and
        one of ours for a processor, in ms; None when it was done before. Third: the request may have come before the statement,
        for nothing, since that ran to its end (not `cancelled`)."""
        ended = time.monotonic()
        now = [waits_for_processor(pid) for pid in self.processes] if self.sent else []
        self.finished.set()
        self.done.wait(15)
        if self.sent is None or self.sent > ended:
            return None
        waited = sum(max(total - before.get(thread, 0) for thread, total in after.items())
                     for before, after in zip(self.waits, now))
        return (ended - self.sent) * 1000, waited * 1000, not cancelled and self.sent < query_sent + 0.001


class Report:
    def __init__(self, limit_ms):
        self.limit_ms, self.cases, self.failures, self.too_early = limit_ms, [], [], 0

    def add(self, name, times):
        if times is None:
            return
        took_ms, waited_ms, early = times
        if early and took_ms - waited_ms > self.limit_ms:
            self.too_early += 1
            return
        self.cases.append((took_ms - waited_ms, waited_ms, name))
        if took_ms - waited_ms > self.limit_ms:
            self.failures.append('late: ' + describe(self.cases[-1]))
            print(self.failures[-1], flush=True)

    def summary(self, what):
        worst = describe(max(self.cases, default=(0, 0, 'nothing')))
        return f'{what}: {len(self.cases)} cancelled while they ran, {self.too_early} perhaps before they did, worst {worst}'


def describe(case):
    took_ms, waited_ms, name = case
    return f'{took_ms:.1f} ms (and {waited_ms:.1f} ms without a processor): {name}'


def cancel_records(server, rng, report, only):
    """Every record of tests/sql, with a cancel at a random moment."""
    port = server.port
    canceller = Canceller(port, server.process.pid)

    def run_file(path):
        _, records = read_records(path)

        def action(sessions):
            wires = {}
            for record in records:
                name = session_of(record)
                if name not in wires:
                    wires[name] = Wire(port).start(database=sessions.database, statement_timeout='20s')
                wire = wires[name]
                canceller.order(rng.choice((0, rng.uniform(0, 0.001), rng.uniform(0, 0.01))), wire.pid, wire.key)
                query_sent = time.monotonic()
                lines = run_statement(wire, record.sql)
                ended = canceller.statement_has_ended(query_sent, any("C='57014'" in line for line in lines))
                report.add(f'{os.path.basename(path)}:{record.line} {record.sql[:100]!r}', ended)
                if lines[-1] == '(closed)':
                    report.failures.append(f'connection lost at {path}:{record.line}: {lines[-2:]}')
                    wires.pop(name)
            for wire in wires.values():
                wire.close()

        with_database(f'host=127.0.0.1 port={port} user=postgres', 'cancel_' + os.path.basename(path)[:-4], action)

    for path in find_files([os.path.join(HERE, 'sql')]):
        if only in path:
            run_file(path)


def run_statement(wire, sql):
    """Up to ReadyForQuery; a COPY FROM STDIN gets nothing but its end."""
    wire.send(query(sql))
    lines = wire.read(until='ZG')
    if lines[-1].startswith('G'):
        lines += wire.run(message('c'))
    return lines


def copy_in(wire):
    """Data without end, until the server has had enough."""
    wire.send(query('copy aggregated from stdin'))
    assert wire.read(until='GZ')[-1].startswith('G')
    data = b''.join(message('d', f'{i}\t{i}.5\n'.encode()) for i in range(2000))
    while wire.quiet(0):
        wire.send(data)
    wire.send(message('c'))


def cancel_long(server, rng, report, only, rounds):
    canceller = Canceller(server.port, server.process.pid)
    with Wire(server.port).start() as setup:
        for statement in PREPARE.split(';\n'):
            lines = setup.run(query(statement))
            assert not any(line.startswith('E') for line in lines), (statement, lines)
        setup.run(query('begin; select * from locked for update; insert into locked values (2); select pg_advisory_lock(4711)'))
        for name, sql in LONG.items():
            if only not in name:
                continue
            for _ in range(rounds):
                cancel_one(server.port, canceller, rng.uniform(0.02, 0.6), name, sql, report)
        setup.run(query('rollback'))


def drain(wire):
    """Reads up to ReadyForQuery, without a look at the rows; the last bytes, b'closed', or b'' after 8 seconds."""
    deadline = time.monotonic() + 8
    tail = b''
    wire.socket.settimeout(1)
    while time.monotonic() < deadline:
        try:
            got = wire.socket.recv(1 << 20)
        except socket.timeout:
            continue
        if not got:
            return b'closed'
        tail = (tail + got)[-3000:]
        if tail[-6:-1] == b'Z\0\0\0\5':
            wire.socket.settimeout(30)
            return tail
    return b''


def cancel_one(port, canceller, delay, name, sql, report):
    with Wire(port).start(statement_timeout='5s') as wire:
        wire.run(query("set work_mem = '16MB'; begin"))
        canceller.order(delay, wire.pid, wire.key)
        query_sent = time.monotonic()
        if sql == 'copy-in':
            copy_in(wire)
        else:
            wire.send(query(sql))
        end = drain(wire)
        took = canceller.statement_has_ended(query_sent, b'C57014\0' in end)
        if not end.endswith((b'Z\0\0\0\5T', b'Z\0\0\0\5E', b'Z\0\0\0\5I')):
            report.failures.append(f'{name}: ' + ('connection lost' if end == b'closed' else 'still running 8 s later'))
            print(report.failures[-1], flush=True)
            return
        error = end.rfind(b'SERROR\0')
        if error >= 0 and b'C57014\0' not in end[error:] and b'C53200\0' not in end[error:]:
            report.failures.append(f'{name}: {end[error:]!r}')
        if wire.run(query('rollback; select 42'))[-3:-1] != ["D '42'", 'C SELECT 1']:
            report.failures.append(f'{name}: the session does not go on')
        report.add(name, took)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', required=True)
    parser.add_argument('--seed', type=int, default=None)
    parser.add_argument('--limit-ms', type=float, default=100)
    parser.add_argument('--only', default='', help='part of a file name or of the name of a long statement')
    parser.add_argument('--rounds', type=int, default=1, help='of the long statements')
    parser.add_argument('--verbose', action='store_true')
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else int(time.time())
    rng = random.Random(seed)
    print(f'seed {seed}', flush=True)
    records, long = Report(options.limit_ms), Report(options.limit_ms)
    with Server(options.binary) as server:
        try:
            cancel_records(server, rng, records, options.only)
        except psycopg2.OperationalError:
            print('the server says:\n' + server.log_tail())
            raise
        print(records.summary('records'))
        cancel_long(server, rng, long, options.only, options.rounds)
        print(long.summary('long statements'))
        if options.verbose:
            print('\n'.join(map(describe, sorted(long.cases, reverse=True))))
        server.stop()
        findings = server.check()
    failures = records.failures + long.failures + ([f'basalt check: {findings}'] if findings else [])
    print('\n'.join(failures) or 'all within the limit')
    return 1 if failures or not records.cases else 0


if __name__ == '__main__':
    sys.exit(main())
