"""The autoscaler beside a stack: what it sees, what it changes, and what keeps it from that."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace

import pytest

from sdctl.bringup import autoscaler, resizing
from sdctl.bringup.autoscale_loop import AutoscaleLoop
from sdctl.bringup.autoscaler import Autoscaler, Outcome
from sdctl.bringup.replica_watch import ReplicaWatch
from sdctl.design.autoscaling.decision import Decision
from sdctl.design.autoscaling.settings import AutoscaleSettings
from sdctl.design.topology import Topology
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.state.running import Running
from sdctl.state.snapshot import Fact, NodeStatus, Snapshot, TierStatus
from sdctl.state.stack import Stack
from sdctl.targets.compose.bundle import render
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance
from sdctl.terminal.autoscale import ended

Make = Callable[..., Topology]


def running(topology: Topology, **changed: str) -> tuple[Running, RecordingTarget]:
    """A stack that runs as the topology says; ``changed``: nodes that are made otherwise."""
    specs = render(topology).specs
    target = RecordingTarget(
        Instance(
            node=node.name,
            tier=node.tier,
            component=node.component,
            state="running",
            spec=changed.get(node.component, specs[node.name]),
            profile="lite" if node.observes else "",
            settings=json.dumps(topology.profile.lasting()) if node.observes else "",
        )
        for node in topology.nodes
    )
    return Running(target, Stack("sdctl")), target


def wanted(least: int, most: int, **targets: int) -> AutoscaleSettings:
    return AutoscaleSettings(min=least, max=most, targets=targets or {"cpu": 60})


@contextmanager
def busy(command: str) -> Iterator[None]:
    raise UsageError("`sdctl chaos pause` is working on the stack", hint="Wait.")
    yield


def test_only_the_tier_must_be_changed_and_new_replicas_started(topology_of: Make) -> None:
    there, target = running(topology_of("lite"))
    scaler = Autoscaler(there, "app", wanted(4, 8), lambda command: nullcontext())
    outcome = scaler.carry_out(scaler.decide())
    assert (outcome.carried_out, outcome.why_not) == (True, "")
    assert [op.node for op in target.ops] == ["app-3", "app-4"]


def test_a_clock_that_is_set_meanwhile_must_change_no_window(
    topology_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, _ = running(topology_of("lite"))
    scaler = Autoscaler(there, "app", wanted(1, 8), lambda command: nullcontext())
    first, clock = scaler.decide(), time.time
    assert first.at == pytest.approx(clock(), abs=5.0)
    monkeypatch.setattr(time, "time", lambda: clock() - 3600.0)
    assert 0 <= scaler.decide().at - first.at < 60


def test_another_command_at_work_must_be_the_reason_and_no_error(topology_of: Make) -> None:
    there, target = running(topology_of("lite"))
    scaler = Autoscaler(there, "app", wanted(4, 8), busy)
    outcome = scaler.carry_out(scaler.decide())
    assert not outcome.carried_out
    assert outcome.why_not == "`sdctl chaos pause` is working on the stack"
    assert target.record == []


def test_a_stack_that_is_otherwise_must_not_be_made_anew_on_the_way(topology_of: Make) -> None:
    there, target = running(topology_of("lite"), redis="other")
    with pytest.raises(UsageError, match="redis-1, redis-2, redis-3 would be made anew"):
        autoscaler.check(there, "app", wanted(1, 4))
    scaler = Autoscaler(there, "app", wanted(4, 8), lambda command: nullcontext())
    assert "made anew" in scaler.carry_out(scaler.decide()).why_not
    assert target.record == []


def test_a_node_that_somebody_removed_must_be_told_as_gone_and_not_as_another(
    topology_of: Make,
) -> None:
    topology = topology_of("lite")
    _, target = running(topology)
    there = [instance for instance in target.nodes() if instance.node != "observer-1"]
    with pytest.raises(UsageError, match="observer-1 is not there") as told:
        resizing.check(topology, render(topology), there, "app")
    assert told.value.hint.startswith("`sdctl up`, without a profile, makes it")


class Lines:
    """What is told; at the third decision somebody presses Ctrl-C."""

    def __init__(self) -> None:
        self.counts: list[tuple[int, bool]] = []

    def decided(self, decision: Decision) -> None:
        if len(self.counts) == 2:
            raise KeyboardInterrupt

    def done(self, decision: Decision, outcome: Outcome) -> None:
        self.counts.append((decision.desired, outcome.carried_out))


def test_what_was_decided_until_ctrl_c_must_be_counted_and_the_way_back_named(
    topology_of: Make,
) -> None:
    there, _ = running(topology_of("lite"))
    turns = iter((busy("chaos pause"), nullcontext()))
    scaler = Autoscaler(there, "app", wanted(4, 8), lambda command: next(turns))
    lines, loop = Lines(), AutoscaleLoop(scaler, 2)
    with pytest.raises(KeyboardInterrupt):
        loop.run(0.0, lines)
    assert lines.counts == [(4, False), (4, True)]
    assert (loop.decisions, loop.changes, loop.now) == (2, 1, 4)
    end = ended("app", loop)
    assert end.message.endswith("2 decisions, 1 change, app 2 → 4")
    assert end.hint == "app stays as it is. `sdctl scale app=2` goes back."


def test_a_change_that_is_cut_off_must_be_told_with_what_finishes_it(topology_of: Make) -> None:
    def control_c(command: str) -> AbstractContextManager[None]:
        raise KeyboardInterrupt

    there, _ = running(topology_of("lite"))
    loop = AutoscaleLoop(Autoscaler(there, "app", wanted(4, 8), control_c), 2)
    with pytest.raises(KeyboardInterrupt):
        loop.run(0.0, Lines())
    end = ended("app", loop)
    assert end.message.endswith("0 decisions, 0 changes, app 2")
    assert end.hint == "The change to 4 was cut off: `sdctl scale app=4` finishes it."


@pytest.mark.parametrize(
    ("tier", "settings", "error", "said"),
    [
        ("database", wanted(1, 4), UsageError, "autoscaled: its nodes keep data"),
        ("gateway", wanted(1, 4), UsageError, "autoscaled: it always has the nodes"),
        ("apps", wanted(1, 4), NoSuchTarget, "no tier 'apps'"),
        ("app", wanted(1, 4, queue=50_000), UsageError, "--target-queue does not go with app"),
        ("worker", wanted(1, 4, p99=50_000), UsageError, "--target-p99 does not go with worker"),
        ("worker", wanted(1, 4, rps=5_000), UsageError, "--target-rps does not go with worker"),
        ("app", wanted(1, 21), UsageError, "--max 21 does not fit"),
    ],
)
def test_what_can_never_be_must_be_said_first(
    tier: str, settings: AutoscaleSettings, error: type[Exception], said: str, topology_of: Make
) -> None:
    there, _ = running(topology_of("lite"))
    with pytest.raises(error, match=said):
        autoscaler.check(there, tier, settings)


def test_two_that_scale_a_tier_must_not_work_against_each_other(topology_of: Make) -> None:
    there, _ = running(topology_of("lite", "app.autoscale.max=8"))
    with pytest.raises(UsageError, match="the cluster scales app by itself, up to 8") as error:
        autoscaler.check(there, "app", wanted(1, 4))
    assert "`sdctl up --set app.autoscale_max=0`" in error.value.hint
    autoscaler.check(there, "worker", wanted(1, 4))


def snapshot(*replicas: NodeStatus, queue: dict[str, Fact] | None = None) -> Snapshot:
    broker = NodeStatus(name="rabbitmq-1", state="running", facts=queue or {})
    tiers = {"app": replicas, "queue": (broker,)}
    return Snapshot(
        stack="s",
        profile="lite",
        healthy=True,
        at="",
        tiers={n: TierStatus(healthy=True, leader=None, nodes=t) for n, t in tiers.items()},
    )


def app(number: int, state: str = "running", **facts: Fact) -> NodeStatus:
    known = {"unready": False, "cpu": 0.21, "rps": 33.4, "p99_seconds": 0.05, **facts}
    return NodeStatus(name=f"app-{number}", state=state, facts=known)


def test_a_replica_must_count_when_it_was_ready_for_as_long_as_it_is_measured() -> None:
    watch = ReplicaWatch("app", 0.25)
    first = watch.observe(snapshot(app(1)), 1, 1000.0).replicas[0]
    assert (first.request, first.ready, first.usage["cpu"].value) == (250, True, 210)  # type: ignore[union-attr]
    assert first.ready_since < 900
    made = replace(app(2), state="down", facts={})
    assert watch.observe(snapshot(app(1), made), 2, 1015.0).replicas[1].phase == "pending"
    starting = watch.observe(snapshot(app(1), app(2, unready=True)), 2, 1030.0).replicas[1]
    assert (starting.phase, starting.ready) == ("running", False)
    ready = watch.observe(snapshot(app(1), app(2)), 2, 1045.0).replicas[1]
    assert (ready.ready, ready.ready_since, ready.started_at) == (True, 1045.0, 1015.0)
    dead = watch.observe(snapshot(app(1), made), 2, 1060.0).replicas[1]
    assert (dead.phase, dead.ready, dead.usage["cpu"]) == ("running", False, None)


def test_what_is_one_value_for_all_must_be_that_of_the_queue_and_of_the_slowest() -> None:
    watch = ReplicaWatch("app", 0.25)
    queue: dict[str, Fact] = {"messages_ready": 100, "messages_unacked": 32}
    slow, idle = app(2, p99_seconds=0.2), app(3, p99_seconds=None)
    seen = watch.observe(snapshot(app(1), slow, idle, queue=queue), 3, 1000.0)
    assert seen.totals == {"queue": 132_000, "p99": 200_000}
    assert watch.observe(snapshot(idle), 1, 1001.0).totals == {"queue": None, "p99": 0}
    assert watch.observe(snapshot(app(1, unready=True)), 1, 1002.0).totals["p99"] is None
