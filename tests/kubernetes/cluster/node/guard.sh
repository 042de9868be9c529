# shellcheck shell=bash
# Nothing leaves this machine. The node has no way out and nobody to ask for names; and what is sent
# must be for a node or a pod. Without it, the API server's question to a Service's address went to
# the default gateway while kube-proxy had no rule for it yet, and somebody out there answered.

gateway=$(ip -4 route show default | awk '{ print $3; exit }')
network=$(ip -4 route show dev eth0 scope link | awk '{ print $1; exit }')
ip route delete default
: >/etc/resolv.conf
# a packet to a Service needs a route before kube-proxy gives it a pod's address; nobody has this one
ip route add "$services" dev eth0
# pods' addresses that no node has
ip route add blackhole "$pods"

# after kube-proxy has put in the pod's address and the node's own
nft --file - <<RULES
table inet guard {
    chain leaving {
        type filter hook postrouting priority srcnat + 10; policy accept;
        oifname != "eth0" accept
        ip saddr $pods ip daddr $gateway counter drop comment "a pod to this machine itself"
        ip daddr { $network, $pods } accept
        counter drop comment "out of this machine"
    }
}
RULES
