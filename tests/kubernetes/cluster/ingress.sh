#!/usr/bin/env bash
# Starts an ingress controller in the running test cluster: Traefik. Its class is the cluster's usual
# one. It is built once.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
[ -n "$(nodes)" ] || die "it does not run; start it with start.sh"

image=sdctl-test-ingress:$(digest "$here/ingress")

# put_into MODULE FILE PLACE: that module's source, with a file of ours in it
put_into() {
    local copy
    copy=${1//\//-}
    go mod download "$1"
    cp -r "$(go list -m -f '{{.Dir}}' "$1")" "$copy"
    chmod -R u+w "$copy"
    cp "$here/ingress/$2" "$copy/$3"
    [ -e "$copy/go.mod" ] || echo "module $1" >"$copy/go.mod"
    go mod edit -replace "$1=./$copy"
}

if [ -z "$(docker images --quiet "$image")" ]; then
    have go || die "there is no go to build the ingress controller"
    say "building an ingress controller: about 6 minutes on two cores ..."
    folder=$(mktemp -d)
    cp "$here"/ingress/{go.mod,go.sum,Dockerfile} "$folder"
    (
        cd "$folder"
        put_into github.com/go-acme/lego/v4 lego.go providers/dns/zz_gen_dns_providers.go
        put_into github.com/abbot/go-http-auth auth.go more.go
        CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o traefik github.com/traefik/traefik/v3/cmd/traefik
    )
    docker build --quiet --label sdctl.test-cluster --tag "$image" "$folder" >/dev/null
    rm -r "$folder"
fi

"$here/load.sh" "$image"
kubectl() { "$built/programs/kubectl" --kubeconfig "$kubeconfig" "$@"; }
sed "s#@IMAGE@#$image#" "$here/ingress/controller.yaml" | kubectl apply --filename - >/dev/null
kubectl --namespace kube-system rollout status deployment/traefik --timeout 3m >/dev/null
