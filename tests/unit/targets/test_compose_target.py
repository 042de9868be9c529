"""Compose as a target, on a Docker that answers as it is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from docker.models.containers import Container

from sdctl.design.topology import Topology
from sdctl.foundation.errors import NoSuchTarget, TargetUnavailable, UsageError
from sdctl.targets.bundle import image_tag
from sdctl.targets.changes import Changes
from sdctl.targets.compose import command, images, keeper
from sdctl.targets.compose.labels import LABEL
from sdctl.targets.compose.target import ComposeTarget
from sdctl.targets.network_operations import Connect, Drain
from sdctl.targets.operations import Kill, Pause, Remove, Start, Stop, Unpause
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import History, Report

Make = Callable[..., Topology]
Answers = dict[str, tuple[int, Any]]


def container(node: str, state: str = "running", **more: Any) -> dict[str, Any]:
    """As Docker lists it; ``more``: labels."""
    labels = {"stack": "sdctl", "node": node, "tier": "app", "component": "app", **more}
    return {
        "Id": f"id-of-{node}",
        "Names": [f"/sdctl-{node}"],
        "State": state,
        "Status": f"{state} so",
        "Image": "sdctl/app:1",
        "Labels": {f"{LABEL}{name}": value for name, value in labels.items()},
        "Ports": [{"IP": "127.0.0.1", "PrivatePort": 8000, "PublicPort": 49153}],
        "NetworkSettings": {"Networks": {"sdctl_service": {}}},
    }


@pytest.mark.parametrize(
    ("word", "state"),
    [("running", "running"), ("paused", "frozen"), ("restarting", "restarting"),
     ("created", "down"), ("exited", "down"), ("dead", "down"), ("removing", "down")],
)  # fmt: skip
def test_dockers_state_must_be_one_of_the_contracts_and_its_word_be_kept(
    word: str, state: str, target: ComposeTarget, answers: Answers
) -> None:
    answers["/containers/json"] = (200, [container("app-1", word)])
    [instance] = target.nodes()
    assert (instance.node, instance.state, instance.shown) == ("app-1", state, word)
    assert instance.addresses == {8000: "127.0.0.1:49153"}


def test_what_the_observer_carries_must_be_what_the_stack_was_made_from(
    target: ComposeTarget, answers: Answers
) -> None:
    made = {"profile": "lite", "settings": '{"tiers": []}', "left_out": '{"x": "y"}', "spec": "12"}
    answers["/containers/json"] = (200, [container("observer-1", **made)])
    [instance] = target.nodes()
    assert (instance.profile, instance.settings) == ("lite", '{"tiers": []}')
    assert (instance.left_out, instance.spec) == ('{"x": "y"}', "12")


def test_every_operation_must_be_one_call_for_the_nodes_container(
    target: ComposeTarget, answers: Answers, asked: list[str]
) -> None:
    answers["/containers/json"] = (200, [container("app-1", "paused")])
    for kind in (Start, Stop, Kill, Pause, Unpause, Remove):
        target.apply(kind(node="app-1", cause="x"))
    verbs = [f"POST {verb}" for verb in ("start", "stop", "kill", "pause", "unpause")]
    assert asked == [*verbs, "DELETE id-of-app-1"]


def test_a_node_that_is_not_paused_must_not_be_let_go_on(
    target: ComposeTarget, answers: Answers, asked: list[str]
) -> None:
    answers["/containers/json"] = (200, [container("app-1", "running")])
    target.apply(Unpause(node="app-1", cause="x"))
    assert asked == []


def test_a_node_that_is_not_there_must_be_named(target: ComposeTarget, answers: Answers) -> None:
    answers["/containers/json"] = (200, [])
    with pytest.raises(NoSuchTarget, match="no node 'app-9' in the stack 'sdctl'"):
        target.apply(Start(node="app-9", cause="x"))


@pytest.mark.parametrize(
    "error",
    [requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError,
     requests.exceptions.JSONDecodeError, urllib3.exceptions.ProtocolError],
)  # fmt: skip
def test_an_answer_that_is_cut_off_must_be_an_engine_that_does_not_answer(
    target: ComposeTarget, error: type[Exception]
) -> None:
    def cut_off() -> None:
        if error is requests.exceptions.JSONDecodeError:
            raise error("half an answer", "{", 1)
        raise error("half an answer")

    with pytest.raises(TargetUnavailable, match="does not answer"):
        target.docker.ask(cut_off)


def test_an_engine_that_goes_away_must_not_be_taken_for_the_end_of_a_log(
    target: ComposeTarget, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers["/containers/json"] = (200, [container("app-1")])

    def gone() -> None:
        raise requests.exceptions.ConnectionError

    monkeypatch.setattr(Container, "logs", lambda *_, **__: iter([b"a li", b"ne\n"]))
    monkeypatch.setattr(target.docker.api, "ping", lambda: True)
    assert list(target.logs("app-1")) == ["a line"]
    monkeypatch.setattr(target.docker.api, "ping", gone)
    lines = target.logs("app-1")
    assert next(lines) == "a line"
    with pytest.raises(TargetUnavailable, match="does not answer"):
        next(lines)


def test_what_it_is_not_able_to_do_must_be_refused_and_not_pass_for_done(
    target: ComposeTarget, answers: Answers, asked: list[str]
) -> None:
    answers["/containers/json"] = (200, [container("app-1")])
    for op in (Drain(node="app-1", cause="x", for_s=1.0),
               Connect(node="app-1", cause="x", others=("app-2",))):  # fmt: skip
        with pytest.raises(UsageError, match="cannot") as refused:
            target.apply(op)
        assert refused.value.hint.startswith("Nothing was done. `sdctl chaos list` shows")
    assert asked == []


def test_a_nodes_history_must_be_dockers(target: ComposeTarget, answers: Answers) -> None:
    state = {"FinishedAt": "2026-01-01T00:00:01.5Z", "StartedAt": "2026-01-01T00:00:02.123456789Z"}
    answers["/containers/sdctl-app-1/json"] = (200, {"RestartCount": 3, "State": state})
    history = target.history("app-1")
    assert (history.restarts, history.ended_at) == (3, 1767225601.5)
    assert history.started_at == pytest.approx(1767225602.123)
    assert history.frozen_s is None


def test_of_a_node_that_is_gone_nothing_must_be_remembered(target: ComposeTarget) -> None:
    assert target.history("app-9", paused_since=0.0) == History()


def test_an_image_that_is_here_must_be_offered_without_asking_a_registry(
    target: ComposeTarget, answers: Answers
) -> None:
    answers["/images/json"] = (200, [{"RepoTags": ["mongo:8"]}, {"RepoTags": None}])
    assert target.offers("mongo:8")
    assert not target.offers("mongo:9"), "a registry that cannot be asked offers nothing"


def test_a_tier_that_gets_smaller_must_not_be_told_as_one_that_is_made() -> None:
    assert Changes(removed=("app-5",)).stage == "remove containers"
    assert Changes(removed=("app-5",), created=("lb-1",)).stage == "create and remove containers"


def test_what_would_be_changed_must_be_every_step_of_it(
    target: ComposeTarget, answers: Answers, topology_of: Make
) -> None:
    topology = topology_of("lite")
    bundle = target.form.render(topology)
    tags = [image_tag(bundle, image) for image in topology.built_images]
    answers["/images/json"] = (200, [{"RepoTags": tags}])
    there = []
    for node in topology.nodes:
        made = container(node.name, spec=bundle.specs[node.name])
        made["NetworkSettings"]["Networks"] = {f"sdctl_{name}": {} for name in node.networks}
        there.append(made)
    answers["/containers/json"] = (200, there)
    assert not target.changes(topology, bundle)
    there[0]["Names"] = [f"/0123456789ab_sdctl-{topology.nodes[0].name}"]
    change = target.changes(topology, bundle)
    assert change.renewed == {"gateway-1": "still named 0123456789ab_sdctl-gateway-1"}
    assert change.steps == ("remove gateway-1",)
    assert change.stage == "create containers", "the same anew"
    answers["/images/json"] = (200, [])
    assert target.changes(topology, bundle).built == {
        "haproxy", "python", "redis", "postgres", "etcd", "rabbitmq"
    }  # fmt: skip
    double = RecordingTarget(reads=target)
    assert double.changes(topology, bundle) == target.changes(topology, bundle)
    assert (double.host, double.abilities) == (target.host, target.abilities)
    assert double.version == "Docker 26.1"


def test_compose_must_be_told_of_the_nodes_that_differ_alone(
    target: ComposeTarget,
    answers: Answers,
    topology_of: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By its own digest it would make others anew too, and nobody would start them."""
    topology = topology_of("lite")
    bundle = target.form.render(topology)
    there = []
    for node in topology.nodes:
        spec = "older" if node.name in ("app-1", "postgres-2") else bundle.specs[node.name]
        made = container(node.name, tier=node.tier, spec=spec)
        networks = {f"sdctl_{name}": {} for name in node.networks}
        there.append({**made, "NetworkSettings": {"Networks": networks}})
    answers["/info"] = (200, {"DockerRootDir": "/var/lib/docker"})
    answers["/containers/json"] = (200, [one for one in there if one["Id"] != "id-of-worker-1"])
    named = []
    monkeypatch.setattr(command, "converge", lambda project, folder, nodes: named.append(nodes))
    monkeypatch.setattr(images, "ensure", lambda *_: None)
    monkeypatch.setattr(keeper, "start", lambda *_: None)
    told = Report(str, str, str)
    target.converge(topology, bundle, tmp_path, told)
    target.converge(topology, bundle, tmp_path, told, ["app-1"])
    assert [sorted(nodes) for nodes in named] == [
        ["app-1", "postgres-2", "worker-1"],
        ["postgres-2", "worker-1"],
    ]
