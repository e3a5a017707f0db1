#!/usr/bin/python3
"""The 22 queries of TPC-H over generated data at scale 0.01: the rows that PostgreSQL 15 answers, recorded.

    tpch_test.py --binary build/relassert/basalt --generator build/relassert/bench/tpch_data
    tpch_test.py --record 'host=127.0.0.1 port=5432 user=postgres' --generator ...     writes bench/tpch/answers.json
"""
import argparse
import collections
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, 'support'))
sys.path.insert(0, os.path.join(HERE, '..', 'bench'))
from server import Server  # noqa: E402
import tpch  # noqa: E402

ANSWERS = os.path.join(HERE, '..', 'bench', 'tpch', 'answers.json')
SCALE = 0.01


def answers(system, generator):
    system.create_database()
    system.connect()
    system.load(generator, SCALE)
    result = {'counts': system.counts()}
    for number, query in tpch.read_queries(SCALE).items():
        # So few orders have none of more than 300 pieces.
        best, rows = system.run(query.replace('> 300', '> 250'), 1, 60)
        result[str(number)] = f'failed: {rows}' if best is None else [list(row) for row in rows]
    system.drop_database()
    return result


def same(left, right):
    """Ties may come in another order."""
    if not isinstance(left, list) or not isinstance(right, list):
        return left == right
    return collections.Counter(map(tuple, left)) == collections.Counter(map(tuple, right))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--binary')
    parser.add_argument('--set', action='append', default=[])
    parser.add_argument('--generator', required=True)
    parser.add_argument('--record')
    options = parser.parse_args()
    if options.record:
        got = answers(tpch.System('PostgreSQL', options.record), options.generator)
        with open(ANSWERS, 'w', encoding='utf-8') as file:
            parts = (f'{json.dumps(key)}: {json.dumps(value)}' for key, value in got.items())
            file.write('{\n' + ',\n'.join(parts) + '\n}\n')
        empty = [key for key, value in got.items() if not value]
        print(f'queries without rows: {empty}' if empty else 'every query has rows')
        return 1 if empty else 0
    started = time.monotonic()
    with Server(options.binary, options.set) as server:
        got = answers(tpch.System('Basalt', f'host=127.0.0.1 port={server.port} user=postgres'), options.generator)
        server.stop()
    with open(ANSWERS, encoding='utf-8') as file:
        expected = json.load(file)
    print(f'TPC-H at scale {SCALE}: {time.monotonic() - started:.1f} s')
    different = [key for key in expected if not same(expected[key], got.get(key))]
    for key in different:
        print(f'{key} differs\n  PostgreSQL: {str(expected[key])[:600]}\n  Basalt:     {str(got.get(key))[:600]}')
    return 1 if different else 0


if __name__ == '__main__':
    sys.exit(main())
