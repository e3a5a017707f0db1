#!/usr/bin/python3
"""Writes commands/settings_table.inc: facts about PostgreSQL 15's settings, read from a running server.

usage: tools/settings_extract.py 'host=127.0.0.1 port=5432 user=postgres' > commands/settings_table.inc
"""
import sys
import psycopg2

QUERY = """
select name, vartype, context, boot_val, coalesce(unit, ''), min_val, max_val, enumvals, category
from pg_settings where name !~ '^(plpgsql|auto_explain)[.]' order by lower(name) collate "C"
"""
CONTEXTS = {'internal': 'kInternal', 'postmaster': 'kPostmaster', 'sighup': 'kSighup',
            'superuser-backend': 'kSuperuserBackend', 'backend': 'kBackend', 'superuser': 'kSuperuser', 'user': 'kUser'}
TYPES = {'bool': 'kBool', 'integer': 'kInt', 'real': 'kReal', 'string': 'kString', 'enum': 'kEnum'}
REPORTED = {'application_name', 'client_encoding', 'DateStyle', 'default_transaction_read_only', 'in_hot_standby',
            'integer_datetimes', 'IntervalStyle', 'is_superuser', 'server_encoding', 'server_version',
            'session_authorization', 'standard_conforming_strings', 'TimeZone'}
LISTS = {'search_path', 'temp_tablespaces', 'session_preload_libraries', 'shared_preload_libraries',
         'local_preload_libraries', 'unix_socket_directories', 'listen_addresses', 'log_destination', 'DateStyle',
         'synchronous_standby_names', 'debug_io_direct', 'wal_consistency_checking'}
QUOTED_LISTS = {'search_path', 'temp_tablespaces', 'session_preload_libraries', 'shared_preload_libraries',
                'local_preload_libraries', 'unix_socket_directories'}


def quote(text):
    return '"' + (text or '').replace('\\', '\\\\').replace('"', '\\"') + '"'


def main():
    connection = psycopg2.connect(sys.argv[1])
    cursor = connection.cursor()
    cursor.execute(QUERY)
    print('// Written by tools/settings_extract.py. name, type, context, default, unit, min, max, enum values, category,')
    print('// description, reported, list')
    for name, vartype, context, boot, unit, low, high, enums, category in cursor.fetchall():
        print('{%s, SettingType::%s, SettingContext::%s, %s, %s, %s, %s, %s, %s, "", %s, %s},' % (
            quote(name), TYPES[vartype], CONTEXTS[context], quote(boot), quote(unit), low or '0', high or '0',
            quote(','.join(enums or [])), quote(category), 'true' if name in REPORTED else 'false',
            'true' if name in QUOTED_LISTS else 'false'))


main()
