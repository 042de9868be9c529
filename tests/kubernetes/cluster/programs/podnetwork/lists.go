package main

import (
	"sort"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/labels"
	corelisters "k8s.io/client-go/listers/core/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
)

// lists are what is watched, as it is now.
type lists struct {
	allNodes      corelisters.NodeLister
	allPods       corelisters.PodLister
	allNamespaces corelisters.NamespaceLister
	allPolicies   networkinglisters.NetworkPolicyLister
}

// state is all that the rules depend on.
type state struct {
	pods       []*corev1.Pod // those with an address of their own, by address
	namespaces map[string]labels.Set
	policies   []*networkingv1.NetworkPolicy // by namespace and name
}

func (l lists) nodes() []*corev1.Node {
	nodes, err := l.allNodes.List(labels.Everything())
	must(err)
	return nodes
}

func (l lists) state() state {
	pods, err := l.allPods.List(labels.Everything())
	must(err)
	namespaces, err := l.allNamespaces.List(labels.Everything())
	must(err)
	policies, err := l.allPolicies.List(labels.Everything())
	must(err)

	s := state{namespaces: map[string]labels.Set{}, policies: policies}
	for _, pod := range pods {
		ended := pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
		if pod.Status.PodIP != "" && !pod.Spec.HostNetwork && !ended {
			s.pods = append(s.pods, pod)
		}
	}
	for _, namespace := range namespaces {
		s.namespaces[namespace.Name] = namespace.Labels
	}
	sort.Slice(s.pods, func(i, j int) bool { return s.pods[i].Status.PodIP < s.pods[j].Status.PodIP })
	sort.Slice(s.policies, func(i, j int) bool { return path(s.policies[i]) < path(s.policies[j]) })
	return s
}

func path(policy *networkingv1.NetworkPolicy) string { return policy.Namespace + "/" + policy.Name }
