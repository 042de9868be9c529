#!/bin/sh
# Renews both lock files, the newest versions that pyproject.toml allows, all of them pinned:
# that of the Python image, and requirements.lock, which has the same versions of those packages.
set -eu

cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/packages.sh
. scripts/venv.sh

image=templates/python/image/requirements.lock
python=$(find_python)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

step 'making an empty environment' "$python" -m venv "$folder/venv"
step "choosing the image's packages" \
    "$folder/venv/bin/python" scripts/image_lock.py "$folder/image"
sed -n 's/^\([a-z].*==[^ ]*\).*/\1/p' "$folder/image" >"$folder/pins"
step 'installing the newest versions' \
    "$folder/venv/bin/python" -m pip install --quiet -c "$folder/pins" -e '.[dev]'
mv "$folder/image" "$image"
{
    echo '# Every version an installation uses; renewed by: make lock'
    "$folder/venv/bin/python" -m pip freeze --exclude-editable
} >"$folder/lock"
mv "$folder/lock" requirements.lock
say "requirements.lock: $(grep -c == requirements.lock) packages; $image: $(grep -c == "$image")"
