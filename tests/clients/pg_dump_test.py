#!/usr/bin/python3
"""pg_dump of the schema of psql/schema.sql, compared with what it writes for PostgreSQL 15 (psql/dump.sql); restored into another
database, it is dumped the same again, with its data.

    pg_dump_test.py --binary build/relassert/basalt
    pg_dump_test.py --port 54329 [--record]
"""
import difflib
import os
import re
import subprocess
import sys

from client_test import HERE, parse_options, with_database

EXPECTED = os.path.join(HERE, 'psql', 'dump.sql')
ROLES = 'clients_reader, clients_writer, clients_group'


def main():
    parser = parse_options(__doc__)
    parser.add_argument('--record', action='store_true')
    record = parser.parse_args().record

    def run(host, port, user, database):
        where = ['-h', host, '-p', str(port), '-U', user]

        def psql(name, *arguments, check=True):
            return subprocess.run(['psql', *where, '-X', '-q', '-d', name, *arguments], check=check, capture_output=True, text=True)

        def dump(name, *arguments):
            text = subprocess.run(['pg_dump', *where, *arguments, name], check=True, capture_output=True, text=True).stdout
            # The key of \restrict is random; the version of the server is not the point.
            return re.sub(r'^(\\(un)?restrict|-- Dumped).*\n', '', text, flags=re.M).split('\n')

        def differ(title, right, ours):
            if right == ours:
                return 0
            print(f'--- {title}')
            print('\n'.join(list(difflib.unified_diff(right, ours, 'expected', 'got', lineterm='', n=1))[:80]))
            return 1

        psql('postgres', '-c', f'drop role if exists {ROLES}')
        try:
            psql(database, '-f', os.path.join(HERE, 'psql', 'schema.sql'))
            schema = dump(database, '--schema-only')
            if record:
                with open(EXPECTED, 'w', encoding='utf-8') as file:
                    file.write('\n'.join(schema))
                return 0
            with open(EXPECTED, encoding='utf-8') as file:
                failed = differ('the schema', file.read().split('\n'), schema)
            whole = dump(database)
            psql('postgres', '-c', f'create database {database}_again template template0')
            restored = subprocess.run(['psql', *where, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', database + '_again'],
                                      input='\n'.join(whole), capture_output=True, text=True, check=False)
            if restored.returncode:
                print('restore: ' + restored.stderr[-500:])
                failed += 1
            failed += differ('dumped again', whole, dump(database + '_again'))
            print('pg_dump: ' + ('FAILED' if failed else 'schema as from PostgreSQL, restored and dumped the same again'))
            return failed
        finally:
            for name in (database + '_again', database):
                psql('postgres', '-c', f'drop database if exists {name} with (force)', check=False)
            psql('postgres', '-c', f'drop role if exists {ROLES}', check=False)

    return with_database(parser, 'clients_dump', run)


if __name__ == '__main__':
    sys.exit(main())
