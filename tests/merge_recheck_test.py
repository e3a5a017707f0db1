#!/usr/bin/python3
"""MERGE, and statements whose sources are not tables, meet rows that another transaction changes meanwhile. What
PostgreSQL 15 does is recorded in merge_recheck_expected.txt.

    merge_recheck_test.py --binary build/relassert/basalt [--config CONFIG.json]
    merge_recheck_test.py --record 'host=... port=... user=postgres dbname=...'
"""
import argparse
import json
import os
import sys
import threading

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, 'support'))
from server import Server  # noqa: E402

EXPECTED = os.path.join(HERE, 'merge_recheck_expected.txt')
TABLES = ['drop table if exists mt, ms cascade', 'create table mt (id int, v int)',
          'create table ms (i int primary key, d int)', 'insert into mt values (1, 600), (2, 700), (3, 800)',
          'insert into ms values (1, 10), (2, 20), (4, 40)', 'create view mv as select i, d from ms where d < 1000',
          'create or replace function mt_change() returns trigger language plpgsql as $$ begin '
          "if tg_op = 'DELETE' then return old; end if; new.v := new.v + 5; return new; end $$"]
TRIGGER = 'create trigger b before insert or update or delete on mt for each row execute function mt_change()'
AFTER = 'create trigger a after insert or update or delete on mt for each row execute function mt_change()'

ONE = 'merge into mt t using (values (1)) s(i) on t.id = s.i '
ALL = 'merge into mt t using ms s on t.id = s.i '
MANY = 'merge into mt t using (values (2, 2), (1, 1), (5, 5)) s(i, d) on t.id = s.i '
TWICE = 'merge into mt t using (values (1, 1), (1, 2)) s(i, d) on t.id = s.i '
ARMS = ('when matched and v > 650 then delete when matched and v > 500 then update set v = v + 1 '
        'when matched then do nothing when not matched then insert values (s.i, -s.i)')
CHANGES = ['update mt set v = 1 where id = 1', 'update mt set v = 1000 where id = 1',
           'update mt set v = 550 where id = 1', 'update mt set id = 77 where id = 1', 'delete from mt where id = 1',
           'update mt set id = 2 where id = 1', 'update mt set v = v + 1', 'update ms set d = 99, i = i + 100',
           'update mt set id = 77; insert into mt values (1, 1)']
# What the statement is, and what the other transaction does meanwhile.
CASES = [
    (ONE + 'when matched and t.v > 500 then delete', CHANGES[:6]),
    (ONE + 'when matched then update set v = t.v + 1 when not matched then insert values (s.i, 0)', CHANGES),
    (ALL + ARMS, CHANGES),
    (MANY + ARMS, CHANGES),
    (ALL + 'when matched and t.v + s.d > 600 then update set v = t.v + s.d', CHANGES),
    (ALL + 'when matched and v < 600 then update set v = -1 when matched then do nothing', CHANGES[:3]),
    (ONE + 'when matched then do nothing when not matched then insert values (9, 9)', CHANGES[3:5]),
    (MANY + 'when not matched and s.d > 1 then insert values (s.i, s.d) '
     'when matched and v = 600 then update set v = s.d when matched and v = 1 then delete '
     'when not matched then insert values (100, 100)', CHANGES[:6]),
    (TWICE + 'when matched then update set v = v + s.d', CHANGES[:5]),
    (TWICE + 'when matched and v = 600 then update set v = v + s.d when not matched then insert values (s.i, s.d)',
     CHANGES[:5]),
    ('merge into mt t using (values (1, 1), (77, 2)) s(i, d) on t.id = s.i when matched then update set v = v + s.d',
     CHANGES[3:4]),
    ('merge into mt t using mv s on t.id = s.i ' + ARMS, CHANGES),
    ('merge into mt t using (select i, sum(d) d from ms group by i) s on t.id = s.i ' + ARMS, CHANGES),
    ('merge into mt t using (ms s join (values (1), (2)) w(x) on w.x = s.i) on t.id = s.i and x < 3 ' + ARMS, CHANGES),
    ('merge into mt t using (ms s left join (values (4)) w(x) on w.x = s.i) on t.id = s.i and x is null ' + ARMS,
     CHANGES[:5]),
    ('merge into mt t using ms s on t.id = s.i and t.v > 500 ' + ARMS, CHANGES),
    ('update mt set v = x from (values (1, 10), (1, 20), (2, 30)) s(i, x) where id = i and x > 10', CHANGES[:7]),
    ('update mt set v = x from generate_series(30, 10, -10) x where id = 1 and x < 30', CHANGES[:4]),
    ('update mt set v = x from (select v + 0 as x from mt limit 9) s where id = 1 and x = 700', CHANGES[:4]),
    ('update mt set v = mt.v + y from ms, lateral (select count(*) + ms.d y from ms z) l where id = 1 and i = 2',
     CHANGES[:4]),
    ('with c as (select i, random() < 2 r, d from ms) update mt set v = v + d from c where id = i and r', CHANGES[:4]),
    ('with c as (delete from ms returning *) update mt set v = v + d from c where id = i', CHANGES[:4]),
    ('with c as (delete from ms returning *) update mt set v = v + 1 where id in (select i from c)', CHANGES[:4]),
    ('with c as (select mt.*, b from mt join (values (1, 10), (1, 20)) w(a, b) on a = id order by b desc '
     'for update of mt) insert into mt select id + 100, v + b from c', CHANGES[:5]),
    ('with c as (select b, v from mt, generate_series(1, 3) b where id = 1 and b > 1 for update of mt) '
     'insert into mt select b + 100, v from c', CHANGES[:5]),
    ('with c as (select v from mt, generate_series(1, 3) b where id = 1 and b > 1 for update of mt) '
     'insert into mt select 100, v from c', CHANGES[:5]),
    ('with c as (select v + d as v from mt, ms where id = 1 and i = 1 for update) insert into mt select 100, v from c',
     ['update mt set v = 2 where id = 1; update ms set d = 99 where i = 1',
      'update ms set d = 99 where i = 1; update mt set v = 2', 'update ms set d = 99 where i = 1',
      'update mt set v = 2; delete from ms', 'update ms set d = 99; delete from mt']),
]
MERGES = CASES[:4]


def run_case(connect, sql, change, prepare, level):
    """The command tag or SQLSTATE of the statement, and the rows afterwards."""
    admin, first, second = connect(), connect(), connect()
    for statement in TABLES + prepare:
        admin.execute(statement)
    second.execute(f"set default_transaction_isolation = '{level}'")
    first.execute('begin')
    first.execute(change)
    outcome = []

    def run():
        try:
            second.execute(sql)
            outcome.append(second.statusmessage)
        except psycopg2.Error as error:
            outcome.append(f'{error.pgcode} {error.diag.message_primary}')

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(0.1)
    first.execute('commit')
    thread.join()
    admin.execute("select string_agg(id || ':' || v, ' ' order by id, v) from mt")
    rows = admin.fetchone()[0]
    for cursor in (admin, first, second):
        cursor.connection.close()
    return f'{outcome[0]} | {rows}'


def answers(dsn):
    def connect():
        connection = psycopg2.connect(dsn)
        connection.autocommit = True
        return connection.cursor()

    for sql, changes in CASES:
        for change in changes:
            yield f'{sql}\n  meanwhile {change}', run_case(connect, sql, change, [], 'read committed')
    for title, prepare, level in (('before trigger', [TRIGGER], 'read committed'),
                                  ('after trigger', [AFTER], 'read committed'),
                                  ('repeatable read', [], 'repeatable read')):
        for sql, changes in MERGES:
            for change in changes[:5]:
                yield f'{title}: {sql}\n  meanwhile {change}', run_case(connect, sql, change, prepare, level)


def compare(dsn):
    with open(EXPECTED, encoding='utf-8') as file:
        expected = file.read().split('\n\n')
    failed = total = 0
    for (title, got), wanted in zip(answers(dsn), expected, strict=True):
        total += 1
        block = f'{title}\n  {got}'
        if block == wanted.strip():
            continue
        failed += 1
        print(f'{wanted.strip()}\ngot\n  {got}\n')
    print(f'{total - failed} of {total} re-checks are as expected')
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary')
    parser.add_argument('--config')
    parser.add_argument('--record')
    options = parser.parse_args()
    if options.record:
        with open(EXPECTED, 'w', encoding='utf-8') as file:
            file.write('\n\n'.join(f'{title}\n  {got}' for title, got in answers(options.record)) + '\n')
        return 0
    settings = []
    if options.config:
        with open(options.config, encoding='utf-8') as file:
            settings = json.load(file)['set']
    with Server(options.binary, settings) as server:
        code = compare(f'host=127.0.0.1 port={server.port} user=postgres dbname=postgres')
        server.stop()
    return code


if __name__ == '__main__':
    sys.exit(main())
