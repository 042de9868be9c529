package main

import (
	"fmt"
	"os/exec"

	corev1 "k8s.io/api/core/v1"
)

// keepRoutes has the pods of every other node reached over that node. kept is what was set before,
// by the pods' range.
func keepRoutes(nodes []*corev1.Node, own string, kept map[string]string) error {
	for _, node := range nodes {
		address := internalAddress(node)
		pods := node.Spec.PodCIDR
		if node.Name == own || pods == "" || address == "" || kept[pods] == address {
			continue
		}
		said, err := exec.Command("ip", "route", "replace", pods, "via", address).CombinedOutput()
		if err != nil {
			return fmt.Errorf("a route to %s over %s: %w: %s", pods, address, err, said)
		}
		kept[pods] = address
	}
	return nil
}

func internalAddress(node *corev1.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == corev1.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}
