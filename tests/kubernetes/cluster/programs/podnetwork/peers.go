package main

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// peer is who is at the other end.
type peer struct {
	address string      // as nftables says it; empty: anybody
	pod     *corev1.Pod // nil: no pod that is known
}

// peers gives who a rule of a policy names; field is where their address stands in a packet. Anybody
// includes every pod, whose ports may be named.
func (s state) peers(field, namespace string, named []networkingv1.NetworkPolicyPeer) []peer {
	if len(named) == 0 {
		named = []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}}
		return append([]peer{{}}, s.peers(field, namespace, named)...)
	}
	var found []peer
	for _, one := range named {
		if one.IPBlock != nil {
			found = append(found, block4(field, one.IPBlock)...)
			continue
		}
		for _, pod := range s.pods {
			if s.means(one, namespace, pod) {
				found = append(found, peer{fmt.Sprintf("ip %s %s", field, pod.Status.PodIP), pod})
			}
		}
	}
	return found
}

func block4(field string, block *networkingv1.IPBlock) []peer {
	if strings.Contains(block.CIDR, ":") {
		return nil
	}
	address := fmt.Sprintf("ip %s %s", field, block.CIDR)
	for _, except := range block.Except {
		address += fmt.Sprintf(" ip %s != %s", field, except)
	}
	return []peer{{address: address}}
}

func (s state) means(named networkingv1.NetworkPolicyPeer, namespace string, pod *corev1.Pod) bool {
	if named.NamespaceSelector == nil && pod.Namespace != namespace {
		return false
	}
	if named.NamespaceSelector != nil && !matches(named.NamespaceSelector, s.namespaces[pod.Namespace]) {
		return false
	}
	return named.PodSelector == nil || matches(named.PodSelector, pod.Labels)
}

func matches(selector *metav1.LabelSelector, of labels.Set) bool {
	compiled, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && compiled.Matches(of)
}

// packets gives those to or from a peer that go to one of the ports; receiver is whose ports may be
// named. No ports are all ports.
func (p peer) packets(ports []networkingv1.NetworkPolicyPort, receiver *corev1.Pod) []string {
	if len(ports) == 0 {
		return []string{p.address}
	}
	var found []string
	for _, port := range ports {
		if match := portMatch(port, receiver); match != "" {
			found = append(found, strings.TrimSpace(p.address+" "+match))
		}
	}
	return found
}

// portMatch is how nftables says a port; empty where the receiver has none of that name.
func portMatch(port networkingv1.NetworkPolicyPort, receiver *corev1.Pod) string {
	protocol := corev1.ProtocolTCP
	if port.Protocol != nil {
		protocol = *port.Protocol
	}
	word := strings.ToLower(string(protocol))
	switch {
	case port.Port == nil:
		return "meta l4proto " + word
	case port.Port.Type == intstr.String:
		if number, there := namedPort(port.Port.StrVal, protocol, receiver); there {
			return fmt.Sprintf("%s dport %d", word, number)
		}
		return ""
	case port.EndPort != nil:
		return fmt.Sprintf("%s dport %d-%d", word, port.Port.IntVal, *port.EndPort)
	}
	return fmt.Sprintf("%s dport %d", word, port.Port.IntVal)
}

func namedPort(name string, protocol corev1.Protocol, receiver *corev1.Pod) (int32, bool) {
	if receiver == nil {
		return 0, false
	}
	for _, container := range receiver.Spec.Containers {
		for _, port := range container.Ports {
			if port.Name == name && port.Protocol == protocol { // the API server fills it in
				return port.ContainerPort, true
			}
		}
	}
	return 0, false
}
