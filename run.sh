#!/usr/bin/env bash
# Builds Basalt and serves it:  ./run.sh [--data DIR] [--port N]
set -euo pipefail
cd "$(dirname "$0")"

data=./data
port=5432
while [ $# -gt 0 ]; do
  case "$1" in
    --data) data=${2:?--data needs a directory}; shift 2 ;;
    --port) port=${2:?--port needs a number}; shift 2 ;;
    --help | -h) echo "usage: ./run.sh [--data DIR] [--port N]"; exit 0 ;;
    *) echo "usage: ./run.sh [--data DIR] [--port N]" >&2; exit 2 ;;
  esac
done

tools/install_packages.sh build
cmake --preset release >/dev/null
cmake --build --preset release --target basalt

if [ ! -e "$data/control" ] && [ ! -e "$data/basalt.conf" ]; then
  build/release/basalt init --data "$data"
fi

echo
echo "Connect with:  psql -h 127.0.0.1 -p $port -U postgres postgres"
echo
exec build/release/basalt serve --data "$data" --port "$port"
