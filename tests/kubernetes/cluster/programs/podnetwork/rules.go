package main

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
)

// load puts a whole table of rules into the place of the one before, in one step.
func load(table string) error {
	command := exec.Command("nft", "-f", "-")
	command.Stdin = strings.NewReader(table)
	if said, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s\n%s", err, said, table)
	}
	return nil
}

// rules are nftables' rules for all forwarded packets. A pod that a policy selects has a chain for
// that direction: whatever a policy allows returns from it, and its end drops the packet.
//
// The packets of the direction that opened a connection are always checked, so that a new policy
// also cuts the connections that stand; what answers them passes. Packets of the node itself, such
// as the kubelet's probes, are not forwarded and pass.
func (s state) rules() string {
	var chains, from, to []string
	for _, pod := range s.pods {
		address := pod.Status.PodIP
		name := strings.ReplaceAll(address, ".", "_")
		if allowed, isolated := s.egress(pod); isolated {
			chains = append(chains, chain("from_"+name, allowed))
			from = append(from, fmt.Sprintf("%s : jump from_%s", address, name))
		}
		if allowed, isolated := s.ingress(pod); isolated {
			chains = append(chains, chain("to_"+name, allowed))
			to = append(to, fmt.Sprintf("%s : jump to_%s", address, name))
		}
	}
	forward := []string{
		"type filter hook forward priority filter; policy accept;",
		"ct direction reply accept",
		"ct state related accept",
	}
	if len(from) > 0 {
		forward = append(forward, fmt.Sprintf("ip saddr vmap { %s }", strings.Join(from, ", ")))
	}
	if len(to) > 0 {
		forward = append(forward, fmt.Sprintf("ip daddr vmap { %s }", strings.Join(to, ", ")))
	}
	return "table inet podnetwork\ndelete table inet podnetwork\ntable inet podnetwork {\n" +
		strings.Join(chains, "") + block("forward", forward) + "}\n"
}

func chain(name string, allowed []string) string {
	var lines []string
	for _, packets := range allowed {
		lines = append(lines, strings.TrimSpace(packets+" return"))
	}
	return block(name, append(lines, "drop"))
}

func block(name string, lines []string) string {
	return fmt.Sprintf("\tchain %s {\n\t\t%s\n\t}\n", name, strings.Join(lines, "\n\t\t"))
}

// ingress gives the packets that may go to a pod, and whether any policy says so.
func (s state) ingress(pod *corev1.Pod) (allowed []string, isolated bool) {
	for _, policy := range s.selecting(pod, networkingv1.PolicyTypeIngress) {
		isolated = true
		for _, rule := range policy.Spec.Ingress {
			for _, peer := range s.peers("saddr", policy.Namespace, rule.From) {
				allowed = append(allowed, peer.packets(rule.Ports, pod)...)
			}
		}
	}
	return allowed, isolated
}

// egress gives the packets that a pod may send, and whether any policy says so.
func (s state) egress(pod *corev1.Pod) (allowed []string, isolated bool) {
	for _, policy := range s.selecting(pod, networkingv1.PolicyTypeEgress) {
		isolated = true
		for _, rule := range policy.Spec.Egress {
			for _, peer := range s.peers("daddr", policy.Namespace, rule.To) {
				allowed = append(allowed, peer.packets(rule.Ports, peer.pod)...)
			}
		}
	}
	return allowed, isolated
}

func (s state) selecting(pod *corev1.Pod, direction networkingv1.PolicyType) []*networkingv1.NetworkPolicy {
	var found []*networkingv1.NetworkPolicy
	for _, policy := range s.policies {
		if policy.Namespace == pod.Namespace && matches(&policy.Spec.PodSelector, pod.Labels) &&
			slices.Contains(policy.Spec.PolicyTypes, direction) { // the API server fills them in
			found = append(found, policy)
		}
	}
	return found
}
