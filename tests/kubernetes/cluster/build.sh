#!/usr/bin/env bash
# Builds what the test cluster runs: Kubernetes' own programs from its Go modules, and the image of
# a node from Debian's packages. It is done once; later runs find it in the cache.
#
#   build.sh          build what is missing
#   build.sh --check  exit code 0: all is built; 1: not
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"

if is_built; then exit 0; fi
if [ "${1:-}" = --check ]; then exit 1; fi
have go || die "there is no go to build Kubernetes; install Go 1.24 or newer, or kind"
have docker || die "there is no docker"

programs() {
    # what the components say of themselves, and decide from
    local version=k8s.io/component-base/version
    local release
    release=$(cd "$here/programs" && go list -m -f '{{.Version}}' k8s.io/kubernetes)
    say "building Kubernetes $release into $built: about 11 minutes on two cores ..."
    mkdir -p "$built/programs" "$built/images"
    cd "$here/programs"
    export CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false"
    go build -o "$built/programs/" -ldflags "-s -w -X $version.gitVersion=$release \
        -X $version.gitMajor=1 -X $version.gitMinor=${release:3:2}" tool ./...
    cd dns # CoreDNS needs other versions of what both use
    go build -o "$built/programs/" -ldflags "-s -w" .
}

# image PROGRAM: an archive of an image with nothing but one program
image() {
    local tag=test-cluster/$1:1 folder
    folder=$(mktemp -d)
    cp "$built/programs/$1" "$folder/program"
    printf 'FROM scratch\nCOPY program /program\nENTRYPOINT ["/program"]\n' >"$folder/Dockerfile"
    docker build --quiet --tag "$tag" "$folder" >/dev/null
    docker save --output "$built/images/$1.tar" "$tag"
    docker rmi "$tag" >/dev/null
    rm -r "$folder"
}

if ! [ -e "$built/complete" ]; then
    (programs)
    for program in dns metrics-server pause; do image "$program"; done
    touch "$built/complete"
fi
"$root/scripts/base-image.sh" auto
say "building a node's image ..."
docker build --quiet --label sdctl.test-cluster --tag "$node_image" "$here/node" >/dev/null
