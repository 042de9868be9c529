# shellcheck shell=bash
# What only the first node has.

cat >/cluster/kubeadm.new <<CONFIGURATION
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint: {advertiseAddress: $address, bindPort: 6443}
nodeRegistration: {name: $node, criSocket: "unix:///run/containerd/containerd.sock"}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: $(kubeadm version --output short)
clusterName: $CLUSTER
certificatesDir: /cluster/pki
encryptionAlgorithm: ECDSA-P256
networking: {serviceSubnet: $services, podSubnet: $pods}
apiServer: {certSANs: [127.0.0.1, localhost]}
CONFIGURATION
for part in "certs all" "kubeconfig super-admin" "kubeconfig controller-manager" "kubeconfig scheduler"; do
    # shellcheck disable=SC2086  # two words
    kubeadm init phase $part --config /cluster/kubeadm.new >>"$logs/kubeadm.log" 2>&1
done
export KUBECONFIG=/etc/kubernetes/super-admin.conf

# nothing is worth a write to the disk that is waited for
run etcd --name "$node" --data-dir /var/lib/etcd --unsafe-no-fsync
run kube-apiserver \
    --advertise-address "$address" \
    --etcd-servers http://127.0.0.1:2379 \
    --service-cluster-ip-range "$services" \
    --authorization-mode Node,RBAC \
    --enable-admission-plugins NodeRestriction \
    --client-ca-file /cluster/pki/ca.crt \
    --tls-cert-file /cluster/pki/apiserver.crt \
    --tls-private-key-file /cluster/pki/apiserver.key \
    --kubelet-client-certificate /cluster/pki/apiserver-kubelet-client.crt \
    --kubelet-client-key /cluster/pki/apiserver-kubelet-client.key \
    --kubelet-preferred-address-types InternalIP \
    --service-account-issuer https://kubernetes.default.svc.cluster.local \
    --service-account-key-file /cluster/pki/sa.pub \
    --service-account-signing-key-file /cluster/pki/sa.key \
    --requestheader-client-ca-file /cluster/pki/front-proxy-ca.crt \
    --requestheader-allowed-names front-proxy-client \
    --requestheader-extra-headers-prefix X-Remote-Extra- \
    --requestheader-group-headers X-Remote-Group \
    --requestheader-username-headers X-Remote-User \
    --proxy-client-cert-file /cluster/pki/front-proxy-client.crt \
    --proxy-client-key-file /cluster/pki/front-proxy-client.key
until_done kubectl get --raw /readyz

kubectl apply --filename "$here/rights.yaml" >/dev/null
run kube-controller-manager \
    --kubeconfig /etc/kubernetes/controller-manager.conf \
    --authentication-kubeconfig /etc/kubernetes/controller-manager.conf \
    --authorization-kubeconfig /etc/kubernetes/controller-manager.conf \
    --use-service-account-credentials \
    --service-account-private-key-file /cluster/pki/sa.key \
    --root-ca-file /cluster/pki/ca.crt \
    --cluster-signing-cert-file /cluster/pki/ca.crt \
    --cluster-signing-key-file /cluster/pki/ca.key \
    --allocate-node-cidrs --cluster-cidr "$pods" --service-cluster-ip-range "$services" \
    --enable-hostpath-provisioner \
    --leader-elect=false
run kube-scheduler \
    --kubeconfig /etc/kubernetes/scheduler.conf \
    --authentication-kubeconfig /etc/kubernetes/scheduler.conf \
    --authorization-kubeconfig /etc/kubernetes/scheduler.conf \
    --leader-elect=false
# volumes come as folders that only root can write, and no pod is root
inotifywait --quiet --monitor --event create --format %w%f /cluster/volumes |
    while read -r folder; do chmod 0777 "$folder"; done &

mv /cluster/kubeadm.new /cluster/kubeadm.yaml # workers wait for it
