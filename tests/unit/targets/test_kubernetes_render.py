"""The files of a stack on a cluster."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from sdctl.__main__ import run
from sdctl.components.node import Secret
from sdctl.targets.kubernetes.bundle import render
from tests import kubernetes_schema
from tests.unit.targets.kubernetes_objects import (
    SPACE,
    Object,
    objects,
    of_kind,
    pods,
    rendered,
    topology_of,
)
from tests.unit.targets.test_render import DIGEST, approve


def test_the_rendered_files_must_be_the_approved_ones(request: pytest.FixtureRequest) -> None:
    shown = {
        f"{name}/{path}": DIGEST.sub("<digest>", text)
        for name, bundle in rendered().items()
        for path, text in bundle.files.items()
        if not path.startswith("images/")
    }
    approve("kubernetes", shown, request)


def test_every_object_must_be_as_its_schema_says() -> None:
    for bundle in rendered().values():
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


def test_nodes_must_have_the_names_that_they_have_on_one_machine() -> None:
    for name, bundle in rendered().items():
        made = {
            f"{one}-{n}"
            for one, it in of_kind(bundle, "StatefulSet").items()
            for n in range(
                it["spec"]["ordinals"]["start"],
                it["spec"]["ordinals"]["start"] + it["spec"]["replicas"],
            )
        }
        assert made == {node.name for node in topology_of(name).nodes} == bundle.specs.keys()


def test_no_password_must_be_in_a_file_and_each_in_the_secret() -> None:
    topology, bundle = topology_of("standard"), rendered()["standard"]
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


def test_a_changed_setting_must_change_the_nodes_that_read_it() -> None:
    before = rendered()["lite"].specs
    after = render(topology_of("lite", "cache.eviction=allkeys-lfu"), SPACE).specs
    changed = {name.rpartition("-")[0] for name in before if before[name] != after[name]}
    assert changed == {"redis", "observer"}


def test_an_elastic_tier_that_is_scaled_must_leave_all_others_alone() -> None:
    two = rendered()["lite"].specs
    five = render(topology_of("lite", "app.replicas=5"), SPACE).specs
    assert {name for name in two if two[name] != five[name]} == set()


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
    topology = json.loads(of_kind(bundle, "ConfigMap")["observer"]["data"]["topology.json"])
    known = {tier: topology["tiers"][tier]["nodes"] for tier in ("app", "worker")}
    assert [node["name"] for node in known["app"]] == [f"app-{n}" for n in range(1, 9)]
    assert [node["name"] for node in known["app"] if "elastic" not in node] == ["app-1"]
    assert not [node for node in known["worker"] if "elastic" in node]
    assert bundle.specs.keys() == {node.name for node in topology_of("lite").nodes}
