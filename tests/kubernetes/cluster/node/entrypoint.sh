#!/usr/bin/env bash
# One container is one node.
#
#   ROLE     control: etcd, API server, controllers and scheduler, and all that a worker has
#            worker: containerd, kubelet, kube-proxy, pod network
#   CLUSTER  the cluster's name
#   NODES    how many it has
#   MEMORY   what pods may have, in MiB
#
#   /kubernetes/bin      Kubernetes' programs
#   /kubernetes/images   archives of images that every node has
#   /kubernetes/node     this folder
#   /kubernetes/addons   objects that every cluster has
#   /cluster             shared by the nodes: certificates, and the pods' volumes
#
# When one of the programs ends, the node ends.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

here=/kubernetes/node
logs=/var/log/kubernetes
node=$(hostname)
address=$(hostname --ip-address | cut -d' ' -f1)
pods=10.244.0.0/16
services=10.96.0.0/16
mkdir -p "$logs"

until_done() { until "$@" >/dev/null 2>&1; do sleep 0.2; done; }
run() { "$@" >>"$logs/$1.log" 2>&1 & }
# a kubeconfig for a user: NAME [GROUP]
login() {
    kubeadm kubeconfig user --config /cluster/kubeadm.yaml --client-name "$1" ${2:+--org "$2"} \
        2>>"$logs/kubeadm.log"
}

# shellcheck source=machine.sh
. "$here/machine.sh"
# shellcheck source=guard.sh
. "$here/guard.sh"
if [ "$ROLE" = control ]; then
    # shellcheck source=control.sh
    . "$here/control.sh"
fi
# shellcheck source=worker.sh
. "$here/worker.sh"
if [ "$ROLE" = control ]; then
    # what is spread over the nodes must find all of them
    until [ "$(kubectl get nodes --output name | wc -l)" -eq "$NODES" ]; do sleep 0.2; done
    kubectl apply --filename /kubernetes/addons >/dev/null
fi
echo "$node is ready"
touch /run/node-is-ready
wait -n
echo "a program of $node has ended" >&2
tail -n 5 "$logs"/*.log >&2
exit 1
