#!/usr/bin/python3
"""Who may connect, and as whom a session starts: LOGIN, CONNECT, connection limits, settings of roles and of the client.

    login_test.py --binary build/relassert/basalt
    login_test.py --port 5432 --record          writes login_expected.txt from a PostgreSQL (best a throwaway cluster)
"""
import argparse
import os
import sys

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, 'support'))
from server import Server  # noqa: E402

EXPECTED = os.path.join(HERE, 'login_expected.txt')
SHOWN = "select current_user, session_user, current_setting('is_superuser'), current_setting('role'), current_setting('work_mem')"
# SQL of the superuser; or a connection that is tried: role, database, options.
STEPS = """
create role li_nologin; create role li_group; create role li_user login; grant li_group to li_user
create role li_super login superuser; create role li_one login connection limit 1
create role li_none login connection limit 0; create role li_old login valid until '2000-01-01'
create database li_db
revoke connect on database li_db from public
> li_nologin postgres
> li_user postgres
> li_missing postgres
> li_user li_missing
> li_user template0
> li_old postgres
> li_user li_db
> li_super li_db
grant connect on database li_db to li_group
> li_user li_db
alter database li_db allow_connections false
> li_user li_db
> li_super li_db
alter database li_db allow_connections true connection limit 0
> li_user li_db
> li_super li_db
> li_none postgres
+ li_one postgres
> li_one postgres
> li_user postgres -c session_replication_role=replica
> li_user postgres -c log_statement=all
> li_user postgres -c is_superuser=on
> li_user postgres -c role=li_group
> li_user postgres -c role=postgres
> li_user postgres -c session_authorization=postgres
> li_super postgres -c role=li_group
> li_user postgres -c work_mem=5MB
alter role li_user set role = 'li_group'
> li_user postgres
alter role li_user set role = 'postgres'
> li_user postgres
alter role li_user reset role; alter role li_user set work_mem = '7MB'
> li_user postgres
alter role li_user set session_replication_role = 'replica'
> li_user postgres
"""
CLEAN = ['drop database if exists li_db',
         'drop role if exists li_nologin, li_group, li_user, li_super, li_one, li_none, li_old']


def connect(port, user, database, options=''):
    return psycopg2.connect(host='127.0.0.1', port=port, user=user, dbname=database, options=options)


def attempt(port, line, held):
    user, database, *rest = line[2:].split(' ', 2)
    try:
        connection = connect(port, user, database, *rest)
    except psycopg2.OperationalError as error:
        return str(error).split('FATAL:')[-1].strip().replace('\n', ' ')
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(SHOWN)
        row = cursor.fetchone()
    if line.startswith('+'):
        held.append(connection)
    else:
        connection.close()
    return ' '.join(row)


def answers(port):
    held, lines = [], []
    admin = connect(port, 'postgres', 'postgres')
    admin.autocommit = True
    with admin.cursor() as cursor:
        for line in STEPS.strip().split('\n'):
            if line[:2] in ('> ', '+ '):
                lines.append(f'{line} -> {attempt(port, line, held)}')
            else:
                cursor.execute(line)
        for connection in held:
            connection.close()
        for statement in CLEAN:
            cursor.execute(statement)
    admin.close()
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--binary')
    parser.add_argument('--port', type=int)
    parser.add_argument('--record', action='store_true')
    options = parser.parse_args()
    if options.port:
        got = answers(options.port)
    else:
        with Server(options.binary, []) as server:
            got = answers(server.port)
            server.stop()
    if options.record:
        with open(EXPECTED, 'w', encoding='utf-8') as file:
            file.write('\n'.join(got) + '\n')
        return 0
    with open(EXPECTED, encoding='utf-8') as file:
        expected = file.read().splitlines()
    wrong = [f'expected: {e}\ngot:      {g}' for e, g in zip(expected, got) if e != g]
    print('\n'.join(wrong + [f'login: {len(expected) - len(wrong)} of {len(expected)} passed']))
    return 1 if wrong or len(expected) != len(got) else 0


if __name__ == '__main__':
    sys.exit(main())
