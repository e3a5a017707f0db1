#!/usr/bin/python3
"""Random queries on PostgreSQL 15 and Basalt, whose answers must be the same. Not part of the suite: it needs a PostgreSQL.

    random_queries.py --postgres 'host=127.0.0.1 port=5432 user=postgres' --basalt '...' [--seed 1] [--count 500]

Joins of all kinds, sublinks of all kinds up to two levels deep, grouping, DISTINCT, ORDER BY with LIMIT, over three small
tables with NULLs and indexes of every form. Prints each query that differs; ends with 1 if one does.
"""
import argparse
import random
import sys

import psycopg2

DATABASE = 'random_queries'
TABLES = {'t1': 60, 't2': 300, 't3': 1500}
NUMBERS = ['id', 'a', 'b', 'c']
COLUMNS = NUMBERS + ['s', 'd', 'n']
INDEXES = ['(a, b)', '(s)', '(d desc, a)', '(c) where b = 2', '(lower(s))']


def make_database(dsn):
    admin = psycopg2.connect(dsn + ' dbname=postgres')
    admin.autocommit = True
    admin.cursor().execute(f'drop database if exists {DATABASE}')
    admin.cursor().execute(f'create database {DATABASE}')
    admin.close()
    connection = psycopg2.connect(f'{dsn} dbname={DATABASE}')
    connection.autocommit = True
    cursor = connection.cursor()
    for table, rows in TABLES.items():
        cursor.execute(f'create table {table} (id int primary key, a int, b int, c bigint, s text, d date, n numeric)')
        cursor.execute(f"""insert into {table}
            select g, nullif(g * 7 % {max(5, rows // 10)}, 3), nullif(g % 5, 4), g * 13 % 97,
                   case when g % 11 = 0 then null else 's' || g % 17 end, date '2020-01-01' + g % 40, g % 23 / 2.0
            from generate_series(1, {rows}) g""")
        for index in INDEXES:
            cursor.execute(f'create index on {table} {index}')
        cursor.execute(f'analyze {table}')
    cursor.execute("set statement_timeout = '20s'")
    return cursor


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def constant(self, column):
        number = self.random.randint
        if column == 's':
            return f"'s{number(0, 18)}'"
        if column == 'd':
            return f"date '2020-01-{number(1, 31):02d}'"
        return str(number(0, 24) / 2) if column == 'n' else str(number(0, 60))

    def column(self, alias, choice=None):
        return f'{alias}.{self.random.choice(choice or COLUMNS)}'

    def number(self, alias):
        return self.column(alias, NUMBERS)

    def sublink(self, alias, depth):
        pick = self.random.choice
        table, inner = pick(list(TABLES)), f'q{depth}{self.random.randint(0, 99)}'
        link = f'{self.number(inner)} = {self.number(alias)}'
        extra = ' and ' + self.condition([inner], depth + 1) if self.random.random() < 0.6 else ''
        kind = self.random.random()
        if kind < 0.3:
            return f"{pick(['', 'not '])}exists (select 1 from {table} {inner} where {link}{extra})"
        if kind < 0.6:
            where = self.condition([inner], depth + 1) + (f' and {link}' if self.random.random() < 0.3 else '')
            return f"{self.number(alias)} {pick(['', 'not '])}in (select {self.number(inner)} from {table} {inner} where {where})"
        function = pick(['min', 'max', 'avg', 'count', 'sum'])
        return (f"{self.number(alias)} {pick(['<', '>', '='])} "
                f'(select {function}({self.number(inner)}) from {table} {inner} where {link}{extra})')

    def condition(self, aliases, depth):
        pick, kind, alias = self.random.choice, self.random.random(), self.random.choice(aliases)
        name = pick(COLUMNS)
        if kind < 0.3:
            return f"{alias}.{name} {pick(['=', '=', '<', '>', '<=', '>=', '<>'])} {self.constant(name)}"
        if kind < 0.38:
            return f"{alias}.{name} is {pick(['', 'not '])}null"
        if kind < 0.46:
            return f"{alias}.{name} in ({', '.join(self.constant(name) for _ in range(self.random.randint(1, 4)))})"
        if kind < 0.53:
            return f"({self.condition(aliases, depth)} {pick(['or', 'or', 'and'])} {self.condition(aliases, depth)})"
        if kind < 0.56:
            return f'not ({self.condition(aliases, depth)})'
        if kind < 0.64 and len(aliases) > 1:
            left, right = self.random.sample(aliases, 2)
            return f"{self.number(left)} {pick(['=', '=', '<'])} {self.number(right)}"
        if depth < 2:
            return self.sublink(alias, depth)
        return f"{alias}.{name} {pick(['=', '<'])} {self.constant(name)}"

    def tables(self):
        pick, count, aliases, text = self.random.choice, self.random.randint(1, 4), [], ''
        for k in range(count):
            source = pick(list(TABLES) if count < 3 else ['t1', 't2'])
            if self.random.random() < 0.15:
                source = f"(select * from {source} y where {self.condition(['y'], 1)})"
            alias = f'x{k}'
            if k == 0:
                text = f'{source} {alias}'
            else:
                other = pick(aliases)
                join = pick(['join', 'join', 'join', 'left join', 'left join', 'right join', 'full join'])
                on = f'{self.number(other)} = {self.number(alias)}'
                if join != 'full join' and self.random.random() < 0.3:
                    on += ' and ' + self.condition([other, alias], 2)
                text += f' {join} {source} {alias} on {on}'
            aliases.append(alias)
        return aliases, text

    def query(self):
        pick = self.random.choice
        aliases, source = self.tables()
        first, last = aliases[0], aliases[-1]
        conditions = [self.condition(aliases, 0) for _ in range(self.random.randint(0, 3))]
        source += ' where ' + ' and '.join(conditions) if conditions else ''
        kind = self.random.random()
        if kind < 0.25:
            return (f'select count(*), min({self.number(first)}), max({self.column(last)}), sum({self.number(first)}) '
                    f'from {source}')
        if kind < 0.4:
            return f'select {self.column(first)} as g, count(*), max({self.number(last)}) from {source} group by 1'
        if kind < 0.5:
            return f'select distinct {self.column(first)} as x, {self.column(last)} as y from {source}'
        if kind < 0.75:
            column, order = self.column(pick(aliases)), pick(['', 'desc', 'desc nulls last', 'nulls first'])
            return (f'select {column} as x from {source} order by {column} {order} '
                    f'limit {self.random.randint(1, 20)} offset {pick([0, 0, 3])}')
        return f"select {', '.join(f'{alias}.id' for alias in aliases)} from {source}"


def answer(cursor, query):
    try:
        cursor.execute(query)
        rows = cursor.fetchall()
    except psycopg2.Error as error:
        return 'ERROR ' + str(error).split('\n', maxsplit=1)[0]
    return rows if ' order by ' in query else sorted(rows, key=str)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--postgres', required=True)
    parser.add_argument('--basalt', required=True)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=500)
    options = parser.parse_args()
    cursors = [make_database(options.postgres), make_database(options.basalt)]
    maker, different, skipped = Maker(options.seed), 0, 0
    for _ in range(options.count):
        query = maker.query()
        expected, got = (answer(cursor, query) for cursor in cursors)
        if isinstance(expected, str) and 'timeout' in expected:
            skipped += 1
        elif expected != got:
            different += 1
            print(f'{query}\n  PostgreSQL: {str(expected)[:300]}\n  Basalt:     {str(got)[:300]}')
    print(f'seed {options.seed}: {options.count} queries, {different} differ, {skipped} took PostgreSQL too long')
    for dsn, cursor in zip((options.postgres, options.basalt), cursors):
        cursor.connection.close()
        admin = psycopg2.connect(dsn + ' dbname=postgres')
        admin.autocommit = True
        admin.cursor().execute(f'drop database {DATABASE}')
    return 1 if different else 0


if __name__ == '__main__':
    sys.exit(main())
