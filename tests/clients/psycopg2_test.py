#!/usr/bin/python3
"""A small application with psycopg2: a library that lends books.

    psycopg2_test.py --binary build/relassert/basalt
    psycopg2_test.py --port 54329          against a running PostgreSQL
"""
import datetime
import decimal
import io
import json
import select
import sys
import threading
import time
import uuid

import psycopg2
import psycopg2.errors
import psycopg2.extensions
import psycopg2.extras
import psycopg2.pool
from client_test import equal, parse_options, run_checks, with_database

SCHEMA = """
create type shelf as enum ('low', 'middle', 'high');
create table book (
  id serial primary key, isbn varchar(20) unique not null, title text not null, price numeric(8,2) check (price >= 0),
  bought date, weight real, cover bytea, tags text[] not null default '{}', details jsonb, place shelf, code uuid,
  available boolean default true, changed timestamptz default now(), took interval);
create table reader (id serial primary key, name text not null, born date);
create table loan (
  book int references book on delete restrict, reader int references reader on delete cascade,
  since timestamp not null default localtimestamp, until date, primary key (book, reader));
create index loan_reader on loan (reader);
create view lent as select b.title, r.name from loan l join book b on b.id = l.book join reader r on r.id = l.reader;
"""


class Library:
    def __init__(self, host, port, user, database):
        self.dsn = f'host={host} port={port} user={user} dbname={database} application_name=library'
        self.connection = self.connect()

    def connect(self, **options):
        return psycopg2.connect(self.dsn, **options)


def schema(library):
    with library.connection, library.connection.cursor() as cursor:
        cursor.execute(SCHEMA)


def connection_facts(library):
    connection = library.connection
    equal(connection.server_version // 10000, 15)
    equal(connection.encoding, 'UTF8')
    equal(connection.get_parameter_status('application_name'), 'library')
    equal(connection.get_parameter_status('integer_datetimes'), 'on')
    assert connection.info.backend_pid == connection.get_backend_pid() > 0
    with library.connect(options='-c search_path=pg_catalog -c statement_timeout=12345') as other:
        cursor = other.cursor()
        cursor.execute('show search_path')
        equal(cursor.fetchone(), ('pg_catalog',))
        cursor.execute('show statement_timeout')
        equal(cursor.fetchone(), ('12345ms',))
    with library.connect(client_encoding='UTF8') as other:
        other.set_client_encoding('utf-8')


def values_of_every_type(library):
    row = dict(isbn='1', title="O'Reilly \\ \"x\" ä€𝄞", price=decimal.Decimal('12.50'), bought=datetime.date(2020, 2, 29),
               weight=1.5, cover=psycopg2.Binary(bytes(range(256))), tags=['a', 'b,c', 'd"e', '', None],
               details=psycopg2.extras.Json({'pages': 300, 'index': [1, None, {'x': 'ü'}]}), place='middle',
               code=uuid.UUID('12345678-1234-5678-1234-567812345678'), available=None,
               changed=datetime.datetime(2021, 3, 4, 5, 6, 7, 89, tzinfo=datetime.timezone.utc),
               took=datetime.timedelta(days=1, seconds=7200, microseconds=5))
    psycopg2.extras.register_uuid()
    with library.connection, library.connection.cursor() as cursor:
        cursor.execute(f"insert into book ({', '.join(row)}) values ({', '.join(f'%({name})s' for name in row)}) returning id", row)
        equal(cursor.fetchone(), (1,))
        equal(cursor.statusmessage, 'INSERT 0 1')
        equal(cursor.rowcount, 1)
    with library.connect(cursor_factory=psycopg2.extras.DictCursor) as other, other.cursor() as cursor:
        cursor.execute('select * from book where id = %s', (1,))
        got = cursor.fetchone()
        for name, value in row.items():
            if name == 'cover':
                equal(bytes(got[name]), bytes(range(256)))
            elif name == 'details':
                equal(got[name], {'pages': 300, 'index': [1, None, {'x': 'ü'}]})
            else:
                equal(got[name], value)
        names = [column.name for column in cursor.description]
        equal(names[:4], ['id', 'isbn', 'title', 'price'])
        price = cursor.description[3]
        equal((price.type_code, price.precision, price.scale), (1700, 8, 2))
        equal(cursor.description[0].table_column, 1)


def arrays_ranges_and_composites(library):
    with library.connection, library.connection.cursor() as cursor:
        cursor.execute('select %s, %s, %s::int[]', ([1, 2, 3], [[1.5, 2.5], [3.5, None]], []))
        equal(cursor.fetchone(), ([1, 2, 3], [[decimal.Decimal('1.5'), decimal.Decimal('2.5')],
                                              [decimal.Decimal('3.5'), None]], []))
        cursor.execute('select 2 = any(%s), %s in %s', ([1, 2], 5, (4, 5)))
        equal(cursor.fetchone(), (True, True))
        cursor.execute("select array['2020-01-01'::date], array[now()] is not null, '{\"a\": [1]}'::json, row(1, 'x')::text")
        equal(cursor.fetchone(), ([datetime.date(2020, 1, 1)], True, {'a': [1]}, '(1,x)'))
        cursor.execute('create type pair as (number int, word text)')
        pair = psycopg2.extras.register_composite('pair', cursor)
        cursor.execute("select row(7, 'seven')::pair, %s::pair", ((8, 'ei(g"ht'),))
        equal(cursor.fetchone(), (pair.type(7, 'seven'), pair.type(8, 'ei(g"ht')))
        cursor.execute("select int4range(1, 5), '[2020-01-01,2020-02-01)'::daterange, numrange(1.5, null, '(]')")
        low, dates, numbers = cursor.fetchone()
        equal((low, dates.upper, numbers.upper_inf),
              (psycopg2.extras.NumericRange(1, 5), datetime.date(2020, 2, 1), True))
        equal(psycopg2.extras.HstoreAdapter.get_oids(library.connection), ((), ()))


def bulk(library):
    with library.connection, library.connection.cursor() as cursor:
        cursor.executemany('insert into reader (name, born) values (%s, %s)',
                           [(f'reader {i}', datetime.date(1980, 1, 1) + datetime.timedelta(i)) for i in range(20)])
        equal(psycopg2.extras.execute_values(
            cursor, 'insert into book (isbn, title, price) values %s returning id',
            [(f'v{i}', f'title {i}', i) for i in range(250)], page_size=100, fetch=True)[-1], (251,))
        psycopg2.extras.execute_batch(cursor, 'update book set weight = %s where id = %s', [(i, i) for i in range(2, 102)])
        cursor.execute('select count(*), sum(weight) from book where weight is not null and id > 1')
        equal(cursor.fetchone(), (100, sum(range(2, 102))))
        lines = io.StringIO(''.join(f'{book}\t{1 + book % 20}\t2024-01-01 10:00:00\t\\N\n' for book in range(2, 102)))
        cursor.copy_from(lines, 'loan', columns=('book', 'reader', 'since', 'until'))
        equal(cursor.rowcount, 100)
        out = io.StringIO()
        cursor.copy_expert('copy (select book, reader from loan order by book limit 2) to stdout with csv header', out)
        equal(out.getvalue(), 'book,reader\n2,3\n3,4\n')
        out = io.StringIO()
        cursor.copy_to(out, 'reader', sep='|', columns=('id', 'name'))
        equal(out.getvalue().count('\n'), 20)
        try:
            cursor.copy_from(io.StringIO('1\tx\n'), 'loan', columns=('book', 'reader'))
            raise AssertionError('bad copy data was accepted')
        except psycopg2.errors.InvalidTextRepresentation as error:
            equal(error.diag.context, 'COPY loan, line 1, column reader: "x"')
            library.connection.rollback()
    bulk_again(library)


def bulk_again(library):
    """What the failed COPY has undone, once more."""
    with library.connection, library.connection.cursor() as cursor:
        cursor.execute("insert into reader (name) select 'reader ' || i from generate_series(1, 20) i")
        cursor.execute("insert into book (isbn, title, price) select 'v' || i, 'title ' || i, i from generate_series(1, 250) i")
        cursor.execute('insert into loan (book, reader) select b.id, (select min(id) from reader) + b.id %% 20 from book b '
                       'where b.isbn like %s order by b.id limit 100', ('v%',))
        equal(cursor.rowcount, 100)


def fails(library, error_class, sql, parameters=None, **fields):
    with library.connection.cursor() as cursor:
        try:
            cursor.execute(sql, parameters)
        except psycopg2.Error as error:
            if not isinstance(error, error_class):
                raise
            for name, value in fields.items():
                equal(getattr(error.diag, name), value)
            equal(library.connection.info.transaction_status, psycopg2.extensions.TRANSACTION_STATUS_INERROR)
            library.connection.rollback()
            return
    raise AssertionError(f'{sql}: no {error_class.__name__}')


def errors(library):
    fails(library, psycopg2.errors.UniqueViolation, "insert into book (isbn, title) values ('1', 'again')",
          constraint_name='book_isbn_key', table_name='book', message_detail='Key (isbn)=(1) already exists.')
    fails(library, psycopg2.errors.NotNullViolation, 'insert into reader (name) values (null)', column_name='name')
    fails(library, psycopg2.errors.CheckViolation, "insert into book (isbn, title, price) values ('x', 'y', -1)",
          constraint_name='book_price_check')
    fails(library, psycopg2.errors.ForeignKeyViolation, 'insert into loan values (999999, 1)', constraint_name='loan_book_fkey')
    fails(library, psycopg2.errors.ForeignKeyViolation, 'delete from book where id in (select book from loan)',
          constraint_name='loan_book_fkey')
    fails(library, psycopg2.errors.SyntaxError, 'selec 1', statement_position='1')
    fails(library, psycopg2.errors.UndefinedTable, 'select * from missing', statement_position='15')
    fails(library, psycopg2.errors.UndefinedColumn, 'select missing from book')
    fails(library, psycopg2.errors.DivisionByZero, 'select 1 / (id - id) from book')
    fails(library, psycopg2.errors.InvalidTextRepresentation, "select %s::int", ('x',))
    fails(library, psycopg2.errors.StringDataRightTruncation, 'insert into book (isbn, title) values (%s, %s)', ('9' * 21, 't'))
    fails(library, psycopg2.errors.NumericValueOutOfRange, 'select 2147483647 + 1')
    fails(library, psycopg2.errors.DatetimeFieldOverflow, "select '2021-02-29'::date")
    fails(library, psycopg2.errors.UndefinedFunction, 'select missing(1)')
    fails(library, psycopg2.errors.AmbiguousColumn, 'select id from book, reader')


def transactions(library):
    connection, other = library.connection, library.connect()
    with connection.cursor() as cursor, other.cursor() as second:
        cursor.execute("insert into reader (name) values ('not yet')")
        second.execute("select count(*) from reader where name = 'not yet'")
        equal(second.fetchone(), (0,))
        other.commit()
        cursor.execute('savepoint s')
        try:
            cursor.execute('select 1 / 0')
        except psycopg2.errors.DivisionByZero:
            cursor.execute('rollback to savepoint s')
        connection.commit()
        second.execute("select count(*) from reader where name = 'not yet'")
        equal(second.fetchone(), (1,))
        other.rollback()
        other.set_session(isolation_level='REPEATABLE READ', readonly=True)
        second.execute('select count(*) from reader')
        before = second.fetchone()
        cursor.execute("insert into reader (name) values ('later')")
        connection.commit()
        second.execute('select count(*) from reader')
        equal(second.fetchone(), before)
        try:
            second.execute('delete from reader')
            raise AssertionError('a read-only transaction has written')
        except psycopg2.errors.ReadOnlySqlTransaction:
            other.rollback()
    other.close()
    with library.connection as again, again.cursor() as cursor:
        cursor.execute("delete from reader where name in ('not yet', 'later')")
        equal(cursor.rowcount, 2)


def write_conflict(library):
    other = library.connect()
    other.set_session(isolation_level='REPEATABLE READ')
    with library.connection.cursor() as cursor, other.cursor() as second:
        second.execute('select price from book where id = 1')
        cursor.execute('update book set price = price + 1 where id = 1')
        library.connection.commit()
        try:
            second.execute('update book set price = price + 1 where id = 1')
            raise AssertionError('the update was not refused')
        except psycopg2.errors.SerializationFailure:
            other.rollback()
    other.close()


def deadlock(library):
    connections = [library.connect() for _ in range(2)]
    results = []
    barrier = threading.Barrier(2)

    def run(connection, first, second):
        with connection.cursor() as cursor:
            try:
                cursor.execute('update book set price = price where id = %s', (first,))
                barrier.wait()
                cursor.execute('update book set price = price where id = %s', (second,))
                connection.commit()
                results.append('done')
            except psycopg2.errors.DeadlockDetected:
                connection.rollback()
                results.append('deadlock')

    threads = [threading.Thread(target=run, args=(connections[0], 1, 252)),
               threading.Thread(target=run, args=(connections[1], 252, 1))]
    with library.connection, library.connection.cursor() as cursor:
        cursor.execute("insert into book (id, isbn, title) values (252, 'd', 'deadlock') on conflict do nothing")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    equal(sorted(results), ['deadlock', 'done'])
    for connection in connections:
        connection.close()


def server_side_cursors(library):
    with library.connection:
        cursor = library.connection.cursor('books')
        cursor.itersize = 30
        cursor.execute('select id, title from book order by id')
        equal(len([row for row in cursor]), library_count(library))
        cursor.close()
        cursor = library.connection.cursor('scrolling', scrollable=True)
        cursor.execute('select i from generate_series(1, 100) i')
        equal(cursor.fetchone(), (1,))
        cursor.scroll(49)
        equal(cursor.fetchone(), (51,))
        cursor.scroll(0, mode='absolute')
        equal(cursor.fetchmany(2), [(1,), (2,)])
        cursor.close()
    cursor = library.connection.cursor('held', withhold=True)
    cursor.execute('select i from generate_series(1, 10) i')
    library.connection.commit()
    equal(cursor.fetchall(), [(i,) for i in range(1, 11)])
    cursor.close()
    library.connection.commit()


def library_count(library):
    with library.connect() as other, other.cursor() as cursor:
        cursor.execute('select count(*) from book')
        return cursor.fetchone()[0]


def reports(library):
    with library.connection, library.connection.cursor(cursor_factory=psycopg2.extras.NamedTupleCursor) as cursor:
        cursor.execute("""
            with lent as (select reader, count(*) as books, min(b.price) as cheapest
                          from loan l join book b on b.id = l.book group by reader)
            select r.name, lent.books, lent.cheapest, rank() over (order by lent.books desc, r.id) as place
            from lent join reader r on r.id = lent.reader order by place limit 3""")
        rows = cursor.fetchall()
        equal([(row.books, row.place) for row in rows], [(5, 1), (5, 2), (5, 3)])
        cursor.execute('select count(*) as number from lent')
        equal(cursor.fetchone().number, 100)
        cursor.execute("select title from book where details @> %s", (json.dumps({'pages': 300}),))
        equal(len(cursor.fetchall()), 1)
        cursor.execute("insert into book (isbn, title) values ('1', 'new') on conflict (isbn) do update "
                       'set title = excluded.title returning (xmax = 0) as inserted, title')
        equal(cursor.fetchone().title, 'new')


def notices_and_notifications(library):
    del library.connection.notices[:]
    with library.connection, library.connection.cursor() as cursor:
        cursor.execute('drop table if exists missing_table')
        cursor.execute("do $$ begin raise warning 'careful %', 7; end $$")
    equal(library.connection.notices,
          ['NOTICE:  table "missing_table" does not exist, skipping\n', 'WARNING:  careful 7\n'])
    listener = library.connect()
    listener.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
    with listener.cursor() as cursor:
        cursor.execute('listen returned')
    with library.connection, library.connection.cursor() as cursor:
        cursor.execute("select pg_notify('returned', 'book 5')")
    assert select.select([listener], [], [], 5)[0], 'no notification'
    listener.poll()
    equal([(note.channel, note.payload) for note in listener.notifies], [('returned', 'book 5')])
    listener.close()


def cancel_and_timeout(library):
    connection = library.connection
    timer = threading.Timer(0.3, connection.cancel)
    timer.start()
    started = time.monotonic()
    with connection.cursor() as cursor:
        try:
            cursor.execute('select pg_sleep(10)')
            raise AssertionError('not cancelled')
        except psycopg2.errors.QueryCanceled:
            connection.rollback()
        assert time.monotonic() - started < 2
        cursor.execute("set local statement_timeout = '100ms'")
        try:
            cursor.execute('select pg_sleep(10)')
            raise AssertionError('no timeout')
        except psycopg2.errors.QueryCanceled as error:
            equal(error.diag.message_primary, 'canceling statement due to statement timeout')
            connection.rollback()


def pool(library):
    connections = psycopg2.pool.ThreadedConnectionPool(2, 8, library.dsn)
    counts = []

    def work(number):
        for _ in range(10):
            connection = connections.getconn()
            with connection, connection.cursor() as cursor:
                cursor.execute('select count(*) from loan where reader > %s', (number - 1000,))
                counts.append(cursor.fetchone()[0])
            connections.putconn(connection)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connections.closeall()
    equal(counts, [100] * 80)


def asynchronous(library):
    connection = psycopg2.connect(library.dsn, async_=True)
    psycopg2.extras.wait_select(connection)
    cursor = connection.cursor()
    cursor.execute('select pg_sleep(0.05), 42')
    psycopg2.extras.wait_select(connection)
    equal(cursor.fetchone()[1], 42)
    connection.close()


def reset_and_disconnect(library):
    connection = library.connect()
    with connection.cursor() as cursor:
        cursor.execute('set work_mem = 100')
        cursor.execute('create temp table gone (a int)')
        connection.commit()
    connection.reset()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute('discard all')
        cursor.execute('select to_regclass(%s)', ('gone',))
        equal(cursor.fetchone(), (None,))
        victim = library.connect()
        cursor.execute('select pg_terminate_backend(%s, 0)', (victim.info.backend_pid,))
        equal(cursor.fetchone(), (True,))
        time.sleep(0.2)
        try:
            victim.cursor().execute('select 1')
            raise AssertionError('the connection still works')
        except psycopg2.OperationalError:
            assert victim.closed
    connection.close()


def large_values(library):
    with library.connection, library.connection.cursor() as cursor:
        text = 'x' * 5_000_000
        cursor.execute('select %s, length(%s)', (text, text))
        got, length = cursor.fetchone()
        assert got == text and length == len(text)
        cursor.execute('select i, repeat(%s, 200) from generate_series(1, 20000) i', ('ab',))
        rows = cursor.fetchall()
        assert len(rows) == 20000 and rows[-1] == (20000, 'ab' * 200)


def two_phase_is_refused_or_works(library):
    connection = library.connect()
    connection.tpc_begin(connection.xid(1, 'global', 'branch'))
    with connection.cursor() as cursor:
        cursor.execute('select 1')
    try:
        connection.tpc_prepare()
        connection.tpc_commit()
    except (psycopg2.errors.FeatureNotSupported, psycopg2.errors.ObjectNotInPrerequisiteState):
        pass
    connection.close()


CHECKS = [schema, connection_facts, values_of_every_type, arrays_ranges_and_composites, bulk, errors, transactions, write_conflict,
          deadlock, server_side_cursors, reports, notices_and_notifications, cancel_and_timeout, pool, asynchronous,
          reset_and_disconnect, large_values, two_phase_is_refused_or_works]


def main():
    return with_database(parse_options(__doc__), 'clients_psycopg2',
                         lambda *where: run_application(Library(*where)))


def run_application(library):
    try:
        return run_checks(CHECKS, library)
    finally:
        library.connection.close()


if __name__ == '__main__':
    sys.exit(main())
