"""What wire_test.py sends. Each scenario takes a Port and returns the lines that came back; the same bytes went to PostgreSQL 15,
whose lines are in expected.txt."""
import struct

from wire import (FLUSH, SYNC, TERMINATE, Wire, bind, cancel_request, close, describe, execute, int16, int32, message, parse, query,
                  startup_packet, text, uint16)

SCENARIOS = {}
SERIES = 'select i, i * 10 from generate_series(1, 7) i'


def scenario(function):
    SCENARIOS[function.__name__] = function
    return function


def session(port, *parts, until='Z', count=1):
    with Wire(port).start() as wire:
        return wire.run(*parts, until=until, count=count)


def broken(port, *parts):
    """Bytes after which the server hangs up: all lines up to the end."""
    with Wire(port).start() as wire:
        return wire.run(*parts, until='', count=1)


# --- before the session

@scenario
def ssl_request(port):
    with Wire(port) as wire:
        wire.send(struct.pack('!II', 8, 80877103))
        return ['answered' if wire.socket.recv(1) in (b'N', b'S') else 'not answered']


@scenario
def reported_parameters(port):
    with Wire(port) as wire:
        wire.send(startup_packet([('user', 'postgres'), ('database', 'postgres'), ('application_name', 'wire test'),
                                  ('client_encoding', 'UTF8'), ('TimeZone', 'UTC'), ('DateStyle', 'ISO, MDY'),
                                  ('options', '-c intervalstyle=iso_8601 --work_mem=1MB')]))
        lines = wire.read()
        return lines[:1] + sorted(lines[1:-2]) + lines[-2:] + wire.run(query('show work_mem'))


@scenario
def database_defaults_to_user(port):
    with Wire(port) as wire:
        wire.send(startup_packet([('user', 'postgres')]))
        return [wire.read()[-1]] + wire.run(query('select current_database()'))


def starting(port, packet):
    with Wire(port) as wire:
        return wire.run(packet, until='Z')


for _name, _parameters in (
        ('unknown_database', [('user', 'postgres'), ('database', 'no such database')]),
        ('unknown_role', [('user', 'nobody here'), ('database', 'postgres')]),
        ('no_user', [('database', 'postgres')]),
        ('unknown_parameter', [('user', 'postgres'), ('database', 'postgres'), ('no_such_setting', '1')]),
        ('bad_parameter_value', [('user', 'postgres'), ('database', 'postgres'), ('work_mem', 'much')]),
        ('not_settable_parameter', [('user', 'postgres'), ('database', 'postgres'), ('port', '1')]),
        ('bad_options', [('user', 'postgres'), ('database', 'postgres'), ('options', '-c nothing')]),
        ('bad_client_encoding', [('user', 'postgres'), ('database', 'postgres'), ('client_encoding', 'EBCDIC')]),
        ('template0', [('user', 'postgres'), ('database', 'template0')]),
        ('bad_replication', [('user', 'postgres'), ('database', 'postgres'), ('replication', 'perhaps')])):
    SCENARIOS['startup_' + _name] = lambda port, p=_parameters: starting(port, startup_packet(p))

for _name, _packet in (
        ('protocol_2', startup_packet([('user', 'postgres')], protocol=2 << 16)),
        ('protocol_4', startup_packet([('user', 'postgres')], protocol=4 << 16)),
        ('too_long', struct.pack('!II', 20000, 3 << 16) + b'x' * 100),
        ('negative_length', struct.pack('!iI', -5, 3 << 16)),
        ('too_short', struct.pack('!I', 4)),
        ('no_terminator', struct.pack('!II', 8 + 13, 3 << 16) + b'user\0postgres'),
        ('http', b'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
        ('query_before_startup', query('select 1') + b'\0' * 100)):
    SCENARIOS['startup_' + _name] = lambda port, p=_packet: starting(port, p)


@scenario
def startup_protocol_minor(port):
    packet = startup_packet([('user', 'postgres'), ('_pq_.something', '1')], protocol=(3 << 16) + 9)
    with Wire(port) as wire:
        lines = wire.run(packet)
        return [line for line in lines if line[0] in 'vEZ']


@scenario
def startup_protocol_minor_without_options(port):
    with Wire(port) as wire:
        lines = wire.run(startup_packet([('user', 'postgres')], protocol=(3 << 16) + 9))
        return [line for line in lines if line[0] in 'vEZ']


@scenario
def cancel_with_wrong_key(port):
    with Wire(port).start() as wire:
        with Wire(port) as other:
            lines = other.run(cancel_request(wire.pid, wire.key ^ 1))
        return lines + wire.run(query('select 1'))


@scenario
def cancel_of_nobody(port):
    with Wire(port) as other:
        return other.run(cancel_request(99999999, 1))


@scenario
def cancel_of_an_idle_session(port):
    with Wire(port).start() as wire:
        with Wire(port) as other:
            lines = other.run(cancel_request(wire.pid, wire.key))
        return lines + wire.run(query('select 1'))


@scenario
def cancel_in_a_block(port):
    with Wire(port).start() as wire:
        lines = wire.run(query('begin'))
        wire.send(query('select pg_sleep(20)'))
        with Wire(port) as other:
            wire.quiet(0.2)
            other.run(cancel_request(wire.pid, wire.key))
        return lines + wire.read() + wire.run(query('select 1')) + wire.run(query('rollback'))


# --- framing

@scenario
def unknown_type(port):
    return broken(port, message('y'), query('select 1'))


@scenario
def unknown_type_in_a_block(port):
    return broken(port, query('begin'), message('\x01', b'abc'))


@scenario
def length_negative(port):
    return broken(port, b'Q' + int32(-1))


@scenario
def length_too_small(port):
    return broken(port, b'Q' + int32(3))


@scenario
def length_huge(port):
    return broken(port, b'Q' + int32(0x7fffffff))


@scenario
def length_huge_of_a_small_message(port):
    return broken(port, b'S' + int32(20000) + b'x' * 20000)


@scenario
def function_call_bad(port):
    return session(port, message('F', b'\0'), query('select 1'), count=2)


@scenario
def copy_messages_outside_of_copy(port):
    return session(port, message('d', b'data'), message('c'), message('f', b'why\0'), query('select 1'))


@scenario
def password_message(port):
    return broken(port, message('p', b'secret\0'))


# --- the simple protocol

@scenario
def empty_queries(port):
    return session(port, query(''), query('   '), query(';'), query('-- nothing'), count=4)


@scenario
def query_without_terminator(port):
    return session(port, message('Q', b'select 1'), query('select 2'), count=2)


@scenario
def query_with_bytes_after_the_terminator(port):
    return session(port, message('Q', b'select 1\0select 2\0'), query('select 2'), count=2)


@scenario
def query_empty_body(port):
    return session(port, message('Q'), query('select 2'), count=2)


@scenario
def query_invalid_utf8(port):
    return session(port, query(b"select 'a\xff'"), query(b"select '\xe2\x82'"), query(b"select '\xc0\x80'"),
                   query(b"select '\xed\xa0\x80'"), query(b"select '\xf4\x90\x80\x80'"), query(b'select 1 as "\xe2\x28\xa1"'),
                   query('select 2'), count=7)


@scenario
def several_statements(port):
    return session(port, query('select 1; select 2; select 3 / (random() * 0)::int; select 4'), query('select 5'), count=2)


@scenario
def several_statements_one_transaction(port):
    return session(port, query('create temp table wire_one (a int); insert into wire_one values (1), (2); select 1 / (random() * 0)::int'),
                   query('select * from wire_one'),
                   query('create temp table wire_one (a int primary key); insert into wire_one values (1)'),
                   query('insert into wire_one values (2); commit; insert into wire_one values (1)'),
                   query('begin; insert into wire_one values (3); insert into wire_one values (1)'), query('select 1'),
                   query('rollback; select count(*) from wire_one'), count=7)


@scenario
def error_fields(port):
    return session(port, query('create temp table wire_fields (a int constraint positive check (a > 0) not null)'),
                   query('insert into wire_fields values (-1)'), query('insert into wire_fields values (null)'),
                   query('select nothing from wire_fields'), query('selct 1'), query("select 'x'::int"),
                   query("do $$ begin perform 1 / 0; end $$"), query('raise'),
                   query("do $$ begin raise notice 'note' using hint = 'a hint', detail = 'details', errcode = '01234'; end $$"),
                   query("do $$ begin raise exception 'own' using errcode = 'AB123', column = 'c', table = 't', "
                         "schema = 's', constraint = 'k', datatype = 'd'; end $$"),
                   query("select * from generate_series(1, 3) where pg_typeof(1) = 'x'"), count=11)


@scenario
def notice_before_result(port):
    return session(port, query('drop table if exists wire_missing; select 1'))


# --- the extended protocol

@scenario
def prepared_round(port):
    return session(port, parse('select $1::int + 1, $2::text', 'p'), describe('S', 'p'), bind(['41', 'x'], name='p'),
                   describe('P'), execute(), SYNC)


@scenario
def unnamed_round_binary(port):
    return session(port, parse('select $1::int8, $2::text, $3::bool, $4::float8, $5::numeric, null::int', types=(20,)),
                   bind([struct.pack('!q', 77), b'abc', b'\1', struct.pack('!d', 1.5), '12.50'], formats=(1, 1, 1, 1, 0),
                        result_formats=(1,)), describe('P'), execute(), SYNC)


@scenario
def portal_with_row_limits(port):
    with Wire(port).start() as wire:
        lines = wire.run(query('begin'))
        lines += wire.run(parse(SERIES), bind(portal='c'), execute('c', 3), SYNC)
        lines += wire.run(execute('c', 3), SYNC)
        lines += wire.run(execute('c', 3), SYNC)
        lines += wire.run(execute('c', 3), SYNC)
        return lines + wire.run(execute('c', 0), SYNC)


@scenario
def stable_functions_of_a_suspended_portal(port):
    with Wire(port).start() as wire:
        wire.run(query('create temp table wire_stable (a int); insert into wire_stable values (1), (2), (3)'))
        wire.run(query("create function pg_temp.wire_count() returns bigint language sql stable as 'select count(*) from wire_stable'"))
        lines = wire.run(query('begin'))
        lines += wire.run(parse('select a, pg_temp.wire_count() from wire_stable'), bind(portal='c'), execute('c', 1), SYNC)
        lines += wire.run(query('insert into wire_stable values (4)'))
        return lines + wire.run(execute('c', 1), SYNC) + wire.run(query('rollback'))


@scenario
def row_limit_exactly_all(port):
    return session(port, parse(SERIES), bind(), execute(rows=7), execute(rows=1), SYNC)


@scenario
def row_limit_negative(port):
    return session(port, parse('select 1'), bind(), execute(rows=-3), SYNC)


@scenario
def row_limit_of_an_insert(port):
    return session(port, query('create temp table wire_insert (a int)'),
                   parse('insert into wire_insert select generate_series(1, 5) returning a'), bind(portal='i'),
                   execute('i', 2), execute('i', 2), SYNC, query('select count(*) from wire_insert'), count=3)


@scenario
def several_portals_at_once(port):
    return session(port, query('begin'), parse(SERIES, 's'), bind(portal='a', name='s'), bind(portal='b', name='s'),
                   execute('a', 2), execute('b', 1), execute('a', 2), execute('b', 2), close('P', 'a'), execute('b', 2), SYNC,
                   execute('a', 1), SYNC, query('rollback'), count=4)


@scenario
def portal_ends_with_its_transaction(port):
    return session(port, parse(SERIES), bind(portal='c'), execute('c', 2), SYNC, execute('c', 2), SYNC, count=2)


@scenario
def error_in_the_middle_of_a_pipeline(port):
    return session(port, query('create temp table wire_pipe (a int primary key)'),
                   parse('insert into wire_pipe values ($1)', 'i'), bind(['1'], name='i'), execute(), bind(['2'], name='i'),
                   execute(), bind(['1'], name='i'), execute(), bind(['3'], name='i'), execute(), query('select 1'), SYNC,
                   query('select count(*) from wire_pipe'), bind(['4'], name='i'), execute(), SYNC,
                   query('select count(*) from wire_pipe'), count=5)


@scenario
def error_in_a_pipeline_in_a_block(port):
    return session(port, query('begin'), parse('select 1 / ($1::int + (random() * 0)::int)', 'd'), bind(['0'], name='d'), execute(),
                   bind(['1'], name='d'), execute(), SYNC, bind(['1'], name='d'), execute(), SYNC,
                   parse('select 2'), SYNC, parse('rollback'), bind(), execute(), SYNC, count=5)


@scenario
def statements_that_do_not_exist(port):
    return session(port, describe('S', 'none'), SYNC, describe('P', 'none'), SYNC, execute('none'), SYNC,
                   bind(name='none'), SYNC, close('S', 'none'), close('P', 'none'), SYNC, describe('S'), SYNC, bind(), SYNC,
                   execute(), SYNC, count=8)


@scenario
def duplicate_names(port):
    return session(port, parse('select 1', 'd'), parse('select 2', 'd'), SYNC, query('begin'), bind(portal='p', name='d'),
                   bind(portal='p', name='d'), SYNC, query('rollback'), count=4)


@scenario
def replacing_the_unnamed_statement(port):
    return session(port, parse('select 1'), parse('select 2'), bind(), execute(), bind(), bind(), execute(), SYNC,
                   parse('selct'), bind(), SYNC, bind(), execute(), SYNC, count=3)


@scenario
def wrong_parameter_counts(port):
    return session(port, parse('select $1::int, $2::int', 'two'), bind(['1'], name='two'), SYNC,
                   bind(['1', '2', '3'], name='two'), SYNC, bind(name='two'), SYNC,
                   bind(['1', '2'], name='two', formats=(0, 0, 0)), SYNC,
                   bind(['1', '2'], name='two', result_formats=(0, 0, 0)), SYNC, bind(['1', '2'], name='two', formats=(7,)), SYNC,
                   bind(['1', '2'], name='two', result_formats=(7,)), execute(), SYNC, count=7)


@scenario
def bad_parameter_values(port):
    return session(port, parse('select $1::int', 'one'), bind(['x'], name='one'), SYNC,
                   bind([b'\0\0\0'], name='one', formats=(1,)), SYNC, bind([b'\0\0\0\0\0'], name='one', formats=(1,)), SYNC,
                   bind([b'\xff'], name='one'), SYNC, parse('select $1::text', 'text'), bind([b'a\xff'], name='text'), SYNC,
                   bind([b'a\0b'], name='text'), SYNC, bind([b'a\0b'], name='text', formats=(1,)), SYNC,
                   bind(['99999999999'], name='one'), SYNC, parse('select $1::numeric', 'n'),
                   bind([b'\0\1\0\0'], name='n', formats=(1,)), SYNC, parse('select $1::int[]', 'a'),
                   bind([b'\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\1\0\0\0\1\0\0\0\1x'], name='a', formats=(1,)), SYNC,
                   bind([b'\0\0\0\x09'], name='a', formats=(1,)), SYNC, parse('select $1::jsonb', 'j'),
                   bind([b'\2{}'], name='j', formats=(1,)), SYNC, bind([b'\1{'], name='j', formats=(1,)), SYNC,
                   parse('select $1::bool', 'b'), bind([b'\1\1'], name='b', formats=(1,)), SYNC,
                   parse('select $1::timestamptz', 't'), bind([b'\1\1'], name='t', formats=(1,)), SYNC, count=15)


@scenario
def truncated_bind(port):
    whole = bind(['12', None, 'abc'], portal='p', name='three', formats=(0, 0, 0), result_formats=(0,))
    parts = [parse('select $1::int, $2::int, $3::text', 'three'), SYNC]
    bodies = [whole[5:5 + length] for length in range(0, len(whole) - 5)]
    for body in bodies:
        parts += [message('B', body), SYNC]
    return session(port, *parts, count=len(bodies) + 1)


@scenario
def bind_with_bytes_left_over(port):
    return session(port, parse('select 1'), message('B', bind()[5:] + b'x'), SYNC, query('select 2'), count=2)


@scenario
def bind_with_huge_field(port):
    body = text('') + text('one') + uint16(0) + uint16(1) + int32(0x7ffffff0) + b'abc'
    negative = text('') + text('one') + uint16(0) + uint16(1) + int32(-2) + uint16(0)
    counts = text('') + text('one') + int16(-1) + int16(-1)
    return session(port, parse('select $1::text', 'one'), message('B', body), SYNC, message('B', negative), execute(), SYNC,
                   message('B', counts), SYNC, count=3)


@scenario
def truncated_parse(port):
    return session(port, message('P'), SYNC, message('P', b'name'), SYNC, message('P', b'name\0select 1'), SYNC,
                   message('P', b'name\0select 1\0'), SYNC, message('P', b'name\0select 1\0\0\2\0\0\0\x17'), SYNC,
                   message('P', b'name\0select 1\0\0\0x'), SYNC, message('P', b'\xff\0select 1\0\0\0'), SYNC,
                   message('P', b'n\0select \'\xff\'\0\0\0'), SYNC, count=8)


@scenario
def truncated_others(port):
    return session(port, message('E'), SYNC, message('E', b'\0\0'), SYNC, message('E', b'\0\0\0\0\0x'), SYNC,
                   message('D'), SYNC, message('D', b'S'), SYNC, message('D', b'X\0'), SYNC, message('C', b'X\0'), SYNC,
                   message('C'), SYNC, message('S', b'x'), SYNC, message('H', b'x'), SYNC, count=11)


@scenario
def parse_errors(port):
    return session(port, parse('select 1; select 2'), SYNC, parse('select $1'), describe('S'), SYNC,
                   parse('select $2::int'), describe('S'), SYNC, parse('select $1 + $1, $1::text'), SYNC,
                   parse('selec 1'), SYNC, parse('select nothing'), SYNC, parse('select $0'), SYNC, parse('select $1', types=(999999,)),
                   SYNC, parse('select $1 || $2', types=(25,)), describe('S'), SYNC, parse('select $99999'), SYNC, count=10)


@scenario
def empty_statement(port):
    return session(port, parse(''), describe('S'), bind(), describe('P'), execute(), SYNC)


@scenario
def describe_kinds(port):
    return session(port, query('create temp table wire_describe (a int, b varchar(7), c numeric(5,2))'),
                   parse('select *, a + 1 as more from wire_describe', '1'), describe('S', '1'),
                   parse('insert into wire_describe (a) values ($1)', '2'), describe('S', '2'),
                   parse('insert into wire_describe (a) values ($1) returning b', '3'), describe('S', '3'),
                   parse('begin', '4'), describe('S', '4'), parse('show work_mem', '5'), describe('S', '5'),
                   parse('explain select 1', '6'), describe('S', '6'), parse('select', '7'), describe('S', '7'),
                   bind(name='7'), execute(), parse('values (1, $1), (2, $2)', '8'), describe('S', '8'),
                   parse('fetch 1 from nothing', '9'), describe('S', '9'), SYNC, count=2)


@scenario
def flush_without_sync(port):
    with Wire(port).start() as wire:
        lines = wire.run(parse('select $1::int as v'), describe('S'), FLUSH, until='T')
        lines += wire.run(bind(['5']), execute(), FLUSH, until='C')
        lines += ['quiet'] if wire.quiet() else ['more came']
        lines += wire.run(parse('nonsense'), FLUSH, until='E')
        lines += ['quiet'] if wire.quiet() else ['more came']
        return lines + wire.run(parse('select 1'), bind(), execute(), SYNC)


@scenario
def changed_result_of_a_prepared_statement(port):
    return session(port, query('create temp table wire_change (a int)'), parse('select * from wire_change', 'c'), SYNC,
                   query('alter table wire_change add b int'), bind(name='c'), execute(), SYNC,
                   query('alter table wire_change drop column b'), bind(name='c'), execute(), SYNC,
                   query('drop table wire_change'), bind(name='c'), execute(), SYNC, count=8)


@scenario
def ddl_by_the_extended_protocol(port):
    create, drop = [bind(name='create'), execute()], [bind(name='drop'), execute()]
    return session(port, parse('create temp table wire_ddl (a int)', 'create'), parse('drop table wire_ddl', 'drop'), SYNC,
                   *create, SYNC, *drop, SYNC, *create, SYNC, *create, SYNC, *drop, SYNC, count=6)


@scenario
def transactions_in_a_pipeline(port):
    def run(sql):
        return parse(sql) + bind() + execute()
    return session(port, run('begin'), run('select 1'), run('commit'), run('select 2'), SYNC, run('begin'), SYNC,
                   run('select 3'), SYNC, run('savepoint a'), run('select 1 / (random() * 0)::int'), SYNC, run('rollback to a'), SYNC,
                   run('commit'), SYNC, count=6)


@scenario
def sync_only(port):
    return session(port, SYNC, SYNC, query('begin'), SYNC, query('commit'), count=5)


@scenario
def query_amid_extended(port):
    return session(port, query('begin'), parse(SERIES), bind(portal='c'), execute('c', 1), query('select 5'), execute('c', 1),
                   SYNC, query('commit'), count=4)


@scenario
def prepared_across_protocols(port):
    return session(port, query('prepare q (int) as select $1 + 1'), bind(['4'], name='q'), execute(), SYNC,
                   parse('select 7 as seven', 'p'), SYNC, query('execute p'), query('deallocate p'), bind(name='p'), SYNC, count=6)


@scenario
def cursor_and_portal(port):
    return session(port, query('begin; declare c cursor for ' + SERIES), execute('c', 2), SYNC, query('fetch 2 from c'),
                   parse('fetch 2 from c', 'f'), bind(name='f'), describe('P'), execute(), SYNC, describe('P', 'c'), SYNC,
                   query('commit'), count=6)


# --- COPY

@scenario
def copy_in(port):
    return session(port, query('create temp table wire_copy (a int, b text)'), query('copy wire_copy from stdin'),
                   message('d', b'1\tone\n2\t\\N\n3\tth'), message('d', b'ree\n'), FLUSH, SYNC, message('c'),
                   query('select * from wire_copy'), count=3)


@scenario
def copy_in_fails(port):
    return session(port, query('create temp table wire_copy (a int, b text)'), query('copy wire_copy from stdin'),
                   message('d', b'1\tone\n'), message('f', b'no more\0'), query('copy wire_copy from stdin'),
                   message('d', b'x\tone\n'), message('d', b'2\tone\n'), message('c'), query('copy wire_copy from stdin'),
                   message('d', b'1\n'), message('c'), query('copy wire_copy from stdin'), message('d', b'1\t\xff\n'), message('c'),
                   query('copy wire_copy from stdin'), message('d', b'1\ta\tb\n'), message('c'),
                   query('select count(*) from wire_copy'), count=7)


@scenario
def copy_in_interrupted_by_a_query(port):
    return broken(port, query('create temp table wire_copy (a int, b text)'), query('copy wire_copy from stdin'),
                  message('d', b'1\tone\n'), query('select 1'), TERMINATE)


@scenario
def copy_in_with_wrong_message(port):
    return broken(port, query('create temp table wire_copy (a int, b text)'), query('copy wire_copy from stdin'),
                  message('y'), TERMINATE)


@scenario
def copy_in_extended(port):
    return session(port, query('create temp table wire_copy (a int, b text)'), parse('copy wire_copy from stdin'), bind(),
                   execute(), SYNC, message('d', b'1\tone\n'), message('c'), SYNC,
                   parse('copy wire_copy from stdin'), bind(), execute(), message('d', b'x\tone\n'), message('c'), SYNC,
                   query('select * from wire_copy'), count=4)


@scenario
def copy_out(port):
    return session(port, query('copy (select i, null, i::text from generate_series(1, 3) i) to stdout'),
                   query('copy (values (1, true)) to stdout (format binary)'), query('copy (select 1 / 0) to stdout'),
                   query('copy (select 1) to stdout; select 2'), count=4)


# --- limits

@scenario
def parameters_65535(port):
    count = 65535
    sql = 'select array_length(array[' + ','.join(f'${i}' for i in range(1, count + 1)) + ']::int[], 1)'
    return session(port, parse(sql), bind(['1'] * count), execute(), SYNC)


@scenario
def columns_1000(port):
    columns = ', '.join(f'c{i} int default {i}' for i in range(1, 1001))
    return session(port, query(f'create temp table wire_wide ({columns})'), query('insert into wire_wide (c1) values (7)'),
                   query('select c1, c500, c1000 from wire_wide'), query('update wire_wide set c999 = c998 + c997'),
                   query('select c999 from wire_wide where c1000 = 1000'), count=5)


@scenario
def columns_1601(port):
    columns = [f'c{i} int' for i in range(1, 1602)]
    return session(port, query(f"create temp table wire_wider ({', '.join(columns)})"),
                   query('select ' + ', '.join(str(i) for i in range(1665))), count=2)


@scenario
def statement_of_10_megabytes(port):
    return session(port, query('select length(\'' + 'x' * 10_000_000 + '\')'), query('select 1'), count=2)


@scenario
def insert_of_10_megabytes(port):
    values = ','.join(f"({i},'{'v' * 80}')" for i in range(100_000))
    return session(port, query('create temp table wire_big (a int, b text)'), query('insert into wire_big values ' + values),
                   query('select count(*), sum(a) from wire_big'), count=3)


def unnamed(sql):
    return parse(sql) + bind() + describe('P') + execute() + SYNC


# Statements without parameters, as drivers send them that know only Parse, Bind and Execute. The literals are those of
# each text.
LITERAL_TEXTS = (
    "insert into wire_literals values (1, 'one', 1.5, '2024-01-01')",
    "insert into wire_literals values (2, 'two', -2, '2024-01-02')",
    "insert into wire_literals values (3, 'three', 3, null), (4, null, 4.2, '2024-02-29'), (5, 'it''s', 1, '2024-3-1')",
    "insert into wire_literals values (6, 'a long string that is not inline', 3, null), (7, null, 4.25, '2024-02-29')",
    "insert into wire_literals values (8, 'x', 3, null), (9, null, 4.25, '2024-02-30')",
    "insert into wire_literals values (8, 'x', 3, null), (1, null, 4.25, '2024-02-28') returning a, c, 'lit' as l",
    "insert into wire_literals values (8, 'x', 3, null), (9, null, 4.25, '2024-02-28') returning a, c, 'lit' as l",
    'select a, b from wire_literals where a = 3', 'select a, b from wire_literals where a = 4',
    'select a, b from wire_literals where a = 40',
    "select a, b from wire_literals where b = 'two' or a in (5, 6)",
    "select a, b from wire_literals where b = 'one' or a in (1, 2)",
    "select a, b from wire_literals where d > '2024-02-01' order by 1",
    "select a, b from wire_literals where d > '2024-02-31'",
    "update wire_literals set b = b || '!', c = 7 where a = 3",
    "update wire_literals set b = b || '?', c = 8 where a = 4",
    'delete from wire_literals where a = 8 returning *', 'delete from wire_literals where a = 9 returning *',
    "select 'x' as v, 1 + 2 as s", "select 'y' as v, 1 + 3 as s", 'select limit 1', "values (1, 'a'), (2, 'b')")


@scenario
def literals_without_parameters(port):
    with Wire(port).start() as wire, Wire(port).start() as other:
        lines = wire.run(query('create table wire_literals (a int primary key, b text, c numeric(6,2), d date)'))
        for sql in LITERAL_TEXTS:
            lines += wire.run(unnamed(sql))
        # The portal keeps its literals when another text is parsed meanwhile.
        lines += wire.run(parse('select a from wire_literals where a > 1 order by a') + bind(portal='p') +
                          execute('p', 2) + parse('select a from wire_literals where a > 5 order by a') +
                          bind(portal='q') + execute('q', 1) + execute('p', 2) + execute('q') + execute('p') + SYNC)
        # Bound again, also when the table has changed since.
        lines += wire.run(parse("insert into wire_literals (b, a) values ('x', 20), ('y', 21)"), bind(), execute(),
                          SYNC)
        lines += wire.run(bind() + execute() + SYNC)
        lines += wire.run(parse('select b from wire_literals where a = 20') + bind() + execute() + SYNC)
        lines += other.run(query('alter table wire_literals alter column a type bigint'))
        lines += wire.run(bind() + execute() + SYNC)
        lines += wire.run(parse("insert into wire_literals (b, a) values ('x', 30), ('yy', 31)") + SYNC)
        lines += other.run(query('alter table wire_literals alter column b type varchar(1) using left(b, 1)'))
        lines += wire.run(bind() + execute() + SYNC)
        lines += other.run(query('alter table wire_literals alter column b type varchar(2)'))
        lines += wire.run(bind() + execute() + SYNC)
        lines += wire.run(query('select count(*), sum(a) from wire_literals'))
        return lines + wire.run(query('drop table wire_literals'))


@scenario
def literals_in_a_transaction(port):
    with Wire(port).start() as wire:
        lines = wire.run(query('begin'), query('create temp table m (a int, b date)'), count=2)
        for sql in ("insert into m values (1, '2024-01-01'), (2, '2024-01-02')",
                    "insert into m values (3, '2024-01-01')",
                    'select * from m where a > 1', "insert into m values (4, 'today'), (5, 'yesterday')",
                    'select a from m where b = current_date'):
            lines += wire.run(unnamed(sql))
        return lines + wire.run(query('rollback'))


@scenario
def unnamed_statement_and_portal_go(port):
    """With a simple query, and with a Parse that fails."""
    with Wire(port).start() as wire:
        lines = wire.run(parse('select 1') + SYNC)
        lines += wire.run(query('select 2')) + wire.run(bind() + execute() + SYNC)
        lines += wire.run(parse('select 3') + SYNC) + wire.run(parse('select from where') + SYNC)
        lines += wire.run(bind() + execute() + SYNC)
        lines += wire.run(query('begin')) + wire.run(parse(SERIES) + bind() + execute(rows=2) + SYNC)
        return lines + wire.run(query('select 4')) + wire.run(execute() + SYNC) + wire.run(query('rollback'))


def error_code(line):
    """Of an error only what does not depend on the server's limits."""
    return line.split(' H=')[0]


@scenario
def long_operator_chain(port):
    return [error_code(line) for line in
            session(port, query('select ' + ' + '.join(['1'] * 100_000)), query('select 1'), count=2)]


@scenario
def deep_recursion_in_functions(port):
    return [error_code(line).split(' W=')[0] for line in session(
        port, query('create function pg_temp.sql_deep(n int) returns int language sql as '
                    "$$ select case when n < 0 then 0 else pg_temp.sql_deep(n + 1) + 1 end $$"),
        query('select pg_temp.sql_deep(1)'),
        query('create function pg_temp.deep(n int) returns int language plpgsql as $$ begin return pg_temp.deep(n + 1) + 1; end $$'),
        query('select pg_temp.deep(1)'), query('select 1'), count=5)]


@scenario
def select_into_in_the_extended_protocol(port):
    return session(port, parse('select i, $1::int as v into temp table wire_into from generate_series(1, 3) i'), describe('S'),
                   bind(['7']), describe('P'), execute(), SYNC, query('select * from wire_into'),
                   parse('select 1 as a into temp table wire_into'), bind(), execute(), SYNC, count=3)


@scenario
def commit_fails_before_the_statement_is_complete(port):
    return session(port, query('create temp table wire_late (a int primary key, '
                               'b int references wire_late deferrable initially deferred)'),
                   query('insert into wire_late values (1, 2)'),
                   query('insert into wire_late values (1, 1); insert into wire_late values (2, 3)'),
                   query('select count(*) from wire_late'), count=4)


@scenario
def several_statements_are_a_block(port):
    return session(port, query('create temp table wire_block (a int)'), query('lock table wire_block'),
                   query('lock table wire_block; select 1'), query('declare c cursor for select 1; fetch c'),
                   query('savepoint s; select 1'), query("set local work_mem = '1MB'; show work_mem"),
                   query('select 1; vacuum wire_block'), count=7)
