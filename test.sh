#!/usr/bin/env bash
# Installs, builds (preset relassert) and runs all tests, part by part. Prints how long each part took; a part that takes
# longer than the time ledger allows it (two cores, from clean) is a failure as well.
set -euo pipefail
cd "$(dirname "$0")"

failed=() ledger=()

# part NAME SECONDS_MAX COMMAND...
part() {
  local name=$1 seconds_max=$2 started=$SECONDS
  shift 2
  "$@" || failed+=("$name")
  local took=$((SECONDS - started))
  ledger+=("$(printf '%-8s %5d s of %5d' "$name" "$took" "$seconds_max")")
  if ((took > seconds_max)); then failed+=("$name took longer than $seconds_max s"); fi
}

build() {
  cmake --preset relassert >/dev/null && cmake --build --preset relassert -- -k 0
}

tests() {
  ctest --test-dir build/relassert --output-on-failure --timeout 900 --no-tests=ignore "$@"
}

started=$SECONDS
tools/install_packages.sh test
echo "installed in $((SECONDS - started)) s"

part build 900 build
if ((${#failed[@]} == 0)); then
  part base 480 tests -LE 'crash|stress|clients'
  part crash 240 tests -L crash
  part stress 360 tests -L stress
  part clients 120 tests -L clients
fi

printf '%s\n' "${ledger[@]}"
if ((${#failed[@]} > 0)); then
  printf 'FAILED: %s\n' "${failed[@]}"
  exit 1
fi
echo "all tests passed"
