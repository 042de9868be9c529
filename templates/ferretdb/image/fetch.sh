#!/bin/sh
# fetch.sh DEST: builds the FerretDB binary into DEST, on the host. Debian does not package it.
set -eu
command -v go >/dev/null || { echo 'fetch ferretdb: needs Go (the command "go") to build it' >&2; exit 1; }
mkdir -p "$1"
# without cgo it needs no C library, so it runs in any image
CGO_ENABLED=0 GOBIN="$(cd "$1" && pwd)" go install github.com/FerretDB/FerretDB/v2/cmd/ferretdb@v2.7.0
