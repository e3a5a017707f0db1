#!/usr/bin/python3
"""A small application with libpqxx (pqxx/app.cpp, built as test_pqxx): a warehouse.

    pqxx_test.py --application build/relassert/tests/clients/test_pqxx --binary build/relassert/basalt
    pqxx_test.py --application ... --port 54329          against a running PostgreSQL
"""
import subprocess
import sys

from client_test import parse_options, with_database


def main():
    parser = parse_options(__doc__)
    parser.add_argument('--application', required=True)
    application = parser.parse_args().application

    def run(host, port, user, database):
        return subprocess.run([application, host, str(port), user, database], timeout=100, check=False).returncode

    return with_database(parser, 'clients_pqxx', run)


if __name__ == '__main__':
    sys.exit(main())
