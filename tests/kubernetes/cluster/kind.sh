#!/usr/bin/env bash
# Builds kind's own program, and gives the running test cluster the name that kind would give it:
# the context kind-$CLUSTER. Its nodes have kind's labels, so `kind load` finds them.
#
# kind runs what it asks of a node with all rights (`docker exec --privileged`), which not every machine
# can give. To bring an image takes none. So a `docker` beside kind passes on all words but that one.
#
# Prints the folder of both.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
[ -n "$(nodes)" ] || die "it does not run; start it with start.sh"

programs=$cache/kind-$(digest "$here/kind")
if ! [ -e "$programs/kind" ]; then
    have go || die "there is no go to build kind"
    say "building kind ..."
    mkdir -p "$programs"
    (
        cd "$here/kind"
        CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$programs/kind" sigs.k8s.io/kind
    )
fi
cat >"$programs/docker" <<DOCKER
#!/bin/sh
for word; do
    shift
    [ "\$word" = --privileged ] || set -- "\$@" "\$word"
done
exec $(command -v docker) "\$@"
DOCKER
chmod +x "$programs/docker"
"$built/programs/kubectl" --kubeconfig "$kubeconfig" config set-context "kind-$CLUSTER" \
    --cluster "$CLUSTER" --user "$CLUSTER-admin" >/dev/null
echo "$programs"
