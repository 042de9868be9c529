"""The canary on a stand-in for a stack: what is proven, and who is named when it is not."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from sdctl.bringup import canary
from sdctl.design.topology import Topology
from sdctl.foundation.errors import NotReady
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest
from sdctl.state.observation import ObserverAway

Make = Callable[..., Topology]


class Stack:
    """Answers as a sound stack does, but for the one thing that ``ill`` says."""

    def __init__(self, topology: Topology, ill: str = "") -> None:
        self.nodes = {tier: [n.name for n in nodes] for tier, nodes in topology.tiers.items()}
        self.ill = ill
        self.asked = 0
        self.run = self.user = ""

    def __enter__(self) -> Stack:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing."""

    def ask(self, request: HttpRequest | str) -> Any:
        """As the entrance; given a path alone, as the observer."""
        if isinstance(request, str):
            return self._observe(request)
        self.asked += 1
        if not request.key and self.ill != "gateway":
            return HttpAnswer(status=401)
        status, value = self._answer(request)
        replicas = self.nodes["app"][: 1 if self.ill == "lb" else None]
        headers = {
            "x-served-by": replicas[self.asked % len(replicas)],
            "x-cache": "miss" if self.ill == "cache" else "hit",
        }
        return HttpAnswer(status=status, headers=headers, text=json.dumps(value))

    admitted = ask

    def _answer(self, request: HttpRequest) -> tuple[int, Any]:
        if request.path == "/v1/events":
            return 202, {"id": "e-1"}
        if request.method == "POST":
            body = json.loads(request.body or "")
            self.run = self.user = body["user_id"]
            if self.ill == "accepts nothing":
                return 503, {"detail": "no leader takes writes", "dependency": "database"}
            return 202, {"id": "o-1", "status": "accepted"}
        if request.path == f"/v1/users/{self.user}/notifications?poll=1":
            notices = [{"order_id": "o-1"}] * {"told twice": 2, "not told": 0}.get(self.ill, 1)
            return 200, {"notifications": notices}
        assert request.path == "/v1/orders/o-1"
        return 200, {"status": "accepted" if self.ill == "worker" else "completed"}

    def _observe(self, path: str) -> Any:
        if self.ill == "observer":
            raise ObserverAway("the observer does not answer")
        kind, node = path.split("/")[1].partition("?")[0], path.rpartition("/")[2]
        if kind == "query":
            return {"samples": [{"labels": {}, "value": 3.0}] * (self.ill != "metrics")}
        if kind == "logs":
            nodes = ["gateway-1", *self.nodes["app"]][: 1 if self.ill == "search" else None]
            return {"lines": [{"node": name} for name in nodes]}
        lines = f"{self.run}-{1 if node in self.nodes['database'] else 2},1\n"
        last = self.nodes.get(self.ill, [""])[-1]
        return {"lines": "" if node == last else lines, "waiting": int(self.ill == "queue")}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not seen is waited for, but not for long."""
    monkeypatch.setattr(canary, "_EVERY_S", 0.01)
    monkeypatch.setattr(canary, "PATIENCE_S", 0.02)
    real = canary.steps_of
    monkeypatch.setattr(
        canary, "steps_of", lambda *given: (
            (tier, step, 0.02 if within_s <= canary.LONGEST_S else within_s)
            for tier, step, within_s in real(*given)
        ),
    )  # fmt: skip


def prove(topology: Topology, ill: str = "", told: list[str] | None = None) -> canary.Proof:
    stack: Any = Stack(topology, ill)
    heard: list[str] = [] if told is None else told
    return canary.prove(topology, stack, stack, lambda step: heard.append(step.tier))


def test_every_tier_that_is_on_must_be_proven_and_told(topology_of: Make) -> None:
    for profile, tiers in {
        "lite": {"gateway", "lb", "worker", "cache", "database", "queue"},
        "standard": {"gateway", "lb", "worker", "cache", "database", "queue", "documents",
                     "metrics", "search"},
    }.items():  # fmt: skip
        told: list[str] = []
        proof = prove(topology_of(profile), told=told)
        assert {step.tier for step in proof.steps} == tiers == set(told)
        assert all(step.seen for step in proof.steps)


@pytest.mark.parametrize(("ill", "tiers"), [
    ("gateway", {"gateway"}), ("lb", {"lb"}), ("cache", {"cache"}), ("worker", {"worker"}),
    ("told twice", {"worker"}), ("not told", {"worker"}), ("queue", {"queue"}),
    ("database", {"database"}), ("documents", {"documents"}), ("search", {"search"}),
    ("metrics", {"metrics"}),
    ("observer", {"database", "queue", "documents", "search", "metrics"}),
])  # fmt: skip
def test_a_step_that_fails_must_be_named_and_no_other(
    topology_of: Make, ill: str, tiers: set[str]
) -> None:
    with pytest.raises(NotReady, match="did not go the whole way") as caught:
        prove(topology_of("standard"), ill)
    assert {line.partition(":")[0] for line in caught.value.details} == tiers
    assert all("was answered" in line for line in caught.value.details)


def test_an_order_that_is_not_accepted_must_name_what_the_service_names(topology_of: Make) -> None:
    with pytest.raises(NotReady, match="not seen at database") as caught:
        prove(topology_of("lite"), "accepts nothing")
    assert "POST /v1/orders was answered 503" in caught.value.details[0]
    assert "no leader takes writes" in caught.value.details[0]


@pytest.mark.parametrize(("answer", "tier"), [
    (HttpAnswer(status=0, text="connection refused"), "gateway"),
    (HttpAnswer(status=503, text='{"detail": "the load balancer cannot be reached"}'), "lb"),
    (HttpAnswer(status=503, text='{"detail": "no replica of the service is ready"}'), "app"),
    (HttpAnswer(status=500, text="oops", headers={"x-served-by": "app-1"}), "app"),
])  # fmt: skip
def test_where_an_order_stopped_must_be_told_by_who_answered(answer: HttpAnswer, tier: str) -> None:
    assert canary._stopped_at(answer) == tier


def test_a_step_that_its_settings_make_long_must_not_be_waited_for_and_be_said(
    topology_of: Make,
) -> None:
    for interval, waited in (("5s", True), ("5m", False)):
        proof = prove(topology_of("standard", f"metrics.interval={interval}"))
        assert ("metrics" in {step.tier for step in proof.steps}) is waited
        assert [line.partition(". ")[0] for line in proof.not_waited] == [
            "Not proven: that metrics counts the order"
        ] * (not waited)


def test_ctrl_c_must_not_wait_for_steps_that_are_not_seen(
    topology_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them may take a minute and a half."""
    topology, asked = topology_of("lite"), threading.Event()
    real = canary.steps_of
    monkeypatch.setattr(
        canary, "steps_of", lambda *given: ((tier, step, 30.0) for tier, step, _ in real(*given))
    )

    class Asked(Stack):
        def _observe(self, path: str) -> Any:
            asked.set()
            return super()._observe(path)

    stack: Any = Asked(topology, "database")
    main = threading.get_ident()

    def interrupt() -> None:
        asked.wait(10)
        signal.pthread_kill(main, signal.SIGINT)

    began = time.monotonic()
    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        canary.prove(topology, stack, stack, lambda step: None)
    assert time.monotonic() - began < 15
