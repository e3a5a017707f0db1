#!/usr/bin/env bash
# Installs, builds (preset relassert) and runs all tests. Prints how long each part took.
set -euo pipefail
cd "$(dirname "$0")"

started=$SECONDS
tools/install_packages.sh test
echo "installed in $((SECONDS - started)) s"

started=$SECONDS
cmake --preset relassert >/dev/null
cmake --build --preset relassert -- -k 0
echo "built in $((SECONDS - started)) s"

started=$SECONDS
ctest --test-dir build/relassert --output-on-failure --timeout 900
echo "tested in $((SECONDS - started)) s"
