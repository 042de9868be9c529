#!/usr/bin/env bash
# Builds Kubernetes' own HorizontalPodAutoscaler as a program that answers the cases of
# tests/proof/test_autoscaling.py. It takes some minutes and 1 GB once; what is there is kept.
# Prints the program's path; with --path it only does that.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sdctl-proof
version=$(cat "$here"/go.* "$here"/*.go "$here"/overlay/* | sha256sum | cut -c1-12)
program=$cache/podautoscaler-$version
if ! [ -x "$program" ] && [ "${1:-}" != --path ]; then
    command -v go >/dev/null || { echo "Kubernetes' autoscaler: there is no go to build it" >&2; exit 1; }
    echo "building Kubernetes' autoscaler ..." >&2
    sources=$cache/sources
    rm -rf "$sources"
    mkdir -p "$sources"
    cp "$here"/go.* "$here"/main.go "$sources"
    cd "$sources"
    # a copy of what it imports, to which a file may be added
    go mod vendor
    cp "$here/overlay/reconcile.go" vendor/k8s.io/kubernetes/pkg/controller/podautoscaler/
    go build -mod=vendor -trimpath -o "$program.new" .
    mv "$program.new" "$program"
    rm -rf "$sources"
fi
echo "$program"
