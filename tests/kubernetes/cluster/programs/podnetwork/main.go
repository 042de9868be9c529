// Command podnetwork does on a node what a network plug-in's daemon does: it keeps a route to the
// pods of every other node, and lets pass only what the NetworkPolicies allow. IPv4 only.
//
//	podnetwork -kubeconfig FILE -node NAME
package main

import (
	"flag"
	"log"
	"time"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

const rest = 50 * time.Millisecond // between two looks: many changes come together

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how the API server is reached")
	node := flag.String("node", "", "the name of this node")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	must(err)
	client, err := kubernetes.NewForConfig(config)
	must(err)

	changed := make(chan struct{}, 1)
	factory := informers.NewSharedInformerFactory(client, 0)
	watched := watch(factory, changed)
	factory.Start(nil)
	factory.WaitForCacheSync(nil)

	routes, rules := map[string]string{}, ""
	for range changed {
		must(keepRoutes(watched.nodes(), *node, routes))
		if wanted := watched.state().rules(); wanted != rules {
			must(load(wanted))
			rules = wanted
		}
		time.Sleep(rest)
	}
}

// watch has every change of what is looked at put one mark into changed, however many there are.
func watch(factory informers.SharedInformerFactory, changed chan<- struct{}) lists {
	mark := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { mark() },
		UpdateFunc: func(any, any) { mark() },
		DeleteFunc: func(any) { mark() },
	}
	core := factory.Core().V1()
	policies := factory.Networking().V1().NetworkPolicies()
	for _, informer := range []cache.SharedIndexInformer{
		core.Nodes().Informer(), core.Pods().Informer(), core.Namespaces().Informer(), policies.Informer(),
	} {
		_, err := informer.AddEventHandler(handler)
		must(err)
	}
	return lists{core.Nodes().Lister(), core.Pods().Lister(), core.Namespaces().Lister(), policies.Lister()}
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
