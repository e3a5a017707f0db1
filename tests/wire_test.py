#!/usr/bin/python3
"""The wire protocol byte by byte: malformed messages, pipelines, portals, clients that vanish, limits, timeouts.

    wire_test.py --binary build/relassert/basalt
    wire_test.py --port 54329                    an already running server (trust on the loopback interface)
    wire_test.py --port 54329 --record           writes wire/expected.txt from a PostgreSQL

The scenarios of wire/scenarios.py are compared with the recorded answers of PostgreSQL 15; the others assert what they need
themselves. A session that was there before everything else must not have noticed anything at the end.
"""
import argparse
import difflib
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, 'support'), os.path.join(HERE, 'wire')]
from behaviours import BEHAVIOURS  # noqa: E402
from scenarios import SCENARIOS  # noqa: E402
from server import Server  # noqa: E402
from wire import Wire, query  # noqa: E402

EXPECTED = os.path.join(HERE, 'wire', 'expected.txt')
MARK = '=== '


def read_expected():
    out = {}
    with open(EXPECTED, encoding='utf-8') as file:
        for line in file.read().splitlines():
            if line.startswith(MARK):
                lines = out[line[len(MARK):]] = []
            else:
                lines.append(line)
    return out


def run_scenario(name, port):
    try:
        return SCENARIOS[name](port)
    except (OSError, RuntimeError) as error:
        return [f'FAILED: {error}']


def record(port):
    with open(EXPECTED, 'w', encoding='utf-8') as file:
        for name in SCENARIOS:
            file.write(f'{MARK}{name}\n' + ''.join(line + '\n' for line in run_scenario(name, port)))


def compare(port, names):
    expected, failed = read_expected(), 0
    for name in names:
        started = time.monotonic()
        got = run_scenario(name, port)
        took = time.monotonic() - started
        if took > 3:
            print(f'{name}: {took:.1f} s')
        if got == expected.get(name):
            continue
        failed += 1
        print(f'--- {name}')
        print('\n'.join(line[:600] for line in difflib.unified_diff(
            expected.get(name, []), got, 'PostgreSQL', 'Basalt', lineterm='', n=1)))
    return failed


def behave(port, names, process):
    failed = 0
    for name in names:
        try:
            BEHAVIOURS[name](port, process)
        except (AssertionError, OSError, RuntimeError) as error:
            failed += 1
            print(f'--- {name}: {type(error).__name__} {error}')
    return failed


def run(port, options, process=None):
    witness = Wire(port).start()
    before = witness.run(query('create temp table witness as select 42 as answer'), query('begin'), count=2)
    chosen = [name for name in SCENARIOS if options.only in name]
    behaviours = [name for name in BEHAVIOURS if options.only in name]
    failed = compare(port, chosen) + behave(port, behaviours, process)
    answer = witness.run(query('select answer from witness'), query('commit'), count=2)
    if "D '42'" not in answer or 'Z T' not in before:
        print('the session that was there all the time noticed something: ', answer)
        failed += 1
    witness.close()
    total = len(chosen) + len(behaviours)
    print(f'wire: {total - failed} of {total} passed')
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary')
    parser.add_argument('--port', type=int)
    parser.add_argument('--record', action='store_true')
    parser.add_argument('--only', default='', help='part of the names to run')
    parser.add_argument('--patience', type=float, default=1, help='how many times longer answers may take')
    parser.add_argument('--calls', type=int, default=Wire.calls, help='of a function by itself that must be possible')
    parser.add_argument('--limit-mb', type=int, default=Wire.limit_mb, help='memory that the server may use at most')
    options = parser.parse_args()
    Wire.patience = options.patience
    Wire.limit_mb = options.limit_mb
    Wire.calls = options.calls
    if options.record:
        record(options.port)
        return 0
    if options.port:
        return run(options.port, options)
    with Server(options.binary) as server:
        result = run(server.port, options, server.process)
        server.stop()
        return result


if __name__ == '__main__':
    sys.exit(main())
