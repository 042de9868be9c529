#!/bin/sh
# Renews requirements.lock: the newest versions pyproject.toml allows, all of them pinned.
set -eu

cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/packages.sh
. scripts/venv.sh

python=$(find_python)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

step 'making an empty environment' "$python" -m venv "$folder/venv"
step 'installing the newest versions' "$folder/venv/bin/python" -m pip install --quiet -e '.[dev]'
{
    echo '# Every version an installation uses; renewed by: make lock'
    "$folder/venv/bin/python" -m pip freeze --exclude-editable
} >"$folder/lock"
mv "$folder/lock" requirements.lock
say "requirements.lock: $(grep -c == requirements.lock) packages"
