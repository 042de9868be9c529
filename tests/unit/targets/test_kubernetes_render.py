from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sdctl.__main__ import run
from sdctl.components.node import Secret
from sdctl.design import validation, variants
from sdctl.design.topology import Topology, expand
from sdctl.foundation.errors import TargetUnavailable, UsageError
from sdctl.targets.bundle import Bundle
from sdctl.targets.kubernetes import TARGET, cutting
from sdctl.targets.kubernetes.bundle import render
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.names import POD, Space, own_namespace
from sdctl.targets.kubernetes.target import KubernetesTarget
from tests import kubernetes_schema
from tests.unit.targets.test_render import DIGEST, approve

SPACE = Space(stack="sdctl", namespace="sdctl")
Object = dict[str, Any]


@functools.cache
def topology_of(name: str, *overrides: str) -> Topology:
    """A profile on a cluster: without what needs the machine."""
    profile = validation.load(name, overrides)
    return expand("sdctl", variants.able(profile, KubernetesTarget.abilities))


@pytest.fixture(scope="module")
def bundles() -> dict[str, Bundle]:
    return {name: render(topology_of(name), SPACE) for name in ("lite", "standard")}


@functools.cache
def read(text: str) -> list[Object]:
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def objects(bundle: Bundle) -> Iterator[Object]:
    for path, text in bundle.files.items():
        if path.endswith(".yaml") and "/" not in path:
            yield from read(text)


def of_kind(bundle: Bundle, kind: str) -> dict[str, Object]:
    return {one["metadata"]["name"]: one for one in objects(bundle) if one["kind"] == kind}


def pods(bundle: Bundle) -> dict[str, Object]:
    sets = of_kind(bundle, "StatefulSet")
    return {name: one["spec"]["template"]["spec"] for name, one in sets.items()}


def test_the_rendered_files_must_be_the_approved_ones(
    bundles: dict[str, Bundle], request: pytest.FixtureRequest
) -> None:
    shown = {
        f"{name}/{path}": DIGEST.sub("<digest>", text)
        for name, bundle in bundles.items()
        for path, text in bundle.files.items()
        if not path.startswith("images/")
    }
    approve("kubernetes", shown, request)


def test_every_object_must_be_as_its_schema_says(bundles: dict[str, Bundle]) -> None:
    for bundle in bundles.values():
        for one in objects(bundle):
            if one["kind"] != "Kustomization":
                assert kubernetes_schema.problem(one) == "", one["metadata"]["name"]


@pytest.mark.parametrize(
    ("ports", "said"),
    [
        ([{"port": 1, "prot": 1}], "Service.spec.ports has no prot"),
        ([{"name": "x"}], "missing required field `port`"),
        ([{"port": "1"}], "Expected `int`, got `str`"),
    ],
)
def test_a_schema_must_refuse_what_it_does_not_know(ports: list[Object], said: str) -> None:
    wrong = {"apiVersion": "v1", "kind": "Service", "spec": {"ports": ports}}
    assert said in kubernetes_schema.problem(wrong)


def test_the_same_topology_must_give_the_same_files() -> None:
    one, other = (render(topology_of("lite"), SPACE) for _ in range(2))
    assert one.files == other.files
    assert one.specs == other.specs


def test_every_pod_must_keep_the_restricted_standard(bundles: dict[str, Bundle]) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"""
    for name, pod in pods(bundles["standard"]).items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"].get("runAsUser") != 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert pod["automountServiceAccountToken"] is False, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys(), name
        assert all({"emptyDir", "configMap"} & volume.keys() for volume in pod["volumes"]), name
        (container,) = pod["containers"]
        rights = container["securityContext"]
        assert rights["allowPrivilegeEscalation"] is False, name
        assert rights["capabilities"] == {"drop": ["ALL"]}, name
        assert not any("hostPort" in port for port in container["ports"]), name
    labels = of_kind(bundles["lite"], "Namespace")["sdctl"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_what_needs_the_machine_must_be_left_out_and_said() -> None:
    profile = variants.able(validation.load("standard"), KubernetesTarget.abilities)
    assert {"collector", "containers"} <= profile.left_out.keys()
    assert "cannot show the" in profile.left_out["containers"]


def test_nodes_must_have_the_names_that_they_have_on_one_machine(
    bundles: dict[str, Bundle],
) -> None:
    for name, bundle in bundles.items():
        made = {
            f"{one}-{n}"
            for one, it in of_kind(bundle, "StatefulSet").items()
            for n in range(
                it["spec"]["ordinals"]["start"],
                it["spec"]["ordinals"]["start"] + it["spec"]["replicas"],
            )
        }
        assert made == {node.name for node in topology_of(name).nodes} == bundle.specs.keys()


def test_no_password_must_be_in_a_file_and_each_in_the_secret(
    bundles: dict[str, Bundle],
) -> None:
    topology, bundle = topology_of("standard"), bundles["standard"]
    asked = {
        entry["valueFrom"]["secretKeyRef"]["key"]
        for pod in pods(bundle).values()
        for entry in pod["containers"][0]["env"]
        if "secretKeyRef" in entry.get("valueFrom", ())
    }
    wanted = {
        f"SDCTL_{value.name.upper()}"
        for node in topology.nodes
        for value in node.env.values()
        if isinstance(value, Secret)
    }
    assert asked == wanted
    assert "Secret" not in {one["kind"] for one in objects(bundle)}


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
def test_policies_must_say_what_the_networks_say(bundles: dict[str, Bundle], name: str) -> None:
    bundle, topology = bundles[name], topology_of(name)
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


def test_a_node_that_is_cut_off_must_reach_all_others_as_before(bundles: dict[str, Bundle]) -> None:
    """Two faults on one node, and one on another: who meets whom, of all pairs."""
    topology = topology_of("standard")
    sets = of_kind(bundles["standard"], "StatefulSet")
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
    files = {**bundles["standard"].files, "cuts.yaml": yaml.safe_dump_all(extra)}
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


def test_who_comes_from_outside_must_reach_the_entrance_alone(bundles: dict[str, Bundle]) -> None:
    bundle = bundles["standard"]
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


def test_lite_must_fit_one_node_of_4_gb_and_standard_three(bundles: dict[str, Bundle]) -> None:
    """Of 2 processors and 4 GiB each, of which the system takes a part."""
    for name, memory, processors in (("lite", 3300, 1.8), ("standard", 3 * 3300, 5.4)):
        asked = [
            (int(pod["containers"][0]["resources"]["requests"]["memory"]) * count,
             int(pod["containers"][0]["resources"]["requests"]["cpu"].rstrip("m")) * count)
            for one, pod in pods(bundles[name]).items()
            for count in [of_kind(bundles[name], "StatefulSet")[one]["spec"]["replicas"]]
        ]  # fmt: skip
        assert sum(each[0] for each in asked) < memory * 1024**2, name
        assert sum(each[1] for each in asked) < processors * 1000, name


def test_a_budget_must_never_keep_a_machine_from_being_emptied(bundles: dict[str, Bundle]) -> None:
    for bundle in bundles.values():
        sets = of_kind(bundle, "StatefulSet")
        budgets = of_kind(bundle, "PodDisruptionBudget")
        several = {name for name, one in sets.items() if one["spec"]["replicas"] > 1}
        assert budgets.keys() == several
        assert all(one["spec"]["maxUnavailable"] == 1 for one in budgets.values())


def test_a_changed_setting_must_change_the_nodes_that_read_it(bundles: dict[str, Bundle]) -> None:
    before = bundles["lite"].specs
    after = render(topology_of("lite", "cache.eviction=allkeys-lfu"), SPACE).specs
    changed = {name.rpartition("-")[0] for name in before if before[name] != after[name]}
    assert changed == {"redis", "observer"}


def test_an_elastic_tier_that_is_scaled_must_leave_all_others_alone(
    bundles: dict[str, Bundle],
) -> None:
    two = bundles["lite"].specs
    five = render(topology_of("lite", "app.replicas=5"), SPACE).specs
    assert {name for name in two if two[name] != five[name]} == set()


@pytest.mark.parametrize("name", ["A b", "...", "x" * 300, "ä", "k8s"])
def test_any_folder_must_give_a_name_that_a_namespace_can_have(name: str) -> None:
    namespace = own_namespace(Path("/tmp") / name)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", namespace)


def test_an_unknown_target_must_be_refused() -> None:
    with pytest.raises(Exception, match="nomad"):
        run(["render", "lite", "--target", "nomad"])


def test_render_must_write_what_kustomize_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sdctl.targets.compose.fetched.ensure", lambda *_: None)
    place = tmp_path / "b"
    run(["render", "lite", "--target", "kubernetes", "-o", str(place)])
    named = yaml.safe_load((place / "kustomization.yaml").read_text())["resources"]
    there = {path.name for path in place.glob("*.yaml")}
    assert {*named, "kustomization.yaml"} == there
    assert oct((place / ".env").stat().st_mode)[-3:] == "600"
    capsys.readouterr()
    run(["render", "lite", "--target", "kubernetes"])
    printed = list(yaml.safe_load_all(capsys.readouterr().out))
    assert {one["kind"] for one in printed} == {"StatefulSet"}


def test_an_autoscaler_must_say_how_many_and_the_observer_know_them_before() -> None:
    bundle = render(topology_of("lite", "app.autoscale.max=8", "app.autoscale.cpu=60"), SPACE)
    spec = of_kind(bundle, "HorizontalPodAutoscaler")["app"]["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (1, 8)
    assert spec["metrics"][0]["resource"]["target"]["averageUtilization"] == 60
    assert spec["scaleTargetRef"]["kind"] == "StatefulSet"
    sets = of_kind(bundle, "StatefulSet")
    assert "replicas" not in sets["app"]["spec"]
    assert sets["worker"]["spec"]["replicas"] == 1
    assert '"app-8"' in of_kind(bundle, "ConfigMap")["observer"]["data"]["topology.json"]
    assert bundle.specs.keys() == {node.name for node in topology_of("lite").nodes}


@pytest.mark.parametrize("namespace", ["..", "a/../x", "UPPER", "-a", "a-", "a" * 64, "a b"])
def test_what_cannot_name_a_namespace_must_be_refused(namespace: str) -> None:
    with pytest.raises(UsageError, match="cannot name a namespace"):
        TARGET("sdctl", namespace=namespace)


@pytest.mark.parametrize("text", ["a: [", "", "hello", "[]", "contexts: 5"])
def test_an_ill_kubeconfig_must_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    monkeypatch.setenv("KUBECONFIG", str(path))
    with pytest.raises(TargetUnavailable, match="cannot be used"):
        _ = Cluster("", "sdctl").config
