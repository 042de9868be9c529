// Answers cases with Kubernetes' own HorizontalPodAutoscaler: a JSON document a line in, one out.
// reconcile.go is put into its package when this is built (see build.sh).
package main

import "k8s.io/kubernetes/pkg/controller/podautoscaler"

func main() { podautoscaler.AnswerCases() }
