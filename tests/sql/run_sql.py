#!/usr/bin/python3
"""Runs files of SQL records and compares the answers with those recorded from PostgreSQL 15.

    run_sql.py --binary build/relassert/basalt [--set name=value ...] [FILE or FOLDER ...]
    run_sql.py --not-yet tests/sql/not_yet.txt ...   records listed there may fail; the list may only shrink
    run_sql.py --record 'host=127.0.0.1 port=5432 user=postgres' FILE ...     writes the answers of a PostgreSQL

A record is SQL, a line of four dashes, and the answer, up to an empty line:

    select 1 as a, null as b
    ----
    a|b
    1|NULL

Answers: a header line and rows, the command tag, or ERROR with SQLSTATE, message and the fields that are set. COPY TO STDOUT
shows its lines before the tag; COPY FROM STDIN gets no rows. A line
`-- rowsort` above the SQL sorts the rows before they are compared; `-- session NAME` picks a connection.
Each file has a database of its own.
"""
import argparse
import hashlib
import io
import json
import os
import re
import sys
import time

import psycopg2
import psycopg2.extensions

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'support'))
from change_literals import change_literals  # noqa: E402
from server import Server  # noqa: E402

SEPARATOR = '----'
COPY = re.compile(r'copy\b.*\b(to stdout|from stdin)\b', re.IGNORECASE | re.DOTALL)


def raw_text(value, _cursor):
    return value


for oid in list(psycopg2.extensions.string_types):
    psycopg2.extensions.register_type(psycopg2.extensions.new_type((oid,), 'RAW', raw_text))


class Record:
    def __init__(self, line, options, sql, answer):
        self.line, self.options, self.sql, self.answer = line, options, sql, answer


def read_records(path):
    records, header = [], []
    with open(path, encoding='utf-8') as file:
        blocks, block, first = [], [], 1
        for number, line in enumerate(file.read().split('\n') + [''], 1):
            if line.strip() == '' and (SEPARATOR in block or not block):
                if block:
                    blocks.append((first, block))
                block, first = [], number + 1
            else:
                block.append(line)
        if block:
            blocks.append((first, block))
    for first, block in blocks:
        if SEPARATOR in block:
            at = block.index(SEPARATOR)
            sql, answer = block[:at], block[at + 1:]
        else:
            sql, answer = block, None
            while sql and sql[-1] == '':
                sql.pop()
        options = [line[3:].strip() for line in sql if line.startswith('-- ')]
        text = '\n'.join(line for line in sql if not line.startswith('-- '))
        if not text.strip():
            header.append('\n'.join(sql))
            continue
        records.append(Record(first, options, text, answer))
    return header, records


def show(value):
    if value is None:
        return 'NULL'
    return value.replace('\\', '\\\\').replace('\n', '\\n').replace('|', '\\p') or "''"


def error_lines(error):
    diag = error.diag
    lines = [f'ERROR {error.pgcode}: {show(diag.message_primary or str(error))}']
    for name, value in (('DETAIL', diag.message_detail), ('HINT', diag.message_hint),
                        ('CONTEXT', diag.context), ('POSITION', diag.statement_position)):
        if value:
            # Where a row lies in storage is nobody's business: PostgreSQL's and Basalt's answers name other places.
            lines.append(f'{name}: ' + re.sub(r'tuple \(\d+,\d+\)', 'tuple (place)', show(value)))
    return lines


def answer_of(connection, sql):
    del connection.notices[:]
    cursor = connection.cursor()
    lines = []
    try:
        copied = io.StringIO()
        if COPY.match(sql):
            cursor.copy_expert(sql, copied)
        else:
            cursor.execute(sql)
        if copied.getvalue():
            lines += [show(line) for line in copied.getvalue().splitlines()]
        if cursor.description is not None:
            lines.append('|'.join(show(column.name) for column in cursor.description) or '(no columns)')
            lines += ['|'.join(show(value) for value in row) or '()' for row in cursor.fetchall()]
        else:
            lines.append(cursor.statusmessage or f'COPY {cursor.rowcount}')
    except psycopg2.Error as error:
        if error.pgcode is None:
            raise
        lines = error_lines(error)
    finally:
        cursor.close()
    notices = [line.rstrip() for notice in connection.notices for line in notice.rstrip('\n').split('\n')]
    return [show(line) for line in notices] + lines


def normalise(lines, options):
    if 'rowsort' in options and lines and not lines[0].startswith('ERROR'):
        return [lines[0]] + sorted(lines[1:])
    return lines


class Sessions:
    def __init__(self, dsn, database):
        self.dsn, self.database, self.open = dsn, database, {}

    def get(self, name):
        if name not in self.open:
            connection = psycopg2.connect(self.dsn + f' dbname={self.database}', options='-c statement_timeout=120s')
            connection.autocommit = True
            self.open[name] = connection
        return self.open[name]

    def close(self):
        for connection in self.open.values():
            connection.close()


def with_database(dsn, name, action):
    admin = psycopg2.connect(dsn + ' dbname=postgres')
    admin.autocommit = True
    cursor = admin.cursor()
    cursor.execute(f'drop database if exists "{name}"')
    cursor.execute(f'create database "{name}"')
    sessions = Sessions(dsn, name)
    try:
        return action(sessions)
    finally:
        sessions.close()
        for _ in range(50):
            try:
                cursor.execute(f'drop database if exists "{name}"')
                break
            except psycopg2.errors.ObjectInUse:
                time.sleep(0.1)
        admin.close()


def session_of(record):
    for option in record.options:
        if option.startswith('session '):
            return option[8:]
    return 'main'


def key_of(path, record):
    here = os.path.dirname(os.path.abspath(__file__))
    digest = hashlib.sha1((str(record.options) + record.sql).encode()).hexdigest()[:16]
    return f'{os.path.relpath(os.path.abspath(path), here)} {digest}'


def is_skipped(path, record, skip):
    name = os.path.relpath(os.path.abspath(path), os.path.dirname(os.path.abspath(__file__)))
    return name in skip or f'{name}: {record.sql}' in skip


def run_changed(connection, sql):
    """Runs the query with other literals and takes back what it did."""
    status = connection.get_transaction_status()
    idle = status == psycopg2.extensions.TRANSACTION_STATUS_IDLE
    changed = change_literals(sql)
    if changed is None or not (idle or status == psycopg2.extensions.TRANSACTION_STATUS_INTRANS):
        return
    cursor = connection.cursor()
    cursor.execute('begin' if idle else 'savepoint change_literals')
    try:
        cursor.execute(changed)
    except psycopg2.Error as error:
        if error.pgcode is None:
            raise
    finally:
        if connection.closed == 0:
            cursor.execute('rollback' if idle else 'rollback to change_literals; release change_literals')
    cursor.close()


def run_file(dsn, path, verbose, not_yet, failing, config):
    header, records = read_records(path)
    del header

    between = Sessions(dsn, 'postgres')

    def action(sessions):
        failed = 0
        for record in records:
            if config.get('between'):
                answer_of(between.get('main'), config['between'])
            try:
                if config.get('change_literals'):
                    run_changed(sessions.get(session_of(record)), record.sql)
                got = normalise(answer_of(sessions.get(session_of(record)), record.sql), record.options)
            except psycopg2.Error as error:
                got = [f'CONNECTION LOST: {error}']
                sessions.open.pop(session_of(record), None)
            expected = normalise(record.answer or [], record.options)
            if got == expected or is_skipped(path, record, config['skip']):
                continue
            failing.append(key_of(path, record))
            if failing[-1] in not_yet:
                continue
            failed += 1
            if verbose:
                print(f'{path}:{record.line}\n{record.sql}\n  expected: ' + '\n            '.join(expected) +
                      '\n  got:      ' + '\n            '.join(got))
        return len(records), failed

    name = 'sql_' + os.path.splitext(os.path.basename(path))[0]
    try:
        return with_database(dsn, name, action)
    finally:
        between.close()


def record_file(dsn, path):
    header, records = read_records(path)

    def action(sessions):
        out = list(header)
        for record in records:
            options = [f'-- {option}' for option in record.options]
            lines = answer_of(sessions.get(session_of(record)), record.sql)
            out.append('\n'.join(options + [record.sql, SEPARATOR] + normalise(lines, record.options)))
        with open(path, 'w', encoding='utf-8') as file:
            file.write('\n\n'.join(out) + '\n')

    with_database(dsn, 'record_' + os.path.splitext(os.path.basename(path))[0], action)


def find_files(paths):
    for path in paths:
        if os.path.isdir(path):
            for root, _, names in sorted(os.walk(path)):
                yield from (os.path.join(root, name) for name in sorted(names) if name.endswith('.slt'))
        else:
            yield path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--binary')
    parser.add_argument('--dsn', help='an already running server instead of --binary')
    parser.add_argument('--set', action='append', default=[])
    parser.add_argument('--config', help='JSON: settings, and records that say something else under them (tests/configs)')
    parser.add_argument('--record')
    parser.add_argument('--quiet', action='store_true')
    parser.add_argument('--not-yet', help='file of records that are known not to pass yet')
    parser.add_argument('--write-not-yet', help='writes the failing records to this file')
    parser.add_argument('paths', nargs='*')
    options = parser.parse_args()
    paths = list(find_files(options.paths or [os.path.dirname(os.path.abspath(__file__))]))
    if options.record:
        for path in paths:
            record_file(options.record, path)
        return 0
    total = failures = 0
    not_yet, failing = set(), []
    if options.not_yet:
        with open(options.not_yet, encoding='utf-8') as file:
            not_yet = {line.strip() for line in file if line.strip() and not line.startswith('#')}

    config = {'set': [], 'skip': {}}
    if options.config:
        with open(options.config, encoding='utf-8') as file:
            config = json.load(file)

    def run_all(dsn):
        nonlocal total, failures
        for path in paths:
            count, failed = run_file(dsn, path, not options.quiet, not_yet, failing, config)
            total += count
            failures += failed
            print(f'{path}: {count - failed} of {count}', flush=True)

    if options.dsn:
        run_all(options.dsn)
    else:
        with Server(options.binary, config['set'] + options.set) as server:
            try:
                run_all(f'host=127.0.0.1 port={server.port} user=postgres')
            except psycopg2.Error:
                print('the server says:\n' + server.log_tail())
                raise
            server.stop()
    if options.write_not_yet:
        with open(options.write_not_yet, 'w', encoding='utf-8') as file:
            file.write('# Recorded answers that Basalt does not give yet: file and hash of the record. The list may only shrink.\n')
            file.write(''.join(key + '\n' for key in failing))
    print(f'{len(failing) - failures} of the records are known not to pass yet; {len(not_yet - set(failing))} listed ones pass')
    print(f'{total - len(failing)} passed, {failures} failed')
    return 1 if failures or total == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
