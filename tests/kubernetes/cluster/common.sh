# shellcheck shell=bash disable=SC2034
# What the scripts of the test cluster share: its name, its folders, and how they speak.
#
#   CLUSTER  the cluster's name; also the context's in its kubeconfig (default sdctl-test)

CLUSTER=${CLUSTER:-sdctl-test}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/sdctl-kubernetes

# what is built from the same sources is built once
digest() { (cd "$1" && find . -type f | LC_ALL=C sort | xargs cat | sha256sum | cut -c1-12); }
built=$cache/$(digest "$here/programs")
node_image=sdctl-test-node:$(sha256sum "$here/node/Dockerfile" | cut -c1-12)
kubeconfig=$cache/run/$CLUSTER.kubeconfig

# Docker is only ever asked for what has this label
label=sdctl.test-cluster=$CLUSTER
registry=$CLUSTER-registry
registry_label=sdctl.test-registry=$CLUSTER

say() { printf '%s\n' "$*" >&2; }
die() {
    say "test cluster: $*"
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }
nodes() { docker ps --all --filter "label=$label" --format '{{.Names}}' | sort; }
is_built() { [ -e "$built/complete" ] && [ -n "$(docker images --quiet "$node_image")" ]; }
