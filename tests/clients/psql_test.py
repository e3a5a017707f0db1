#!/usr/bin/python3
"""psql against Basalt: what \\d and its relatives, \\gdesc, FETCH_COUNT, \\copy ... print, compared with what they print for
PostgreSQL 15.

    psql_test.py --binary build/relassert/basalt
    psql_test.py --dsn 'host=127.0.0.1 port=5432 user=postgres'              an already running server
    psql_test.py --dsn ... --record                                          writes psql/expected.txt from a PostgreSQL

psql/schema.sql makes what psql/commands.psql describes; psql/expected.txt holds the answer of each command. Sizes are not
compared: storage differs. psql/not_yet.txt lists the commands whose answers are known to differ; the list may only shrink
(--write-not-yet writes it).
"""
import argparse
import difflib
import os
import re
import subprocess
import sys

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'support'))
from server import Server  # noqa: E402

FOLDER = os.path.join(HERE, 'psql')
NOT_YET = os.path.join(FOLDER, 'not_yet.txt')
MARK = '=== '
DATABASE = 'clients_psql'
ROLES = ('clients_reader', 'clients_writer', 'clients_group')


def commands():
    """The commands of the file; COPY's data belongs to the command above it."""
    out = []
    with open(os.path.join(FOLDER, 'commands.psql'), encoding='utf-8') as file:
        data = False
        for line in file.read().split('\n'):
            if not line:
                continue
            if data:
                out[-1] += '\n' + line
                data = line != '\\.'
                continue
            out.append(line)
            data = line.lower().endswith('from stdin;')
    return out


def normalise(text):
    # Sizes, and the widths that follow from them.
    text, sizes = re.subn(r'\b\d+ (bytes|kB|MB)\b', 'SIZE', text)
    if not sizes:
        return '\n'.join(line.rstrip() for line in text.split('\n'))
    lines = []
    for line in text.split('\n'):
        if re.fullmatch(r'[-+]{4,}', line):
            line = '-----'
        lines.append(re.sub(r' +', ' ', line.rstrip()))
    return '\n'.join(lines)


def run(dsn):
    admin = psycopg2.connect(dsn + ' dbname=postgres')
    admin.autocommit = True
    cursor = admin.cursor()
    cursor.execute(f'drop database if exists {DATABASE}')
    for role in ROLES:
        cursor.execute(f'drop role if exists {role}')
    cursor.execute(f"create database {DATABASE} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'")
    try:
        script = [f'\\i {FOLDER}/schema.sql']
        for number, command in enumerate(commands()):
            script += [f"\\echo '{MARK}{number}'", command]
        # PGHOST: Debian's psql looks for a cluster of its own otherwise, and says so when it finds none.
        environment = dict(os.environ, PGHOST='127.0.0.1', PGTZ='UTC', LC_ALL='C.UTF-8', PAGER='cat', PGOPTIONS='-c client_min_messages=notice')
        result = subprocess.run(['psql', '-X', dsn + f' dbname={DATABASE}'], input='\n'.join(script) + '\n', text=True,
                                env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False)
        return result.stdout
    finally:
        cursor.execute(f'drop database if exists {DATABASE} with (force)')
        for role in ROLES:
            cursor.execute(f'drop role if exists {role}')
        admin.close()


def split(text):
    """[what the schema printed, answer of command 0, of command 1, ...]"""
    answers = ['']
    for line in text.split('\n'):
        if re.fullmatch(MARK + r'\d+', line):
            answers.append('')
        else:
            # psql names the script and its line in errors.
            answers[-1] += re.sub(r'^psql:\S+?:\d+: ', '', line) + '\n'
    return [normalise(answer).rstrip('\n') for answer in answers]


def read_expected():
    with open(os.path.join(FOLDER, 'expected.txt'), encoding='utf-8') as file:
        return split(re.sub('^' + MARK + r'(\d+) .*$', MARK + r'\1', file.read(), flags=re.M))


def read_not_yet():
    with open(NOT_YET, encoding='utf-8') as file:
        return {line for line in file.read().split('\n') if line and not line.startswith('#')}


def compare(dsn, write_not_yet):
    expected, got = read_expected(), split(run(dsn))
    names = ['the schema'] + commands()
    failed, known, differing, seen = 0, read_not_yet(), [], {}
    if len(expected) != len(got) or len(got) != len(names):
        print(f'{len(names) - 1} commands, {len(expected) - 1} recorded answers, {len(got) - 1} answers')
        failed += 1
    for name, right, ours in zip(names, expected, got):
        label = name.split('\n')[0]
        seen[label] = seen.get(label, 0) + 1
        if right == ours:
            continue
        differing.append(label if seen[label] == 1 else f'{label} (again: {seen[label]})')
        if differing[-1] not in known:
            failed += 1
            print(f'--- {name}')
            print('\n'.join(difflib.unified_diff(right.split('\n'), ours.split('\n'), 'PostgreSQL', 'Basalt', lineterm='', n=1)))
    if write_not_yet:
        with open(NOT_YET, 'w', encoding='utf-8') as file:
            file.write('# Commands that Basalt does not answer like PostgreSQL yet. The list may only shrink.\n')
            file.write(''.join(line + '\n' for line in differing))
    print(f'psql: {len(names) - len(differing)} of {len(names)} answers as PostgreSQL gives them, '
          f'{len(differing) - failed} are known to differ, {failed} failed')
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary')
    parser.add_argument('--dsn')
    parser.add_argument('--record', action='store_true')
    parser.add_argument('--write-not-yet', action='store_true')
    options = parser.parse_args()
    if options.record:
        answers = split(run(options.dsn))
        with open(os.path.join(FOLDER, 'expected.txt'), 'w', encoding='utf-8') as file:
            file.write(answers[0] + '\n')
            for number, (command, answer) in enumerate(zip(commands(), answers[1:])):
                command = command.split('\n')[0]
                file.write(f'{MARK}{number} {command}\n' + (answer + '\n' if answer else ''))
        return 0
    if options.dsn:
        return compare(options.dsn, options.write_not_yet)
    with Server(options.binary) as server:
        return compare(f'host=127.0.0.1 port={server.port} user=postgres', options.write_not_yet)


if __name__ == '__main__':
    sys.exit(main())
