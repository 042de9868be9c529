# shellcheck shell=bash
# What every node has.

until_done test -e /cluster/kubeadm.yaml
mkdir -p /etc/kubernetes /etc/cni/net.d /var/lib/kubelet
login "system:node:$node" system:nodes >/etc/kubernetes/kubelet.conf
login system:kube-proxy >/etc/kubernetes/kube-proxy.conf
login podnetwork >/etc/kubernetes/podnetwork.conf

run containerd --config "$here/containerd.toml"
until_done ctr version
for archive in /kubernetes/images/*.tar; do
    ctr --namespace k8s.io images import "$archive" >/dev/null
done

# the kubelet takes the whole machine for its own: what is beyond the node's memory is reserved
machine=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
sed "s/@RESERVED@/$((machine - MEMORY))Mi/" "$here/kubelet.yaml" >/etc/kubernetes/kubelet.yaml
run kubelet --config /etc/kubernetes/kubelet.yaml --kubeconfig /etc/kubernetes/kubelet.conf \
    --node-ip "$address" --hostname-override "$node"
run kube-proxy --config "$here/kube-proxy.yaml" --hostname-override "$node"
run podnetwork -kubeconfig /etc/kubernetes/podnetwork.conf -node "$node"

ask() { kubectl --kubeconfig /etc/kubernetes/kube-proxy.conf get node "$node" --output jsonpath="$1" 2>/dev/null; }
until range=$(ask '{.spec.podCIDR}') && [ -n "$range" ]; do sleep 0.2; done
sed "s#@RANGE@#$range#" "$here/pods.conflist" >/etc/cni/net.d/pods.conflist
until [ "$(ask '{.status.conditions[?(@.type=="Ready")].status}')" = True ]; do sleep 0.2; done
