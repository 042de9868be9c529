#!/bin/sh
# Makes this checkout ready to run: what is missing is installed, what is there is left alone.
#
#   scripts/setup.sh [--dev] [--no-docker]
#
# --dev        also what the tests and linters need
# --no-docker  the Python environment only
#
# Exit codes: 0 ready, 2 wrong usage, 3 something is missing that may not be installed here.
set -eu

cd "$(dirname "$0")/.."
. scripts/lib.sh
. scripts/packages.sh
. scripts/daemon.sh
. scripts/docker.sh
. scripts/venv.sh

purpose=run
docker=yes
for argument in "$@"; do
    case "$argument" in
    --dev) purpose=dev ;;
    --no-docker) docker=no ;;
    *) die 2 "unknown argument $argument (known: --dev, --no-docker)." ;;
    esac
done

one_at_a_time
ensure_venv "$purpose"
if [ "$docker" = yes ]; then
    ensure_docker
fi
