"""The ways in that a cluster opens, and what `up` says that it did not give."""

from __future__ import annotations

from typing import Any

import pytest

from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.targets.kubernetes import making, provided
from sdctl.targets.kubernetes.bundle import render
from sdctl.targets.kubernetes.network import Expose, expose_of
from tests import kubernetes_schema
from tests.unit.targets.kubernetes_objects import SPACE, Object, objects, of_kind, topology_of
from tests.unit.targets.kubernetes_world import World

WAYS: tuple[Expose, ...] = ("", "nodeport", "loadbalancer", "ingress")
SCALED = ("app.autoscale.max=8", "worker.autoscale.max=4")


@pytest.mark.parametrize("way", WAYS)
def test_every_object_of_every_way_in_must_be_as_its_schema_says(way: Expose) -> None:
    bundle = render(topology_of("lite", *SCALED), SPACE, expose=way)
    made = [one for one in objects(bundle) if one["kind"] != "Kustomization"]
    assert {"HorizontalPodAutoscaler", "Service"} <= {one["kind"] for one in made}
    for one in made:
        assert kubernetes_schema.problem(one) == "", one["metadata"]["name"]


@pytest.mark.parametrize(
    ("way", "type_"),
    [
        ("", "ClusterIP"),
        ("nodeport", "NodePort"),
        ("loadbalancer", "LoadBalancer"),
        ("ingress", "ClusterIP"),
    ],
)
def test_a_way_in_must_lead_to_the_gateway_alone(way: Expose, type_: str) -> None:
    bundle = render(topology_of("lite"), SPACE, expose=way)
    services = of_kind(bundle, "Service")
    types = {name: one["spec"].get("type") for name, one in services.items()}
    assert types.pop("gateway") == type_
    assert set(types.values()) == {None}, "headless: nobody from outside"
    [port] = services["gateway"]["spec"]["ports"]
    ports = of_kind(bundle, "StatefulSet")["gateway"]["spec"]["template"]["spec"]["containers"][0]
    assert {"name": port["targetPort"], "containerPort": 8080} in ports["ports"]
    ingresses = of_kind(bundle, "Ingress")
    assert ingresses.keys() == ({"gateway"} if way == "ingress" else set())
    for one in ingresses.values():
        # without a class it is for the cluster's usual one
        assert one["spec"].keys() == {"rules"}
        [rule] = one["spec"]["rules"]
        assert "host" not in rule, "by whatever name it is reached"
        [path] = rule["http"]["paths"]
        assert (path["path"], path["pathType"]) == ("/", "Prefix")
        service = path["backend"]["service"]
        assert service == {"name": "gateway", "port": {"name": port["name"]}}


def test_what_was_opened_must_be_closed_again_and_no_other_word_be_known() -> None:
    assert [expose_of(way) for way in WAYS] == [*WAYS]
    assert expose_of("none") == ""
    with pytest.raises(UsageError) as error:
        expose_of("public")
    assert error.value.hint == "There is: nodeport, loadbalancer, ingress, none."


def standing(way: Expose = "", *overrides: str) -> list[Object]:
    bundle = render(topology_of("lite", *overrides), SPACE, expose=way)
    return making.documents(bundle, {"owner": "ab12"}, SPACE)


def amiss(there: list[Object], wanted: list[Object]) -> tuple[str, ...]:
    world: Any = World(*there)
    return making.not_as_wanted(world, wanted, SPACE)


def test_a_stack_that_runs_must_get_another_way_in_though_no_pod_is_another() -> None:
    assert amiss(standing(), standing()) == ()
    assert amiss(standing(), standing("nodeport")) == ("service/gateway",)
    assert amiss(standing(), standing("ingress")) == ("ingress/gateway",)
    assert amiss(standing("loadbalancer"), standing()) == ("service/gateway",)
    assert amiss(standing("ingress"), standing()) == ("ingress/gateway",)


def test_an_autoscaler_that_nobody_wants_any_more_must_go_and_a_faults_policy_stay() -> None:
    there = standing("", *SCALED)
    gone = ("app", "worker")
    assert set(amiss(there, standing())) >= {f"horizontalpodautoscaler/{name}" for name in gone}
    cut = SPACE.object("networking.k8s.io/v1", "NetworkPolicy", "cut-postgres-1", spec={})
    assert amiss([*standing(), cut], standing()) == ()


class Leaving(World):
    """Where a pod that is listed is gone a moment later."""

    def apply(self, document: Object) -> None:
        pass

    def patch(self, kind: str, name: str, change: Object) -> None:
        raise NoSuchTarget(name)


def test_a_pod_that_goes_meanwhile_must_not_end_up() -> None:
    config = next(one for one in standing() if one["kind"] == "ConfigMap")
    labels = {**config["metadata"]["labels"]}
    config["metadata"]["resourceVersion"] = "7"
    pod = {"kind": "Pod", "metadata": {"name": "postgres-1", "labels": labels}}
    world: Any = Leaving(config, pod)
    making.make(world, [config], SPACE, {})


def test_what_somebody_took_away_beside_the_pods_must_come_back() -> None:
    for kind in ("NetworkPolicy", "ConfigMap", "Service", "HorizontalPodAutoscaler"):
        wanted = standing("", *SCALED)
        gone = next(one for one in wanted if one["kind"] == kind)
        left = [one for one in wanted if one is not gone]
        assert amiss(left, wanted) == (f"{kind.lower()}/{gone['metadata']['name']}",)


def measuring(status: str) -> Object:
    said = {"conditions": [{"type": "Available", "status": status}]}
    return {"kind": "APIService", "metadata": {"name": "v1beta1.metrics.k8s.io"}, "status": said}


@pytest.mark.parametrize(
    ("world", "tiers"),
    [
        (World(), ("app", "worker")),
        (World(measuring("False")), ("app", "worker")),
        (World(measuring("True")), ()),
        (World(refuses=True), ()),
    ],
)
def test_a_cluster_that_measures_no_pods_must_be_told(world: Any, tiers: tuple[str, ...]) -> None:
    assert provided.unmeasured(world, topology_of("lite", *SCALED)) == tiers
    assert provided.unmeasured(world, topology_of("lite")) == ()
