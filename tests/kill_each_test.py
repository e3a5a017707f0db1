#!/usr/bin/python3
"""The recorded SQL with a kill -9 and a recovery after each statement (where no transaction is open).

    kill_each_test.py --binary build/relassert/basalt [--sample N] [--seed TEXT] [FILE or FOLDER ...]

A file takes part when it depends on nothing that a session keeps (settings, temporary tables, prepared statements, cursors),
uses one session, and no sequences: after a crash they go on behind the values that were logged ahead, as in PostgreSQL. With --sample N a core of files runs and N others, drawn with the seed (the commit, when none is given).
After each file `basalt check` reads the directory.
"""
import argparse
import os
import random
import re
import subprocess
import sys

import psycopg2
import psycopg2.extensions

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, 'sql'))
sys.path.insert(0, os.path.join(HERE, 'support'))
import run_sql  # noqa: E402
from server import Server  # noqa: E402

CORE = ['dml/merge.slt', 'ddl/index.slt', 'subquery/subquery.slt']
SESSION_STATE = re.compile(r'\b(set|reset|temp|temporary|prepare|execute|deallocate|declare|fetch|listen|currval|lastval|discard|'
                           r'pg_advisory_lock|set_config|load|serial|bigserial|smallserial|identity|sequence|nextval)\b(?!\s*\(?\s*(not\s+null|null|default)\b)', re.I)


def takes_part(path):
    _, records = run_sql.read_records(path)
    if not records or any(run_sql.session_of(record) != 'main' for record in records):
        return False
    # UPDATE ... SET and ON DELETE SET NULL are no session state.
    texts = [re.sub(r'(?i)\bset\b', '', record.sql) if re.search(r'(?i)\b(update|delete|alter)\b', record.sql)
             else record.sql for record in records]
    return not any(SESSION_STATE.search(text) for text in texts)


def choose(paths, sample, seed):
    files = [path for path in run_sql.find_files(paths) if takes_part(path)]
    if sample is None:
        return files
    core = [path for path in files if os.path.relpath(path, os.path.join(HERE, 'sql')) in CORE]
    others = [path for path in files if path not in core]
    return core + random.Random(seed).sample(others, min(sample, len(others)))


def commit_of_tree():
    result = subprocess.run(['git', 'rev-parse', 'HEAD'], cwd=HERE, capture_output=True, text=True, check=False)
    return result.stdout.strip() or 'no commit'


class Victim:
    """The server, killed and started again; a connection to the file's database."""

    def __init__(self, server, database):
        self.server, self.database, self.connection = server, database, None
        self.kills = 0

    def connect(self):
        if self.connection is None or self.connection.closed:
            dsn = f'host=127.0.0.1 port={self.server.port} user=postgres dbname={self.database}'
            self.connection = psycopg2.connect(dsn, options='-c statement_timeout=20s')
            self.connection.autocommit = True
        return self.connection

    def kill(self):
        if self.connection.info.transaction_status != psycopg2.extensions.TRANSACTION_STATUS_IDLE:
            return
        self.server.kill()
        self.server.start()
        self.connection = None
        self.kills += 1


def run_file(server, path, not_yet):
    name = 'kill_' + os.path.splitext(os.path.basename(path))[0]
    admin = psycopg2.connect(f'host=127.0.0.1 port={server.port} user=postgres dbname=postgres')
    admin.autocommit = True
    admin.cursor().execute(f'create database {name}')
    admin.close()
    victim = Victim(server, name)
    failed = 0
    _, records = run_sql.read_records(path)
    for record in records:
        got = run_sql.normalise(run_sql.answer_of(victim.connect(), record.sql), record.options)
        expected = run_sql.normalise(record.answer or [], record.options)
        if got != expected and run_sql.key_of(path, record) not in not_yet:
            failed += 1
            print(f'{path}:{record.line}\n{record.sql}\n  expected: ' + '\n            '.join(expected) +
                  '\n  got:      ' + '\n            '.join(got))
        victim.kill()
    server.kill()
    findings = server.check()
    if findings:
        failed += 1
        print(f'{path}: basalt check: {findings}')
    server.start()
    print(f'{path}: {len(records) - failed} of {len(records)}, {victim.kills} kills', flush=True)
    return failed, victim.kills


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary', required=True)
    parser.add_argument('--sample', type=int)
    parser.add_argument('--seed')
    parser.add_argument('paths', nargs='*', default=[os.path.join(HERE, 'sql')])
    options = parser.parse_args()
    seed = options.seed or commit_of_tree()
    with open(os.path.join(HERE, 'sql', 'not_yet.txt'), encoding='utf-8') as file:
        not_yet = {line.strip() for line in file}
    failed = kills = 0
    with Server(options.binary) as server:
        for path in choose(options.paths, options.sample, seed):
            wrong, killed = run_file(server, path, not_yet)
            failed, kills = failed + wrong, kills + killed
    print(f'{failed} failed, {kills} kills, seed {seed}')
    return 1 if failed or kills == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
