#!/usr/bin/python3
"""A small application with node's pg (node/app.js): accounts and transfers.

    node_test.py --binary build/relassert/basalt [--modules build/node/node_modules]
    node_test.py --port 54329          against a running PostgreSQL
"""
import os
import subprocess
import sys

from client_test import HERE, parse_options, with_database


def main():
    parser = parse_options(__doc__)
    parser.add_argument('--modules', default='', help='folder of the module pg, where it is not Debian\'s')
    modules = parser.parse_args().modules
    path = os.pathsep.join(part for part in (modules, '/usr/share/nodejs', os.environ.get('NODE_PATH')) if part)

    def run(host, port, user, database):
        command = ['node', os.path.join(HERE, 'node', 'app.js'), host, str(port), user, database]
        return subprocess.run(command, env=dict(os.environ, NODE_PATH=path), timeout=100, check=False).returncode

    return with_database(parser, 'clients_node', run)


if __name__ == '__main__':
    sys.exit(main())
