"""What the client applications share: a fresh Basalt server, or a server named by --dsn-like options."""
import argparse
import os
import sys
import traceback

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
from server import Server  # noqa: E402


def parse_options(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', help='Basalt; a server is started in a temporary directory')
    parser.add_argument('--host', default='127.0.0.1')
    parser.add_argument('--port', type=int, help='a running server instead, e.g. a PostgreSQL')
    parser.add_argument('--user', default='postgres')
    return parser


def with_database(parser, name, action):
    """Runs action(host, port, user, database) on a database of its own; returns the exit code."""
    options = parser.parse_args()

    def run(port):
        admin = psycopg2.connect(host=options.host, port=port, user=options.user, dbname='postgres')
        admin.autocommit = True
        cursor = admin.cursor()
        cursor.execute(f'drop database if exists {name} with (force)')
        cursor.execute(f"create database {name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'")
        try:
            return action(options.host, port, options.user, name)
        finally:
            cursor.execute(f'drop database if exists {name} with (force)')
            admin.close()

    if options.port:
        return run(options.port)
    with Server(options.binary) as server:
        result = run(server.port)
        server.stop()
        return result


def run_checks(checks, *arguments):
    """Runs each function, prints those that fail; returns the exit code."""
    failed = 0
    for check in checks:
        try:
            check(*arguments)
        except Exception as error:  # whatever it is, the next check shall run
            failed += 1
            places = [entry.lineno for entry in traceback.extract_tb(error.__traceback__)
                      if os.path.dirname(entry.filename) == HERE and entry.filename != __file__]
            print(f'{check.__name__}, line {places[-1]}: {type(error).__name__}: {str(error).strip()[:1500]}')
    print(f'{len(checks) - failed} of {len(checks)} checks passed')
    return 1 if failed else 0


def equal(got, expected):
    if got != expected:
        raise AssertionError(f'got {got!r}, expected {expected!r}')
