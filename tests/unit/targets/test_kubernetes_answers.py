from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sdctl.design import validation
from sdctl.design.delivery import Delivery
from sdctl.foundation.errors import InvalidProfile, UsageError
from sdctl.targets import placement
from sdctl.targets.kubernetes import answers, diagnosis, images
from sdctl.targets.kubernetes.answers import HELD, PAUSE, PAUSED
from sdctl.targets.kubernetes.names import labels_of
from sdctl.targets.placement import Placement

PAGE = Path(__file__).parents[3] / "docs" / "kubernetes.md"
Object = dict[str, Any]
LABELS = {"app.kubernetes.io/instance": "s", "app.kubernetes.io/component": "cache",
          "app.kubernetes.io/name": "redis"}  # fmt: skip
SINCE = "2026-11-29T00:00:00Z"


def pod(state: Object, *, notes: Object | None = None, restarts: int = 0, **about: Any) -> Object:
    metadata = {"name": "redis-1", "labels": LABELS, "creationTimestamp": SINCE,
                "annotations": {"sdctl.spec": "new", **(notes or {})}, **about}  # fmt: skip
    statuses = [{"state": state, "restartCount": restarts}] if state else []
    return {
        "metadata": metadata,
        "spec": {"containers": [{"image": "sdctl/redis:1"}]},
        "status": {"phase": "Pending", "containerStatuses": statuses},
    }


def stateful_set(replicas: int = 1) -> Object:
    template = {"metadata": {"labels": LABELS, "annotations": {"sdctl.spec": "new"}},
                "spec": {"containers": [{"image": "sdctl/redis:1"}]}}  # fmt: skip
    return {
        "metadata": {"name": "redis"},
        "spec": {"replicas": replicas, "ordinals": {"start": 1}, "template": template},
    }


RUNNING = {"running": {"startedAt": SINCE}}
GONE = {"terminated": {"exitCode": 137, "reason": "Error", "finishedAt": "2026-11-29T00:01:40Z"}}


@pytest.mark.parametrize(
    ("seen", "state", "shown"),
    [
        (pod(RUNNING), "running", "running"),
        (pod(RUNNING, notes={PAUSED: "1"}), "frozen", "paused"),
        (pod(RUNNING, notes={"sdctl.spec": "old"}), "waiting", "running"),
        (pod({}), "waiting", "Pending"),
        (pod({"waiting": {"reason": "ContainerCreating"}}), "waiting", "ContainerCreating"),
        (pod({"waiting": {"reason": "ErrImagePull"}}), "waiting", "ErrImagePull"),
        (pod({"waiting": {"reason": "CrashLoopBackOff"}}), "restarting", "CrashLoopBackOff"),
        (pod(GONE), "restarting", "Terminated"),
        (pod(RUNNING, deletionTimestamp=SINCE), "waiting", "Terminating"),
        (pod(GONE, deletionTimestamp=SINCE, finalizers=[HELD]), "down", "Terminated"),
    ],
)
def test_a_pod_must_be_in_one_of_our_states(seen: Object, state: str, shown: str) -> None:
    [found] = answers.instances([stateful_set()], [seen], lambda node: {6379: "127.0.0.1:1"})
    assert (found.node, found.tier, found.component) == ("redis-1", "cache", "redis")
    assert (found.state, found.shown) == (state, shown)
    assert bool(found.addresses) == (state in ("running", "frozen"))


@pytest.mark.parametrize(
    ("seen", "has_run"),
    [
        (pod(RUNNING), True),
        (pod(GONE), True),
        (pod({}), False),
        (pod({"waiting": {"reason": "ContainerCreating"}}), False),
        (pod({"waiting": {"reason": "CrashLoopBackOff"}}, restarts=1), True),
        (pod(RUNNING, deletionTimestamp=SINCE), False),
    ],
)
def test_a_started_node_must_be_waited_for_until_its_server_was_started(
    seen: Object, has_run: bool
) -> None:
    assert answers.has_run(seen) is has_run


def test_a_pod_that_is_yet_to_be_made_must_be_a_node() -> None:
    found = answers.instances([stateful_set(3)], [pod(RUNNING)], lambda node: {})
    assert [(one.node, one.state) for one in found] == [
        ("redis-1", "running"), ("redis-2", "waiting"), ("redis-3", "waiting"),
    ]  # fmt: skip
    assert {one.spec for one in found} == {"new"}


def test_history_must_tell_restarts_ends_and_pauses() -> None:
    seen = pod(RUNNING, notes={PAUSE: "100.5 103.75"}, restarts=2)
    seen["status"]["containerStatuses"][0]["lastState"] = GONE
    told = answers.history(seen, paused_since=100.0)
    assert told.restarts == 2
    assert told.ended_at == answers.moment("2026-11-29T00:01:40Z")
    assert told.started_at == answers.moment(SINCE)
    assert told.frozen_s == 3.25
    assert answers.history(seen, paused_since=101.0).frozen_s is None
    assert answers.history(seen, paused_since=None).frozen_s is None


@pytest.mark.parametrize(
    ("labels", "mark"),
    [
        ({}, None),
        (labels_of("other"), None),
        ({**labels_of("s"), "app.kubernetes.io/managed-by": "Helm"}, None),
        (labels_of("s"), ""),
        ({**labels_of("s"), "sdctl.owner": "ab12"}, "ab12"),
    ],
)
def test_an_object_must_be_whose_it_says(labels: dict[str, str], mark: str | None) -> None:
    assert answers.owner({"metadata": {"labels": labels}}, "s") == mark


@pytest.mark.parametrize(
    ("context", "command"),
    [
        ("kind-kind", "kind load docker-image {image} --name kind"),
        ("kind-a b", "kind load docker-image {image} --name 'a b'"),
        ("k3d-x", "k3d image import {image} --cluster x"),
        ("minikube", "minikube image load {image} --profile minikube"),
        ("arn:aws:eks", ""),
    ],
)
def test_a_cluster_on_this_machine_must_be_known_by_its_context(context: str, command: str) -> None:
    assert images.loader(Delivery(), context) == command
    assert images.loader(Delivery(load="mine {image}"), context) == "mine {image}"
    assert images.loader(Delivery(push="r.example/x"), context) == ""


def test_a_pushed_image_must_keep_its_digest() -> None:
    assert Delivery(push="r.example/x/").name("sdctl/redis:abc") == "r.example/x/sdctl/redis:abc"
    assert Delivery().name("sdctl/redis:abc") == "sdctl/redis:abc"


def test_images_must_say_how_they_come_and_stay_what_they_were() -> None:
    pushed = validation.load("lite", ["images.push=r.example/x"])
    assert (pushed.images, pushed.delivery.push) == ("auto", "r.example/x")
    again = validation.validate("lite", pushed.to_json(), ["images=local"])
    assert (again.images, again.delivery.push) == ("local", "r.example/x")
    assert validation.load("lite").to_json()["images"] == "auto"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("images.load=kind load", "has no {image}"),
        ("images.pull=x", "no such setting; there is: push, load"),
        ("images=x", "none of auto, registry, local"),
    ],
)
def test_a_wrong_way_for_images_must_be_refused(change: str, said: str) -> None:
    with pytest.raises(InvalidProfile) as error:
        validation.load("lite", [change])
    assert said in error.value.details[0]


def test_a_stack_must_keep_its_target() -> None:
    def changed(target: str | None, exists: bool = True, **options: str) -> Placement | None:
        return placement.changed("s", target, options, exists=exists, usual="compose")

    assert changed(None) is None
    assert changed("kubernetes", exists=False, context="a") == Placement(
        "kubernetes", {"context": "a"}
    )
    with pytest.raises(UsageError, match="on compose, so --target kubernetes cannot be"):
        changed("kubernetes")
    placement.keep("s", Placement("kubernetes", {"context": "a"}))
    assert placement.read("s") == Placement("kubernetes", {"context": "a"})
    assert changed(None, expose="nodeport") == Placement(
        "kubernetes", {"context": "a", "expose": "nodeport"}
    )
    with pytest.raises(UsageError, match="at the context a, so --context b cannot be"):
        changed(None, context="b")
    placement.forget("s")
    assert placement.read("s") is None


def machine(*taints: str, tags: tuple[str, ...] = ()) -> Object:
    found = [{"key": key, "effect": "NoSchedule"} for key in taints]
    return {"spec": {"taints": found}, "status": {"images": [{"names": list(tags)}]}}


@pytest.mark.parametrize(
    ("machines", "missing"),
    [
        ([machine(tags=("docker.io/sdctl/a:1",))], ()),
        ([machine(tags=("sdctl/a:1",)), machine()], ("sdctl/a:1",)),
        ([machine(tags=("sdctl/a:1",)), machine("control-plane")], ()),
        # a cluster that has just been made
        ([machine("node.kubernetes.io/not-ready")], ("sdctl/a:1",)),
        ([machine("control-plane")], ("sdctl/a:1",)),
    ],
)
def test_an_image_must_be_where_a_pod_may_come(
    machines: list[Object], missing: tuple[str, ...]
) -> None:
    assert images.missing(["sdctl/a:1"], machines) == missing


def test_only_a_machine_that_may_get_a_pod_must_count_as_room() -> None:
    machines = [
        machine(),
        machine("control-plane"),
        machine("node.kubernetes.io/not-ready"),
        machine(),
    ]
    for one in machines:
        one["status"]["allocatable"] = {"memory": "2Gi"}
    machines[3]["spec"]["unschedulable"] = True
    assert diagnosis.room(machines) == 2 * 2 * 1024**3


@pytest.mark.parametrize(
    ("server", "here"),
    [
        ("https://127.0.0.1:37123", True), ("https://localhost:6443", True),
        ("https://[::1]:6443", True), ("https://k8s.example.org", False),
        ("https://192.168.1.20:6443", False),
    ],
)  # fmt: skip
def test_only_a_cluster_at_this_machine_must_take_what_this_machine_has(
    server: str, here: bool
) -> None:
    assert diagnosis.is_here(server) is here
