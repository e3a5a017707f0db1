#!/usr/bin/python3
"""The long runs, one after the other, on a build that is there: what stands in docs/soak.md.

    full.py --build build/asan-ubsan [--only NAME ...] [--skip NAME ...] [--rounds 500]

    suite       all that ctest knows (the stress configurations are in it, each over all of tests/sql)
    loop_joins  the recorded SQL with nested loops for all joins
    kill_each   kill -9 and recovery after each recorded statement, all files
    crash       kill -9 under writing clients, --rounds rounds
    crash_ddl   the same under clients that change the schema, a fifth of the rounds
    cancel      every long statement cancelled five times

Prints a row of the table in docs/soak.md for each, with the last lines of what failed.
"""
import argparse
import datetime
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)

def runs(build, rounds):
    binary = ['--binary', os.path.join(build, 'basalt')]
    python = lambda name, *arguments: [sys.executable, os.path.join(TESTS, name), *binary, *arguments]
    return {
        'suite': ['ctest', '--test-dir', build, '--output-on-failure', '--timeout', '7200'],
        'loop_joins': python('sql/run_sql.py', '--not-yet', os.path.join(TESTS, 'sql', 'not_yet.txt'),
                             '--config', os.path.join(TESTS, 'configs', 'loop_joins.json')),
        'kill_each': python('kill_each_test.py'),
        'crash': python('crash_test.py', '--rounds', str(rounds)),
        'crash_ddl': python('crash_ddl_test.py', '--rounds', str(max(1, rounds // 5))),
        'cancel': python('cancel_test.py', '--rounds', '5'),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', required=True, help='folder of a finished build')
    parser.add_argument('--only', nargs='*', default=[])
    parser.add_argument('--skip', nargs='*', default=[])
    parser.add_argument('--rounds', type=int, default=500)
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    commit = subprocess.run(['git', 'rev-parse', '--short', 'HEAD'], cwd=HERE, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    failed = False
    for name, command in runs(build, options.rounds).items():
        if name in options.skip or (options.only and name not in options.only):
            continue
        started = time.monotonic()
        result = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        failed = failed or result.returncode != 0
        lines = result.stdout.rstrip('\n').split('\n')
        print(f'| {name}, {os.path.basename(build)} | {datetime.date.today()}, commit {commit} | '
              f'{"FAILED" if result.returncode else "clean"}, {time.monotonic() - started:.0f} s: {lines[-1]} |', flush=True)
        if result.returncode:
            print('\n'.join(lines[-200:]), flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
