"""Who reaches whom on a cluster, by the policies that are rendered."""

from __future__ import annotations

import ipaddress

import pytest
import yaml

from sdctl.targets.bundle import Bundle
from sdctl.targets.kubernetes import cutting
from sdctl.targets.kubernetes.names import POD
from tests.unit.targets.kubernetes_objects import (
    SPACE,
    Object,
    of_kind,
    rendered,
    topology_of,
)


def allowed(bundle: Bundle, source: Object, target: Object, port: int) -> bool:
    """What Kubernetes says of a connection between two pods, by their labels: it must be let out,
    and let in."""

    def picks(selector: Object, labels: Object) -> bool:
        for wanted in selector.get("matchExpressions", ()):
            value = labels.get(wanted["key"])
            if wanted["operator"] == "NotIn":
                if value in wanted["values"]:
                    return False
            elif value is None:  # Exists
                return False
        return selector["matchLabels"].items() <= labels.items()

    def side(kind: str, key: str, own: Object, other: Object) -> bool:
        policies = [one["spec"] for one in of_kind(bundle, "NetworkPolicy").values()]
        mine = [p for p in policies if kind in p["policyTypes"] and picks(p["podSelector"], own)]
        for rule in (rule for policy in mine for rule in policy.get(kind.lower(), ())):
            peers = [peer["podSelector"] for peer in rule.get(key, ()) if "podSelector" in peer]
            ports = [entry["port"] for entry in rule.get("ports", ())]
            if (key not in rule or any(picks(peer, other) for peer in peers)) and (
                not ports or port in ports
            ):
                return True
        return not mine

    return side("Egress", "to", source, target) and side("Ingress", "from", target, source)


@pytest.mark.parametrize("name", ["lite", "standard"])
def test_policies_must_say_what_the_networks_say(name: str) -> None:
    bundle, topology = rendered()[name], topology_of(name)
    labels = {
        one: it["spec"]["template"]["metadata"]["labels"]
        for one, it in of_kind(bundle, "StatefulSet").items()
    }
    firsts = [node for node in topology.nodes if node.ordinal == 1]
    for source in firsts:
        for target in firsts:
            for port in target.ports:
                together = bool({*source.networks} & {*target.networks})
                entrance = target.tier == "gateway" and port.publish
                got = allowed(
                    bundle, labels[source.component], labels[target.component], port.number
                )
                assert got == together or entrance, (source.name, target.name, port.name)


def test_a_node_that_is_cut_off_must_reach_all_others_as_before() -> None:
    """Two faults on one node, and one on another: who meets whom, of all pairs."""
    topology = topology_of("standard")
    sets = of_kind(rendered()["standard"], "StatefulSet")
    labels: dict[str, Object] = {
        node.name: {**sets[node.component]["spec"]["template"]["metadata"]["labels"],
                    POD: node.name}
        for node in topology.nodes
    }  # fmt: skip
    cuts = {
        "postgres-1": {"f-1": ["postgres-2"], "f-2": ["app-1", "postgres-2"]},
        "redis-2": {"f-3": ["redis-1", "app-2"]},
    }
    extra = []
    for name, faults in cuts.items():
        pod = {"metadata": {"name": name, "labels": labels[name]}}
        extra.append(cutting.policy(SPACE, pod, faults))
        assert not cutting.is_cut(pod)
        networks = [key for key in labels[name] if key.startswith("network.sdctl/")]
        labels[name] = {**labels[name], **dict.fromkeys(networks, "cut")}
    files = {**rendered()["standard"].files, "cuts.yaml": yaml.safe_dump_all(extra)}
    bundle = Bundle(files, {})
    away = {(one, other) for one, of in cuts.items() for found in of.values() for other in found}
    for source in topology.nodes:
        for target in topology.nodes:
            if source is not target and target.ports and target.tier != "gateway":
                together = bool({*source.networks} & {*target.networks})
                pair = (source.name, target.name)
                wanted = together and not {pair, pair[::-1]} & away
                number = target.ports[0].number
                got = allowed(bundle, labels[source.name], labels[target.name], number)
                assert got == wanted, pair


@pytest.mark.parametrize(
    ("address", "port", "answers"),
    [
        ("169.254.20.10", 53, True),  # NodeLocal DNSCache
        ("169.254.25.10", 53, True),  # the same, as kubespray has it
        ("169.254.169.254", 53, True),  # GKE's Cloud DNS
        ("169.254.169.254", 80, False),  # a cloud's word on its machine, and logins
        ("192.0.2.53", 53, False),
    ],
)
def test_a_machine_of_the_cluster_may_answer_for_names_and_for_nothing_else(
    address: str, port: int, answers: bool
) -> None:
    got = any(
        ipaddress.ip_address(address) in ipaddress.ip_network(peer["ipBlock"]["cidr"])
        for policy in of_kind(rendered()["standard"], "NetworkPolicy").values()
        for rule in policy["spec"].get("egress", ())
        if port in [entry["port"] for entry in rule.get("ports", ())]
        for peer in rule["to"]
        if "ipBlock" in peer
    )
    assert got == answers


def test_who_comes_from_outside_must_reach_the_entrance_alone() -> None:
    bundle = rendered()["standard"]
    stranger = {"app": "stranger"}
    reached = {
        (name, port["containerPort"])
        for name, one in of_kind(bundle, "StatefulSet").items()
        for port in one["spec"]["template"]["spec"]["containers"][0]["ports"]
        if allowed(
            bundle, stranger, one["spec"]["template"]["metadata"]["labels"], port["containerPort"]
        )
    }
    assert reached == {("gateway", 8080)}
