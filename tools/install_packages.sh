#!/usr/bin/env bash
# Installs the Debian 12 packages that Basalt needs, or names them when it may not.
#   tools/install_packages.sh build   to build and run the server
#   tools/install_packages.sh test    the above, and what the tests need
set -euo pipefail

build_packages=(g++ cmake ninja-build ccache mold git python3 antlr4 libantlr4-runtime-dev libboost1.81-dev
                libjemalloc-dev libssl-dev libicu-dev liblz4-dev libzstd-dev tzdata postgresql-client-15)
test_packages=(catch2 postgresql-15 python3-psycopg2 python3-sqlalchemy libpqxx-dev clang-format)

packages=("${build_packages[@]}")
[ "${1:-build}" = test ] && packages+=("${test_packages[@]}")

# node's pg is Debian's package together with Debian's node. Where another node is installed, npm puts it into build/node.
node_folder=build/node
node_has_pg() {
  NODE_PATH="$node_folder/node_modules:/usr/share/nodejs" node -e 'require("pg")' >/dev/null 2>&1
}
if [ "${1:-build}" = test ] && ! node_has_pg; then
  if command -v npm >/dev/null; then
    mkdir -p "$node_folder"
    npm install --silent --no-audit --no-fund --prefix "$node_folder" pg@8
  else
    packages+=(nodejs node-pg)
  fi
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo)
  else
    echo "Please install these packages first: ${missing[*]}" >&2
    exit 1
  fi
fi
echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
