#!/usr/bin/python3
"""Runs steps of several sessions in given orders and compares what each answered, and which had to wait, with PostgreSQL 15.

    run_isolation.py --binary build/relassert/basalt [--set name=value ...] [--jobs 4] [FILE or FOLDER ...]
    run_isolation.py --not-yet tests/isolation/not_yet.txt ...   runs listed there may differ; the list may only shrink
    run_isolation.py --record 'host=127.0.0.1 port=5432 user=postgres' FILE ...      writes the answers of a PostgreSQL

A file:

    setup
    create table t (id int primary key, v int);
    insert into t values (1, 10)

    a1: begin
    a2: update t set v = 11 where id = 1
    a3: commit
    b1: update t set v = v + 100 where id = 1
    after: select * from t

    run a1 a2 b1 a3
    ----
    a1: BEGIN
    a2: UPDATE 1
    b1: waits
    a3: COMMIT
    b1: UPDATE 1
    after: id|v
        1|111

A step is named by its session and a number; what follows on indented lines belongs to it. Step 0 of a session runs when the
session begins and is not shown, `after` when all sessions have ended. `run all` stands for every order that keeps the sessions'
own. An order ends where a step would come while its session waits. A step waits when the server says that something blocks it; it
answers behind the step that set it free, those that are free together in the order in which they began to wait. Each run begins
with an empty schema, new sessions and the setup. Process numbers are shown as the session's name, those of transactions and
tables as X.
"""
import argparse
import hashlib
import itertools
import multiprocessing.pool
import os
import re
import sys
import threading
import time

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'support'), os.path.join(HERE, '..', 'sql')]
from run_sql import answer_of, with_database  # noqa: E402
from server import run_on  # noqa: E402

STEP = re.compile(r'([a-z])(\d+): (.*)', re.DOTALL)
BLOCKED_SECONDS = 0.03  # so long something must have blocked a step
STEP_SECONDS_MAX = 20
RUNS_MAX = 400
NUMBERS = ((r'\btransaction \d+', 'transaction X'), (r'\brelation \d+ of database \d+', 'relation X of database X'),
           (r'\badvisory lock \[\d+,', 'advisory lock [X,'))


class Case:
    """A file: its setup, its steps by name, its runs with the answers recorded."""

    def __init__(self, path):
        self.path = path
        self.header, self.setup, self.steps, self.after, self.runs = [], '', {}, None, []
        with open(path, encoding='utf-8') as file:
            paragraphs = [p for p in re.split(r'\n\n+', file.read().strip('\n')) if p]
        for paragraph in paragraphs:
            lines = paragraph.split('\n')
            if lines[0].startswith('run '):
                answer = lines[2:] if len(lines) > 1 else None
                self.runs.append((lines[0][4:], answer))
                continue
            self.header.append(paragraph)
            lines = [line for line in lines if not line.startswith('--')]
            if lines and lines[0] == 'setup':
                self.setup = '\n'.join(lines[1:])
            elif lines:
                self.read_steps(re.sub(r'\n +', '\n', '\n'.join(lines)))

    def read_steps(self, text):
        for part in re.split(r'\n(?=[a-z]\d+: |after: )', text):
            match = STEP.fullmatch(part)
            if match:
                self.steps[match[1] + match[2]] = match[3]
            elif part.startswith('after: '):
                self.after = part[7:]
            else:
                raise ValueError(f'{self.path}: neither a step nor a run: {part!r}')

    def orders(self, run):
        if run != 'all':
            return [run.split()]
        sessions = {}
        for name in self.steps:
            if name[1:] != '0':
                sessions.setdefault(name[0], []).append(name)
        letters = ''.join(letter * len(steps) for letter, steps in sessions.items())
        orders = []
        for order in sorted(set(itertools.permutations(letters))) if len(letters) <= 9 else interleavings(sessions):
            rest = {letter: iter(steps) for letter, steps in sessions.items()}
            orders.append([next(rest[letter]) for letter in order])
        assert len(orders) <= RUNS_MAX, f'{self.path}: {len(orders)} orders'
        return orders


def interleavings(sessions):
    counts = {letter: len(steps) for letter, steps in sessions.items()}

    def extend(done, left):
        if not any(left.values()):
            yield done
        for letter in left:
            if left[letter]:
                yield from extend(done + letter, {**left, letter: left[letter] - 1})
    return list(extend('', counts))


class Session:
    """A connection with a thread of its own, which runs a statement at a time."""

    def __init__(self, dsn, name):
        self.name = name
        self.connection = psycopg2.connect(dsn, application_name='isolation ' + name)
        self.connection.autocommit = True
        self.pid = self.connection.info.backend_pid
        self.step = None  # under way
        self.done = threading.Event()
        self.done.set()

    def start(self, step, sql):
        self.step = step
        self.done.clear()
        threading.Thread(target=self.work, args=(sql,), daemon=True).start()

    def work(self, sql):
        try:
            self.lines = answer_of(self.connection, sql)
        except psycopg2.Error as error:  # without SQLSTATE: the connection is gone
            self.lines = ['connection lost: ' + str(error).strip().split('\n')[0]]
        self.done.set()


class Run:
    def __init__(self, dsn, case):
        self.dsn, self.case = dsn, case
        self.sessions, self.lines, self.waiting = {}, [], []

    def execute(self, order, patience):
        """`patience`: so many seconds may a session still wait when its next step is due."""
        admin = psycopg2.connect(self.dsn)
        admin.autocommit = True
        self.cursor = admin.cursor()
        try:
            self.cursor.execute('drop schema if exists public cascade; create schema public')
            if self.case.setup:
                self.cursor.execute(self.case.setup)
            for name in dict.fromkeys(step[0] for step in order):
                self.sessions[name] = Session(self.dsn, name)
                if name + '0' in self.case.steps:
                    answer_of(self.sessions[name].connection, self.case.steps[name + '0'])
            for step in order:
                if not self.run_step(step, patience):
                    break
            for session in self.waiting:
                self.say(session.step, ['still waits'])
            self.end_sessions()
            if self.case.after:
                self.wait_for_ends()
                self.say('after', answer_of(admin, self.case.after))
        finally:
            self.end_sessions()
            admin.close()
        return self.lines

    def end_sessions(self):
        """Cancels all that is under way before the first one closes, which might set another free."""
        under_way = [session for session in self.sessions.values() if not session.done.is_set()]
        for session in under_way:
            session.connection.cancel()
        for session in under_way:
            session.done.wait(STEP_SECONDS_MAX)
        for session in self.sessions.values():
            session.connection.close()

    def run_step(self, step, patience):
        session = self.sessions[step[0]]
        if session in self.waiting:  # it can go on only when the server ends the wait by itself
            session.done.wait(patience)
            self.report_freed()
            if session in self.waiting:
                self.say(step, [f'cannot come, since {session.step} waits'])
                return False
        session.start(step, self.case.steps[step])
        if self.is_blocked(session):
            self.waiting.append(session)
            self.say(step, ['waits'])
        else:
            self.say(step, session.lines)
        self.report_freed()
        return True

    def report_freed(self):
        freed = True
        while freed:
            freed = [session for session in self.waiting if not self.is_blocked(session)]
            for session in freed:
                self.waiting.remove(session)
                self.say(session.step, session.lines)

    def is_blocked(self, session):
        """Waits until the session's step has ended (False) or something has blocked it for a while."""
        blocked_since = None
        deadline = time.monotonic() + STEP_SECONDS_MAX
        while not session.done.wait(0.002):
            self.cursor.execute('select cardinality(pg_blocking_pids(%s)) > 0', (session.pid,))
            now = time.monotonic()
            if not self.cursor.fetchone()[0] in (True, 't'):
                blocked_since = None
            elif blocked_since is None:
                blocked_since = now
            elif now - blocked_since >= BLOCKED_SECONDS:
                return True
            if now > deadline:
                session.connection.cancel()
                raise RuntimeError(f'{self.case.path}: {session.step} neither ends nor is blocked')
        return False

    def wait_for_ends(self):
        pids = [session.pid for session in self.sessions.values()]
        for _ in range(500):
            self.cursor.execute('select count(*) from pg_stat_activity where pid = any(%s)', (pids,))
            if int(self.cursor.fetchone()[0]) == 0:
                return
            time.sleep(0.01)

    def say(self, step, lines):
        for session in self.sessions.values():
            lines = [re.sub(rf'([Pp]rocess) {session.pid}\b', rf'\1 {session.name}', line) for line in lines]
            lines = [re.sub(rf'(^|\|){session.pid}(?=\||$)', rf'\g<1>pid {session.name}', line) for line in lines]
        for what, shown in NUMBERS:
            lines = [re.sub(what, shown, line) for line in lines]
        self.lines.append(f'{step}: {lines[0]}')
        self.lines += ['    ' + line for line in lines[1:]]


def run_case(dsn, case):
    """For each run of the file: its lines."""
    def action(sessions):
        answers = []
        for run, _ in case.runs:
            lines = []
            orders = case.orders(run)
            for order in orders:
                if len(orders) > 1:
                    lines.append('order ' + ' '.join(order))
                lines += Run(f'{sessions.dsn} dbname={sessions.database}', case).execute(order, 10 if len(orders) == 1 else 0.3)
            answers.append(lines)
        return answers
    name = re.sub(r'\W', '_', os.path.relpath(os.path.abspath(case.path), os.path.join(HERE, 'cases')))[:-4]
    return with_database(dsn, 'isolation_' + name[-50:], action)


def key_of(case, run):
    return f'{os.path.relpath(os.path.abspath(case.path), HERE)} {hashlib.sha1(run.encode()).hexdigest()[:16]}'


def check(dsn, case, not_yet):
    """What differs: texts, and the keys of the runs."""
    failures, failing = [], []
    try:
        answers = run_case(dsn, case)
    except (RuntimeError, psycopg2.Error) as error:
        failing = [key_of(case, run) for run, _ in case.runs]
        return [f'{case.path}: {error}'] * len([key for key in failing if key not in not_yet]), failing
    for (run, expected), got in zip(case.runs, answers):
        if got == expected:
            continue
        failing.append(key_of(case, run))
        if failing[-1] not in not_yet:
            failures.append(f'{case.path}: run {run}\n' + differences(expected or [], got))
    return failures, failing


def differences(expected, got):
    at = next((i for i, (a, b) in enumerate(zip(expected, got)) if a != b), min(len(expected), len(got)))
    context = '\n'.join('    ' + line for line in got[max(0, at - 12):at])
    return (f'{context}\n  expected: ' + '\n            '.join(expected[at:at + 6] or ['(the end)']) +
            '\n  got:      ' + '\n            '.join(got[at:at + 6] or ['(the end)']))


def record(dsn, case):
    answers = run_case(dsn, case)
    parts = case.header + ['\n'.join(['run ' + run, '----', *lines]) for (run, _), lines in zip(case.runs, answers)]
    with open(case.path, 'w', encoding='utf-8') as file:
        file.write('\n\n'.join(parts) + '\n')


def find_cases(paths):
    for path in paths:
        if os.path.isfile(path):
            yield Case(path)
        for folder, _, names in sorted(os.walk(path)):
            for name in sorted(names):
                if name.endswith('.iso'):
                    yield Case(os.path.join(folder, name))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('paths', nargs='*', default=[os.path.join(HERE, 'cases')])
    parser.add_argument('--binary')
    parser.add_argument('--dsn', help='an already running server instead of --binary')
    parser.add_argument('--set', action='append', default=[])
    parser.add_argument('--jobs', type=int, default=4)
    parser.add_argument('--record')
    parser.add_argument('--not-yet')
    parser.add_argument('--write-not-yet')
    options = parser.parse_args()
    cases = list(find_cases(options.paths))
    pool = multiprocessing.pool.ThreadPool(options.jobs)
    if options.record:
        pool.map(lambda case: record(options.record, case), cases, chunksize=1)
        return 0
    not_yet = set()
    if options.not_yet:
        with open(options.not_yet, encoding='utf-8') as file:
            not_yet = {line.strip() for line in file if line.strip() and not line.startswith('#')}

    def run_all(dsn):
        results = pool.map(lambda case: check(dsn, case, not_yet), cases, chunksize=1)
        failing = [key for _, keys in results for key in keys]
        failures = [text for texts, _ in results for text in texts]
        runs = sum(len(case.runs) for case in cases)
        if options.write_not_yet:
            with open(options.write_not_yet, 'w', encoding='utf-8') as file:
                file.write('# Runs that Basalt answers differently: file and hash of the run. The list may only shrink.\n')
                file.write(''.join(key + '\n' for key in failing))
        print('\n'.join(failures + [f'{len(cases)} files, {runs} runs: {runs - len(failing)} as recorded, '
                                    f'{len(failures)} failed, {len(failing) - len(failures)} known not to pass yet']))
        return bool(failures) or not cases

    return run_on(options, run_all, options.set)


if __name__ == '__main__':
    sys.exit(main())
