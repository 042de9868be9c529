// Becomes a part of k8s.io/kubernetes/pkg/controller/podautoscaler (see build.sh), as what it calls
// is not exported. Nothing is decided here: a case becomes the objects that the
// controller reads, the controller reconciles once, and what it did becomes the answer.

package podautoscaler

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"time"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	v1 "k8s.io/api/core/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	autoscalingclient "k8s.io/client-go/kubernetes/typed/autoscaling/v2"
	corelisters "k8s.io/client-go/listers/core/v1"
	scaleclient "k8s.io/client-go/scale"
	"k8s.io/client-go/tools/record"
	metricsclient "k8s.io/kubernetes/pkg/controller/podautoscaler/metrics"
	"k8s.io/kubernetes/pkg/controller/podautoscaler/monitor"
	"k8s.io/kubernetes/pkg/controller/util/selectors"
)

type sample struct {
	Value  int64   `json:"value"`
	At     float64 `json:"at"`
	Window float64 `json:"window_s"`
}

type replica struct {
	Name       string             `json:"name"`
	Phase      string             `json:"phase"`
	Deleting   bool               `json:"deleting"`
	Ready      bool               `json:"ready"`
	StartedAt  *float64           `json:"started_at"`
	ReadySince float64            `json:"ready_since"`
	Request    int64              `json:"request"`
	Usage      map[string]*sample `json:"usage"`
}

type policy struct {
	Kind   string `json:"kind"`
	Value  int32  `json:"value"`
	Period int32  `json:"period_s"`
}

type rules struct {
	Window    int32    `json:"window_s"`
	Tolerance float64  `json:"tolerance"`
	Select    string   `json:"select"`
	Policies  []policy `json:"policies"`
}

type event struct {
	At       float64 `json:"at"`
	Replicas int32   `json:"replicas"`
}

type memory struct {
	Recommendations []event `json:"recommendations"`
	Up              []event `json:"up"`
	Down            []event `json:"down"`
}

type question struct {
	At       float64           `json:"at"`
	Current  int32             `json:"current"`
	Replicas []replica         `json:"replicas"`
	Totals   map[string]*int64 `json:"totals"`
	Settings struct {
		Min            int32            `json:"min"`
		Max            int32            `json:"max"`
		Targets        map[string]int64 `json:"targets"`
		Up             rules            `json:"up"`
		Down           rules            `json:"down"`
		Initialization float64          `json:"initialization_s"`
		Readiness      float64          `json:"readiness_delay_s"`
	} `json:"settings"`
	Memory memory `json:"memory"`
}

type answer struct {
	Desired int32  `json:"desired"`
	Failed  bool   `json:"failed"`
	Memory  memory `json:"memory"`
}

// The cluster as one case describes it; what no case needs is left to the interfaces' nil.
type cluster struct {
	apimeta.RESTMapper
	autoscalingclient.HorizontalPodAutoscalerInterface
	scaleclient.ScaleInterface
	corelisters.PodLister
	corelisters.PodNamespaceLister
	question
	now    time.Time
	pods   []*v1.Pod
	scaled *int32
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

// The moment of a case, as long ago as it is in the case.
func (c *cluster) moment(at float64) time.Time { return c.now.Add(-seconds(c.At - at)) }

func (c *cluster) RESTMappings(schema.GroupKind, ...string) ([]*apimeta.RESTMapping, error) {
	return []*apimeta.RESTMapping{{}}, nil
}

func (c *cluster) HorizontalPodAutoscalers(string) autoscalingclient.HorizontalPodAutoscalerInterface {
	return hpas{}
}

type hpas struct {
	autoscalingclient.HorizontalPodAutoscalerInterface
}

func (hpas) UpdateStatus(_ context.Context, hpa *autoscalingv2.HorizontalPodAutoscaler, _ metav1.UpdateOptions) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	return hpa, nil
}

func (c *cluster) Scales(string) scaleclient.ScaleInterface { return scales{cluster: c} }

type scales struct {
	scaleclient.ScaleInterface
	cluster *cluster
}

func (s scales) Get(context.Context, schema.GroupResource, string, metav1.GetOptions) (*autoscalingv1.Scale, error) {
	return &autoscalingv1.Scale{
		Spec:   autoscalingv1.ScaleSpec{Replicas: s.cluster.Current},
		Status: autoscalingv1.ScaleStatus{Replicas: s.cluster.Current, Selector: "tier=app"},
	}, nil
}

func (s scales) Update(_ context.Context, _ schema.GroupResource, scale *autoscalingv1.Scale, _ metav1.UpdateOptions) (*autoscalingv1.Scale, error) {
	s.cluster.scaled = &scale.Spec.Replicas
	return scale, nil
}

type podLister struct {
	corelisters.PodLister
	corelisters.PodNamespaceLister
	pods []*v1.Pod
}

func (p podLister) Pods(string) corelisters.PodNamespaceLister { return p }
func (p podLister) List(labels.Selector) ([]*v1.Pod, error)    { return p.pods, nil }
func (p podLister) Get(string) (*v1.Pod, error)                { return nil, errors.New("not asked") }

type metrics struct{ *cluster }

func (m metrics) of(kind string) (metricsclient.PodMetricsInfo, time.Time, error) {
	found := metricsclient.PodMetricsInfo{}
	for _, r := range m.Replicas {
		if s := r.Usage[kind]; s != nil {
			found[r.Name] = metricsclient.PodMetric{Timestamp: m.moment(s.At), Window: seconds(s.Window), Value: s.Value}
		}
	}
	return found, m.now, nil
}

func (m metrics) GetResourceMetric(context.Context, v1.ResourceName, string, labels.Selector, string) (metricsclient.PodMetricsInfo, time.Time, error) {
	return m.of("cpu")
}

func (m metrics) GetRawMetric(name, _ string, _, _ labels.Selector) (metricsclient.PodMetricsInfo, time.Time, error) {
	return m.of(name)
}

func (m metrics) GetObjectMetric(string, string, *autoscalingv2.CrossVersionObjectReference, labels.Selector) (int64, time.Time, error) {
	return 0, m.now, errors.New("not asked")
}

func (m metrics) GetExternalMetric(name, _ string, _ labels.Selector) ([]int64, time.Time, error) {
	if total := m.Totals[name]; total != nil {
		return []int64{*total}, m.now, nil
	}
	return nil, m.now, errors.New("nobody says")
}

func (c *cluster) pod(r replica) *v1.Pod {
	condition := v1.PodCondition{Type: v1.PodReady, Status: v1.ConditionFalse, LastTransitionTime: metav1.Time{Time: c.moment(r.ReadySince)}}
	if r.Ready {
		condition.Status = v1.ConditionTrue
	}
	pod := &v1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: r.Name, Namespace: "stack", Labels: map[string]string{"tier": "app"}},
		Spec: v1.PodSpec{Containers: []v1.Container{{Name: "app", Resources: v1.ResourceRequirements{
			Requests: v1.ResourceList{v1.ResourceCPU: *resource.NewMilliQuantity(r.Request, resource.DecimalSI)},
		}}}},
		Status: v1.PodStatus{
			Phase:      map[string]v1.PodPhase{"pending": v1.PodPending, "running": v1.PodRunning, "failed": v1.PodFailed}[r.Phase],
			Conditions: []v1.PodCondition{condition},
		},
	}
	if r.StartedAt != nil {
		pod.Status.StartTime = &metav1.Time{Time: c.moment(*r.StartedAt)}
	}
	if r.Deleting {
		pod.DeletionTimestamp = &metav1.Time{Time: c.now}
	}
	return pod
}

func (c *cluster) hpa() *autoscalingv2.HorizontalPodAutoscaler {
	hpa := &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "app", Namespace: "stack"},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "app"},
			MinReplicas:    &c.Settings.Min,
			MaxReplicas:    c.Settings.Max,
			Behavior:       &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: rulesOf(c.Settings.Up), ScaleDown: rulesOf(c.Settings.Down)},
		},
	}
	for _, kind := range []string{"cpu", "rps", "queue", "p99"} {
		target, wanted := c.Settings.Targets[kind]
		if !wanted {
			continue
		}
		quantity := resource.NewMilliQuantity(target, resource.DecimalSI)
		spec, named := autoscalingv2.MetricSpec{}, autoscalingv2.MetricIdentifier{Name: kind}
		switch kind {
		case "cpu":
			percent := int32(target)
			spec.Type = autoscalingv2.ResourceMetricSourceType
			spec.Resource = &autoscalingv2.ResourceMetricSource{Name: v1.ResourceCPU, Target: autoscalingv2.MetricTarget{AverageUtilization: &percent}}
		case "rps":
			spec.Type = autoscalingv2.PodsMetricSourceType
			spec.Pods = &autoscalingv2.PodsMetricSource{Metric: named, Target: autoscalingv2.MetricTarget{AverageValue: quantity}}
		case "queue":
			spec.Type = autoscalingv2.ExternalMetricSourceType
			spec.External = &autoscalingv2.ExternalMetricSource{Metric: named, Target: autoscalingv2.MetricTarget{AverageValue: quantity}}
		case "p99":
			spec.Type = autoscalingv2.ExternalMetricSourceType
			spec.External = &autoscalingv2.ExternalMetricSource{Metric: named, Target: autoscalingv2.MetricTarget{Value: quantity}}
		}
		hpa.Spec.Metrics = append(hpa.Spec.Metrics, spec)
	}
	return hpa
}

func rulesOf(r rules) *autoscalingv2.HPAScalingRules {
	selected := map[string]autoscalingv2.ScalingPolicySelect{
		"max": autoscalingv2.MaxChangePolicySelect, "min": autoscalingv2.MinChangePolicySelect, "disabled": autoscalingv2.DisabledPolicySelect,
	}[r.Select]
	tolerance := resource.NewMilliQuantity(int64(math.Round(r.Tolerance*1000)), resource.DecimalSI)
	made := &autoscalingv2.HPAScalingRules{StabilizationWindowSeconds: &r.Window, SelectPolicy: &selected, Tolerance: tolerance}
	for _, p := range r.Policies {
		kind := map[string]autoscalingv2.HPAScalingPolicyType{"replicas": autoscalingv2.PodsScalingPolicy, "percent": autoscalingv2.PercentScalingPolicy}[p.Kind]
		made.Policies = append(made.Policies, autoscalingv2.HPAScalingPolicy{Type: kind, Value: p.Value, PeriodSeconds: p.Period})
	}
	return made
}

const key = "stack/app"

func reconciled(asked question) answer {
	c := &cluster{question: asked, now: time.Now()}
	for _, r := range c.Replicas {
		c.pods = append(c.pods, c.pod(r))
	}
	lister := podLister{pods: c.pods}
	controller := &HorizontalController{
		scaleNamespacer: c, hpaNamespacer: c, mapper: c, tolerance: 0.1,
		eventRecorder: &record.FakeRecorder{}, monitor: monitor.New(), podLister: lister,
		replicaCalc:     NewReplicaCalculator(metrics{c}, lister, seconds(c.Settings.Initialization), seconds(c.Settings.Readiness)),
		recommendations: map[string][]timestampedRecommendation{},
		scaleUpEvents:   map[string][]timestampedScaleEvent{},
		scaleDownEvents: map[string][]timestampedScaleEvent{},
		hpaSelectors:    selectors.NewBiMultimap(),
	}
	for _, e := range c.Memory.Recommendations {
		controller.recommendations[key] = append(controller.recommendations[key], timestampedRecommendation{e.Replicas, c.moment(e.At)})
	}
	for _, e := range c.Memory.Up {
		controller.scaleUpEvents[key] = append(controller.scaleUpEvents[key], timestampedScaleEvent{e.Replicas, c.moment(e.At), false})
	}
	for _, e := range c.Memory.Down {
		controller.scaleDownEvents[key] = append(controller.scaleDownEvents[key], timestampedScaleEvent{e.Replicas, c.moment(e.At), false})
	}
	err := controller.reconcileAutoscaler(context.Background(), c.hpa(), key)
	said := answer{Desired: c.Current, Failed: err != nil}
	if c.scaled != nil {
		said.Desired = *c.scaled
	}
	at := func(t time.Time) float64 { return c.At + math.Round(t.Sub(c.now).Seconds()) }
	for _, r := range controller.recommendations[key] {
		said.Memory.Recommendations = append(said.Memory.Recommendations, event{at(r.timestamp), r.recommendation})
	}
	for _, e := range controller.scaleUpEvents[key] {
		said.Memory.Up = append(said.Memory.Up, event{at(e.timestamp), e.replicaChange})
	}
	for _, e := range controller.scaleDownEvents[key] {
		said.Memory.Down = append(said.Memory.Down, event{at(e.timestamp), e.replicaChange})
	}
	return said
}

// AnswerCases answers every line of standard input.
func AnswerCases() {
	// tolerances of one's own are behind a gate that is off in this version
	utilruntime.Must(utilfeature.DefaultMutableFeatureGate.Set("HPAConfigurableTolerance=true"))
	in, out := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20)), bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for in.More() {
		var asked question
		utilruntime.Must(in.Decode(&asked))
		utilruntime.Must(encoder.Encode(reconciled(asked)))
	}
}
