#!/usr/bin/python3
"""Checks what the compiler does not: layers, READMEs, format, line and function length, left-overs. Run as a test.

tools/tidy_known.txt lists known problems, without line numbers; the list may only shrink. --write-known writes it.
"""
import collections
import os
import re
import subprocess
import sys

LAYERS = {
    'common': [], 'types': ['common'], 'storage': ['common'], 'grammar': ['common'], 'parser': ['common', 'grammar'],
    'wire': ['common'], 'catalog': ['common', 'types', 'storage'],
    'query': ['common', 'types', 'storage', 'catalog', 'parser'],
    'planner': ['common', 'types', 'storage', 'catalog', 'query', 'parser'],
    'executor': ['common', 'types', 'storage', 'catalog', 'query', 'planner', 'parser'],
    'commands': ['common', 'types', 'storage', 'catalog', 'parser', 'query', 'planner', 'executor'],
    'server': ['common', 'types', 'storage', 'catalog', 'parser', 'query', 'planner', 'executor', 'commands', 'wire'],
}
KNOWN = 'tools/tidy_known.txt'
LINE_MAX, FILE_MAX, FUNCTION_MAX, README_MAX = 120, 900, 110, 120
LEFT_OVERS = re.compile(r'\b(FIXME|TODO|XXX|HACK)\b')
BANNED = [(re.compile(r'\bstrcpy\(|\bsprintf\(|\bgets\('), 'use std::string'),
          (re.compile(r'std::regex'), 'use types/text/regex')]


def files():
    listed = subprocess.run(['git', 'ls-files'], capture_output=True, text=True, check=True).stdout.split()
    return [name for name in listed if os.path.isfile(name)]


def function_lengths(lines):
    """Yields (first line, length) of definitions: a line that ends in '{' at column 0 or 2, up to its closing brace."""
    start, indent = None, ''
    for number, line in enumerate(lines, 1):
        if start is None:
            match = re.match(r'^( {0,2})[A-Za-z~].*\)( const)?( override)?( noexcept)?( ->.*)? \{$', line)
            if match and not line.lstrip().startswith(('if', 'for', 'while', 'switch', 'namespace')):
                start, indent = number, match.group(1)
        elif line == indent + '}':
            yield start, number - start + 1
            start = None


def unformatted():
    sources = [name for name in files() if name.endswith(('.cpp', '.hpp'))]
    result = subprocess.run(['clang-format', '--dry-run', *sources], stderr=subprocess.PIPE, text=True, check=True)
    places = re.findall(r'^(\S+?):\d+:\d+: warning: code should be clang-formatted', result.stderr, re.MULTILINE)
    return [f'{name}: not as clang-format writes it' for name in sorted(set(places))]


def main():
    problems = []
    for name in files():
        folder = name.split('/')[0]
        if not name.endswith(('.cpp', '.hpp')):
            continue
        lines = open(name, encoding='utf-8').read().split('\n')
        if len(lines) > FILE_MAX:
            problems.append(f'{name}: {len(lines)} lines; split it')
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_MAX and '"' not in line:
                problems.append(f'{name}:{number}: {len(line)} columns')
            if LEFT_OVERS.search(line):
                problems.append(f'{name}:{number}: left-over mark')
            for pattern, advice in BANNED:
                if pattern.search(line):
                    problems.append(f'{name}:{number}: banned call, {advice}')
            include = re.match(r'#include "(\w+)/', line)
            if include and folder in LAYERS and include.group(1) in LAYERS:
                if include.group(1) != folder and include.group(1) not in LAYERS[folder]:
                    problems.append(f'{name}:{number}: {folder} must not include {include.group(1)}')
        if folder != 'tests':
            for first, length in function_lengths(lines):
                if length > FUNCTION_MAX:
                    problems.append(f'{name}:{first}: function of {length} lines')
    problems += unformatted()
    for folder in LAYERS:
        if not os.path.isfile(f'{folder}/README.md'):
            problems.append(f'{folder}: no README.md')
        elif sum(1 for _ in open(f'{folder}/README.md')) > README_MAX:
            problems.append(f'{folder}/README.md: over {README_MAX} lines')
    keys = collections.Counter(re.sub(r'\d+', '#', problem) for problem in problems)
    if '--write-known' in sys.argv:
        with open(KNOWN, 'w', encoding='utf-8') as file:
            file.writelines(f'{count} {key}\n' for key, count in sorted(keys.items()))
        return 0
    known = collections.Counter()
    if os.path.isfile(KNOWN):
        for line in open(KNOWN, encoding='utf-8'):
            count, key = line.rstrip('\n').split(' ', 1)
            known[key] = int(count)
    fresh = [problem for problem in problems if keys[re.sub(r'\d+', '#', problem)] > known[re.sub(r'\d+', '#', problem)]]
    for problem in fresh:
        print(problem)
    print(f'{len(problems)} problems, {len(fresh)} of kinds that are not known')
    return 1 if fresh else 0


if __name__ == '__main__':
    sys.exit(main())
