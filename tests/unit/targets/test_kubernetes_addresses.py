"""At which addresses a cluster opens the gateway, and which of its ingress controllers does."""

from __future__ import annotations

from typing import Any

import pytest

from sdctl.targets.kubernetes import ingress_class, provided, way_in
from sdctl.targets.kubernetes.names import labels_of
from tests.unit.targets.kubernetes_objects import SPACE, Object, topology_of
from tests.unit.targets.kubernetes_world import World


def service(*places: Object, name: str = "gateway", stack: str = "sdctl") -> Object:
    about = {"name": name, "labels": labels_of(stack)}
    return {
        "kind": "Service",
        "metadata": about,
        "spec": {"ports": [{"port": 8080}]},
        "status": {"loadBalancer": {"ingress": list(places)}},
    }


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ([service()], []),
        ([service({"ip": "192.0.2.7"})], ["192.0.2.7:8080"]),
        ([service({"ip": "2001:db8::7"})], ["[2001:db8::7]:8080"]),
        ([service({"hostname": "lb.example.org"})], ["lb.example.org:8080"]),
        ([service({"ip": "192.0.2.7"}, name="theirs", stack="another")], []),
    ],
)
def test_an_address_must_be_the_gateways_with_its_port(
    there: list[Object], found: list[str]
) -> None:
    world: Any = World(*there)
    assert provided.addresses(world, SPACE, "loadbalancer") == found


def ingress(*places: Object) -> Object:
    made = service(*places)
    return {**made, "kind": "Ingress", "spec": {"rules": []}}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"ip": "192.0.2.7"}, ["192.0.2.7"]),
        ({"ip": "2001:db8::7"}, ["[2001:db8::7]"]),
        ({"ip": "192.0.2.7", "ports": [{"port": 443}, {"port": 80}]}, ["192.0.2.7"]),
        ({"ip": "192.0.2.7", "ports": [{"port": 30080}, {"port": 30443}]}, ["192.0.2.7:30080"]),
    ],
)
def test_an_ingress_must_be_reached_at_the_port_that_its_controller_says(
    given: Object, found: list[str]
) -> None:
    world: Any = World(ingress(given))
    assert provided.addresses(world, SPACE, "ingress") == found


def machine(address: str, is_ready: str = "True") -> Object:
    said = {
        "addresses": [
            {"type": "Hostname", "address": "a"},
            {"type": "InternalIP", "address": address},
        ],
        "conditions": [{"type": "Ready", "status": is_ready}],
    }
    return {"kind": "Node", "metadata": {"name": address}, "status": said}


def test_a_node_port_must_be_that_of_the_stack_on_each_machine_that_is_ready() -> None:
    ours, theirs = service(), service(name="other", stack="another")
    ours["spec"] = {"ports": [{"port": 8080, "nodePort": 31000}]}
    theirs["spec"] = {"ports": [{"port": 8080, "nodePort": 32000}]}
    machines = machine("192.0.2.1", "Unknown"), machine("192.0.2.2"), machine("2001:db8::3")
    world: Any = World(*machines, ours, theirs)
    expected = ["192.0.2.2:31000", "[2001:db8::3]:31000"]
    assert provided.addresses(world, SPACE, "nodeport") == expected
    used = way_in.forwards(world, topology_of("lite"), "nodeport").forwards
    assert {one.node: one.through for one in used}["gateway-1"] == "192.0.2.2:31000"
    assert provided.addresses(world, SPACE, "") == []


def class_of(name: str, *, is_usual: bool = False) -> Object:
    notes = {"ingressclass.kubernetes.io/is-default-class": "true"} if is_usual else {}
    return {"kind": "IngressClass", "metadata": {"name": name, "annotations": notes}}


@pytest.mark.parametrize(
    ("classes", "chosen", "told"),
    [
        ((), None, False),
        ((class_of("a"),), "a", False),
        ((class_of("a"), class_of("b", is_usual=True)), "b", False),
        ((class_of("a"), class_of("b")), None, True),
    ],
)
def test_a_class_must_be_chosen_where_there_is_no_choice_and_else_be_asked_for(
    classes: tuple[Object, ...], chosen: str | None, told: bool
) -> None:
    made = ingress()
    world: Any = World(made, *classes)
    ingress_class.choose(world, SPACE)
    assert made["spec"].get("ingressClassName") == chosen
    why = ingress_class.why_none(world, SPACE)
    assert ("usual one: a, b. To choose: kubectl --context theirs --namespace" in why) is told
    assert bool(why) is told


def test_a_class_that_was_chosen_must_stay_and_who_may_not_ask_chooses_none() -> None:
    made = ingress()
    refusing: Any = World(made, class_of("a"), refuses=True)
    ingress_class.choose(refusing, SPACE)
    assert "ingressClassName" not in made["spec"]
    made["spec"]["ingressClassName"] = "mine"
    world: Any = World(made, class_of("a"))
    ingress_class.choose(world, SPACE)
    assert made["spec"]["ingressClassName"] == "mine"
