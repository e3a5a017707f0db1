#!/usr/bin/python3
"""The commands of the binary and of run.sh: help, wrong arguments, taken ports and directories, signals, `basalt check`.

    command_line_test.py --binary build/relassert/basalt
"""
import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, 'support'))
from server import Server, free_port  # noqa: E402
from wire import Wire, query  # noqa: E402

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def run(binary, *arguments, timeout=60):
    result = subprocess.run([binary, *arguments], capture_output=True, text=True, timeout=timeout, check=False)
    return result.returncode, result.stdout, result.stderr


def initialised(binary, root, name='data'):
    """A copy of a directory that `basalt init` has made once."""
    template = os.path.join(os.path.dirname(root), 'template')
    if not os.path.exists(template):
        expect(run(binary, 'init', '--data', template), 0, 'Initialised')
    directory = os.path.join(root, name)
    shutil.copytree(template, directory)
    return directory


def expect(result, code, out='', error=''):
    assert result[0] == code and out in result[1] and error in result[2], f'{code} {out!r} {error!r} expected, got {result}'


def value_of(wire, sql):
    lines = [line for line in wire.run(query(sql)) if line[0] in 'DE']
    return lines[0][2:].strip("'")


@check
def help_and_version(binary, root):
    expect(run(binary, '--help'), 0, 'basalt serve --data DIR')
    expect(run(binary, 'help'), 0, 'usage:')
    expect(run(binary, '--version'), 0, 'compatible with PostgreSQL 15')
    assert re.match(r'^basalt \(Basalt\) \d+\.\d+', run(binary, '--version')[1])
    for command, text in (('init', 'must be empty'), ('serve', 'SIGHUP'), ('check', 'exit code 1')):
        expect(run(binary, command, '--help'), 0, text)
    expect(run(binary), 2, '', 'usage:')


@check
def wrong_arguments(binary, root):
    expect(run(binary, 'dance'), 2, '', 'unknown command: dance')
    expect(run(binary, 'serve'), 2, '', '--data DIR is missing')
    expect(run(binary, 'serve', '--data'), 2, '', 'option --data needs a value')
    expect(run(binary, 'serve', '--data', root, '--port', 'x'), 2, '', 'invalid port number: "x"')
    expect(run(binary, 'serve', '--data', root, '--port', '70000'), 2, '', 'invalid port number')
    expect(run(binary, 'serve', '--data', root, '--colour', 'red'), 2, '', 'unknown option: --colour')
    expect(run(binary, 'serve', '--data', root, '--set', 'work_mem'), 2, '', '--set needs name=value')
    directory = initialised(binary, root)
    expect(run(binary, 'serve', '--data', directory, '--set', 'no_such_setting=1'), 1, '', 'unrecognized configuration parameter')
    expect(run(binary, 'serve', '--data', directory, '--set', 'work_mem=lots'), 1, '', 'invalid value for parameter "work_mem"')
    expect(run(binary, 'serve', '--data', directory, '--host', '256.1.1.1'), 1, '', '256.1.1.1')


@check
def directories(binary, root):
    missing = os.path.join(root, 'missing')
    result = run(binary, 'serve', '--data', missing, '--port', str(free_port()))
    expect(result, 1, '', 'missing')
    expect(run(binary, 'check', '--data', missing), 1, '', 'missing')
    empty = os.path.join(root, 'empty')
    os.mkdir(empty)
    expect(run(binary, 'serve', '--data', empty, '--port', str(free_port())), 1, '', 'empty')
    directory = os.path.join(root, 'parent', 'data')
    expect(run(binary, 'init', '--data', directory, '--superuser', 'boss'), 0, 'Start the server with')
    again = run(binary, 'init', '--data', directory)
    assert again[0] == 1 and directory in again[2], again
    with Server(binary, directory=directory) as server, Wire(server.port).start(user='boss') as wire:
        assert value_of(wire, 'show is_superuser') == 'on'
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(30)
    file = os.path.join(root, 'a file')
    with open(file, 'w', encoding='ascii') as out:
        out.write('x')
    assert run(binary, 'init', '--data', file)[0] == 1
    assert run(binary, 'serve', '--data', file)[0] == 1
    occupied = os.path.join(root, 'occupied')
    os.mkdir(occupied)
    with open(os.path.join(occupied, 'something'), 'w', encoding='ascii') as out:
        out.write('x')
    assert run(binary, 'init', '--data', occupied)[0] == 1
    assert os.listdir(occupied) == ['something']


@check
def taken_port(binary, root):
    directory = initialised(binary, root)
    with socket.socket() as holder:
        holder.bind(('127.0.0.1', 0))
        holder.listen()
        port = holder.getsockname()[1]
        result = run(binary, 'serve', '--data', directory, '--port', str(port))
        expect(result, 1, '', str(port))
        assert 'in use' in result[2], result
    assert run(binary, 'check', '--data', directory)[0] == 0


@check
def directory_in_use(binary, root):
    with Server(binary, directory=initialised(binary, root)) as server:
        result = run(binary, 'serve', '--data', server.directory, '--port', str(free_port()))
        assert result[0] == 1 and server.directory in result[2] and 'use' in result[2], result
        result = run(binary, 'check', '--data', server.directory)
        assert result[0] == 1 and 'use' in result[2], result
        with Wire(server.port).start() as wire:
            assert value_of(wire, 'select 1') == '1'
        server.stop()
        assert server.check() == ''


@check
def signals_that_end(binary, root):
    for number in (signal.SIGTERM, signal.SIGINT):
        with Server(binary, directory=initialised(binary, root, str(number))) as server:
            idle, busy, open_block = (Wire(server.port).start() for _ in range(3))
            idle.run(query('create table kept as select 1 as a'))
            open_block.run(query('begin; insert into kept values (2)'))
            busy.send(query('select pg_sleep(60)'))
            time.sleep(0.3)
            started = time.monotonic()
            server.process.send_signal(number)
            code = server.process.wait(30)
            took = time.monotonic() - started
            assert code == 0, f'{number}: ended with {code}: {server.log_tail()}'
            assert took < 3, f'{number}: took {took:.1f} s'
            for wire in (idle, busy, open_block):
                lines = wire.read(until='')
                errors = [line for line in lines if line.startswith('E')]
                assert len(errors) == 1 and "C='57P01'" in errors[0] and 'FATAL' in errors[0], (number, lines)
            assert 'database system is shut down' in server.log_tail()
            assert server.check() == ''
            server.process = None
            server.start()
            with Wire(server.port).start() as wire:
                assert value_of(wire, 'select array_agg(a) from kept') == '{1}'
            server.stop()


@check
def no_new_sessions_while_ending(binary, root):
    with Server(binary, directory=initialised(binary, root)) as server:
        holders = [Wire(server.port).start() for _ in range(20)]
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        try:
            Wire(server.port)
            raise AssertionError('the port still answers')
        except OSError:
            pass
        for wire in holders:
            wire.close()


@check
def reload(binary, root):
    with Server(binary, directory=initialised(binary, root)) as server, Wire(server.port).start() as wire:
        configuration = os.path.join(server.directory, 'basalt.conf')
        with open(configuration, 'a', encoding='utf-8') as out:
            out.write("\nwork_mem = 7MB   # more\nstatement_timeout = '30s'\nno_such = 1\nport = 1\n")
        server.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 5
        while value_of(wire, 'show work_mem') != '7MB':
            assert time.monotonic() < deadline, 'a running session does not see the new configuration'
            time.sleep(0.05)
        assert value_of(wire, 'show statement_timeout') == '30s'
        with Wire(server.port).start() as second:
            assert value_of(second, 'show work_mem') == '7MB'
            second.run(query("set work_mem = '1MB'"))
            with open(configuration, 'a', encoding='utf-8') as out:
                out.write('work_mem = 9MB\n')
            server.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 5
            while value_of(wire, 'show work_mem') != '9MB':
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert value_of(second, 'show work_mem') == '1MB', 'what a session has set is its own'
            assert value_of(second, 'reset work_mem; show work_mem') == '9MB'
            # What is parsed once is parsed again, and what is no longer in the file is the default.
            with open(configuration, 'a', encoding='utf-8') as out:
                out.write('statement_timeout = 100ms\n')
            assert value_of(second, 'select pg_reload_conf()') == 't'
            deadline = time.monotonic() + 5
            while value_of(wire, 'show statement_timeout') != '100ms':
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert any('57014' in line for line in wire.run(query('select pg_sleep(20)')))
            with open(configuration, 'w', encoding='utf-8') as out:
                out.write('lock_timeout = 4s\n')
            server.process.send_signal(signal.SIGHUP)
            deadline = time.monotonic() + 5
            while value_of(wire, 'show lock_timeout') != '4s':
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert value_of(wire, 'show statement_timeout') == '0'
        assert 'unrecognized configuration parameter "no_such"' in server.log_tail()
        assert value_of(wire, 'show port') == str(server.port)
        server.process.send_signal(signal.SIGHUP)
        server.stop()


@check
def command_line_wins_over_the_file(binary, root):
    directory = initialised(binary, root)
    with open(os.path.join(directory, 'basalt.conf'), 'a', encoding='utf-8') as out:
        out.write("work_mem = '2MB'\nlock_timeout = 5s\n")
    with Server(binary, ['work_mem=3MB'], directory=directory) as server, Wire(server.port).start() as wire:
        assert value_of(wire, 'show work_mem') == '3MB'
        assert value_of(wire, 'show lock_timeout') == '5s'
        version = re.match(r'basalt \(Basalt\) (\S+), compatible with PostgreSQL (\S+)$', run(binary, '--version')[1].strip())
        says = f'PostgreSQL {version[2]} (Basalt {version[1]}) on '
        assert value_of(wire, f"select version() like '{says}%'") == 't'
        assert value_of(wire, 'show server_version') == f'{version[2]} (Basalt)'
        server.stop()


@check
def check_finds_damage(binary, root):
    directory = initialised(binary, root)
    with Server(binary, directory=directory) as server:
        with Wire(server.port).start() as wire:
            wire.run(query("create table t as select i, repeat('x', 100) from generate_series(1, 20000) i; "
                           'create index on t (i); checkpoint'))
        server.stop()
    expect(run(binary, 'check', '--data', directory), 0)
    largest = max((os.path.join(folder, name) for folder, _, names in os.walk(directory) for name in names
                   if 'wal' not in folder and 'wal' not in name), key=os.path.getsize)
    with open(largest, 'r+b') as file:
        file.seek(os.path.getsize(largest) // 2)
        at = file.tell() - file.tell() % 16384 + 5000
        file.seek(at)
        old = file.read(64)
        file.seek(at)
        file.write(bytes(byte ^ 0x5a for byte in old))
    result = run(binary, 'check', '--data', directory)
    assert result[0] == 1 and (result[1] + result[2]).strip(), f'damage at {at} of {largest} was not found: {result}'


@check
def check_names_what_is_damaged(binary, root):
    directory = initialised(binary, root)
    with Server(binary, directory=directory) as server:
        with Wire(server.port).start() as wire:
            wire.run(query("create schema shop; create table shop.chk as select i, 'marker' || i t from generate_series(1, 9000) i; "
                           'checkpoint'))
        server.stop()
    with open(os.path.join(directory, 'data', 'pages'), 'r+b') as file:
        at = file.read().index(b'marker4500')
        file.seek(at)
        file.write(b'X')
    status, out, _ = run(binary, 'check', '--data', directory)
    assert status == 1 and 'table "shop.chk" of database "postgres" (tree ' in out, out
    assert f'page {at // 16384}: wrong checksum' in out, out


@check
def run_sh(binary, root):
    script = os.path.join(HERE, '..', 'run.sh')
    expect(run(script, '--colour'), 2, '', 'usage: ./run.sh')
    assert run(script, '--port')[0] != 0
    expect(run(script, '--help'), 0, 'usage: ./run.sh')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', required=True)
    parser.add_argument('--only', default='')
    options = parser.parse_args()
    failed = 0
    chosen = [one for one in CHECKS if options.only in one.__name__]
    whole = tempfile.mkdtemp(prefix='basalt-command-')
    for one in chosen:
        root = os.path.join(whole, one.__name__)
        os.mkdir(root)
        try:
            one(os.path.abspath(options.binary), root)
        except (AssertionError, OSError, RuntimeError, subprocess.SubprocessError) as error:
            failed += 1
            print(f'--- {one.__name__}: {type(error).__name__} {error}')
        finally:
            shutil.rmtree(root, ignore_errors=True)
    shutil.rmtree(whole, ignore_errors=True)
    print(f'command line: {len(chosen) - failed} of {len(chosen)} checks passed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
