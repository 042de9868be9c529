#!/bin/sh
# fetch.sh DEST: the wheels of requirements.lock into DEST, on the host, for this kind of machine.
set -eu
machine=$(uname -m)
[ "$machine" != arm64 ] || machine=aarch64
"${SDCTL_PYTHON:-python3}" -m pip download --quiet --disable-pip-version-check --no-input --retries 2 \
    --dest "$1" --requirement "$(dirname "$0")/requirements.lock" --require-hashes --no-deps \
    --only-binary=:all: --python-version 3.13 \
    --platform "manylinux2014_$machine" --platform "manylinux_2_28_$machine" || {
    echo 'fetch python: the packages of requirements.lock could not be had from the package index' >&2
    exit 1
}
