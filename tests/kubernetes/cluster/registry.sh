#!/usr/bin/env bash
# Starts a registry of images beside the running test cluster, which pulls from it, and prints where
# images are pushed to, as `images.push` has it. stop.sh removes it too. It is built once.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
[ -n "$(nodes)" ] || die "it does not run; start it with start.sh"

image=sdctl-test-registry:$(digest "$here/registry")
if [ -z "$(docker images --quiet "$image")" ]; then
    have go || die "there is no go to build the registry"
    say "building a registry: about a minute on two cores ..."
    folder=$(mktemp -d)
    cp "$here/registry/Dockerfile" "$here/registry/config.yml" "$folder"
    (cd "$here/registry" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$folder/registry" .)
    docker build --quiet --label sdctl.test-cluster --tag "$image" "$folder" >/dev/null
    rm -r "$folder"
fi

if [ -z "$(docker ps --quiet --filter "name=^$registry\$")" ]; then
    docker run --detach --label "$registry_label" --name "$registry" --network "$CLUSTER" \
        --publish 127.0.0.1::5000 "$image" >/dev/null
fi
# who pushes reaches it on the loopback, which Docker trusts without TLS; a node by its address
place=$(docker port "$registry" 5000/tcp)
address=$(docker inspect --format "{{(index .NetworkSettings.Networks \"$CLUSTER\").IPAddress}}" "$registry")
docker exec --interactive "$CLUSTER-1" sh -c "mkdir -p /cluster/registries/$place && cat >/cluster/registries/$place/hosts.toml" <<HOSTS
server = "http://$address:5000"
[host."http://$address:5000"]
  capabilities = ["pull", "resolve"]
HOSTS
echo "$place/sdctl-test"
