#!/usr/bin/python3
"""Runs examples/shop.sql with the stock psql and compares its output, byte for byte, with that of PostgreSQL 15.

    shop_test.py --binary build/relassert/basalt
    shop_test.py --record 'host=127.0.0.1 port=5432 user=postgres'      writes examples/shop.out from a PostgreSQL 15
"""
import argparse
import difflib
import os
import subprocess
import sys
import time

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, 'support'))
from server import Server  # noqa: E402

EXAMPLES = os.path.join(HERE, '..', 'examples')
EXPECTED = os.path.join(EXAMPLES, 'shop.out')
DATABASE = 'shop_example'


def run_script(dsn):
    admin = psycopg2.connect(dsn + ' dbname=postgres')
    admin.autocommit = True
    cursor = admin.cursor()
    cursor.execute(f'drop database if exists {DATABASE}')
    cursor.execute(f'create database {DATABASE}')
    environment = {**os.environ, 'PGCLIENTENCODING': 'UTF8', 'LC_ALL': 'C.UTF-8', 'PSQLRC': '/dev/null'}
    command = ['psql', '-X', '-q', '-f', 'shop.sql', f'{dsn} dbname={DATABASE}']
    result = subprocess.run(command, cwd=EXAMPLES, check=False, env=environment, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    cursor.execute(f'drop database {DATABASE}')
    admin.close()
    return result.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--binary')
    parser.add_argument('--set', action='append', default=[])
    parser.add_argument('--record')
    options = parser.parse_args()
    if options.record:
        with open(EXPECTED, 'wb') as file:
            file.write(run_script(options.record))
        return 0
    started = time.monotonic()
    with Server(options.binary, options.set) as server:
        got = run_script(f'host=127.0.0.1 port={server.port} user=postgres')
        server.stop()
        findings = server.check()
    with open(EXPECTED, 'rb') as file:
        expected = file.read()
    print(f'shop example: {time.monotonic() - started:.1f} s')
    if findings:
        print('basalt check:\n' + findings)
        return 1
    if got != expected:
        lines = [text.decode('utf-8', 'replace').splitlines() for text in (expected, got)]
        print('\n'.join(difflib.unified_diff(*lines, 'PostgreSQL 15', 'Basalt', lineterm='')))
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
