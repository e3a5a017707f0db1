#!/usr/bin/python3
"""Plants faults in operators, one by one, and expects the recorded SQL to catch each of them.

    planted_faults.py --work FOLDER [--only NAME ...]

Makes a copy of the committed tree in FOLDER/main (a git worktree, kept for the next run), builds it in FOLDER/build, and for each fault: changes one
place, builds, runs tests/sql (with small chunks where the fault needs them), and changes the place back. A fault
that no record notices makes this test fail, and so does a place that is not in the source any more.
"""
import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SMALL_CHUNKS = ['basalt.chunk_rows=2']

# Name, file, the text as it is, the text with the fault, settings that the run needs.
FAULTS = [
    ('left join loses rows without a partner', 'executor/hash_join.cpp',
     'if (end == begin) probe.pairs.push_back({row, build_rows_});\n        break;', 'break;', []),
    ('full join puts out the matched build rows again', 'executor/hash_join.cpp',
     'if (!matched_[unmatched_at_]) selection', 'if (matched_[unmatched_at_]) selection', []),
    ('semi join puts a row out for each partner', 'executor/hash_join.cpp',
     'if (end > begin) probe.pairs.push_back({row, build_rows_});',
     'for (size_t i = begin; i < end; ++i) probe.pairs.push_back({row, build_rows_});', []),
    ('OFFSET drops a row too few', 'executor/simple_transforms.cpp',
     'keep_range(out, dropped, in.rows);', 'keep_range(out, dropped > 1 ? dropped - 1 : dropped, in.rows);', []),
    ('WITH TIES forgets the ties', 'executor/simple_transforms.cpp',
     'while (at < out.rows && equal[at]) ++at;', '', []),
    ('distinct rows begin anew with each chunk', 'executor/simple_transforms.cpp',
     'row == 0 ? have_last_ && equal(last_, 0, in, 0)', 'row == 0 ? false', SMALL_CHUNKS),
    ('a frame of rows ends one row early', 'executor/window_frame.cpp',
     'is_start ? at : at + 1', 'is_start ? at : at', []),
    ('EXCLUDE TIES excludes the row itself', 'executor/window_frame.cpp',
     'return peer && other != row;', 'return peer;', []),
    ('no row from an aggregate over nothing', 'executor/aggregate.cpp',
     'if (!sets_[s].empty() || set_seen_[s]) continue;', 'continue;', []),
    ('EXCEPT ALL takes all copies away', 'executor/set_operation.cpp',
     'left > right ? left - right : 0', 'right == 0 ? left : 0', []),
    ('an index scan believes outdated entries', 'executor/index_ranges.cpp',
     'return now.present && now.key == entry.key;', 'return now.present;', []),
    ('recursion ends with the first round', 'executor/set_operation.cpp',
     'done_ = work_->rows() == 0;', 'done_ = true;', []),
]


def build(folder):
    build_folder = os.path.join(os.path.dirname(folder), 'build', 'relassert')
    command = ['cmake', '--preset', 'relassert', '-B', build_folder]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(['cmake', '--build', build_folder, '--target', 'basalt'], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(build_folder, 'basalt')


def suite_passes(folder, binary, settings):
    command = [sys.executable, os.path.join(folder, 'tests', 'sql', 'run_sql.py'), '--quiet', '--binary', binary,
               '--not-yet', os.path.join(folder, 'tests', 'sql', 'not_yet.txt')]
    for setting in settings:
        command += ['--set', setting]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.returncode == 0, result.stdout.strip().split('\n')[-1]


def try_fault(folder, name, path, good, bad, settings):
    path = os.path.join(folder, path)
    with open(path, encoding='utf-8') as file:
        source = file.read()
    if source.count(good) != 1:
        print(f'{name}: the place is {source.count(good)} times in the source')
        return False
    try:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(source.replace(good, bad))
        passed, summary = suite_passes(folder, build(folder), settings)
    finally:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(source)
    print(f'{name}: {"NOT CAUGHT" if passed else "caught"} ({summary})', flush=True)
    return not passed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--work', required=True)
    parser.add_argument('--only', action='append')
    options = parser.parse_args()
    folder = os.path.join(os.path.abspath(options.work), 'main')
    if not os.path.exists(os.path.join(folder, '.git')):
        subprocess.run(['git', 'worktree', 'add', '--detach', folder], cwd=ROOT, check=True)
    binary = build(folder)
    for settings in ([], SMALL_CHUNKS):
        passed, summary = suite_passes(folder, binary, settings)
        if not passed:
            print(f'the suite fails without a fault ({settings}): {summary}')
            return 1
    chosen = [fault for fault in FAULTS if not options.only or fault[0] in options.only]
    caught = [try_fault(folder, *fault) for fault in chosen]
    print(f'{sum(caught)} of {len(caught)} faults caught')
    return 0 if chosen and all(caught) else 1


if __name__ == '__main__':
    sys.exit(main())
