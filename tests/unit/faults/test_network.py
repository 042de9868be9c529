"""Faults of the network: what each asks of which node's helper, and how its effect is read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sdctl.components.component import all_components
from sdctl.components.node import ALL_ABILITIES
from sdctl.faults.bandwidth import Bandwidth, rate
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.loss import Loss, percent
from sdctl.faults.partition import Partition
from sdctl.faults.slow import SlowNode
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.state.snapshot import NodeStatus, Role, Snapshot, TierStatus
from sdctl.targets.network_operations import Connect, Impair, Restore
from sdctl.targets.operations import of_fault
from sdctl.targets.target import Output


def tier(*nodes: tuple[str, Role | None]) -> TierStatus:
    made = (NodeStatus(name=name, state="running", role=role, health="ok") for name, role in nodes)
    return TierStatus(healthy=True, leader=None, nodes=tuple(made))


SEEN = Snapshot(
    stack="s",
    profile="p",
    healthy=True,
    at="",
    tiers={
        "gateway": tier(("gateway-1", None)),
        "lb": tier(("lb-1", None)),
        "app": tier(("app-1", "replica"), ("app-2", "replica")),
        "database": tier(
            ("postgres-1", "follower"), ("postgres-2", "leader"), ("postgres-3", "follower")
        ),
        "observer": tier(("observer-1", None)),
    },
)
COMPONENTS = all_components()
OTHERS = ("gateway-1", "lb-1", "app-1", "app-2", "postgres-1", "postgres-3")


def planned(fault: Any) -> FaultPlan:
    plan: FaultPlan = fault.plan(SEEN, COMPONENTS)
    return plan


def helpers(fault: Any) -> dict[str, Impair]:
    found = planned(fault).inject
    return {operation.node: operation for operation in found if isinstance(operation, Impair)}


def test_the_rest_must_be_all_others_but_the_observer() -> None:
    [(node, op)] = helpers(Partition(one="database:leader")).items()
    assert (node, op.cut_to, op.cut_from) == ("postgres-2", OTHERS, OTHERS)
    assert not op.outside


def test_where_only_connections_can_be_cut_the_ways_must_be_tried_from_both_ends() -> None:
    [effect] = planned(Partition(one="postgres-2", other="app")).effects
    assert effect.by(ALL_ABILITIES) is effect
    tried = effect.by(ALL_ABILITIES - {"change the network of"})
    [at_once] = tried.operations
    assert isinstance(at_once, tuple)
    calls = {op.node: op for op in at_once if isinstance(op, Connect)}
    assert set(calls["postgres-2"].others) == {*OTHERS}
    assert all(calls[peer].others == ("postgres-2",) for peer in OTHERS)

    def seen(**open_: str) -> Any:
        there = ("app-1", "app-2", "postgres-1", "postgres-2")  # on networks together
        said = [
            {other: other in open_.get(op.node.replace("-", "_"), "") for other in op.others
             if {op.node, other} <= {*there}}
            for op in calls.values()
        ]  # fmt: skip
        return tried.measured([Output(0, json.dumps(one), "") for one in said])

    good = seen(postgres_2="postgres-1", postgres_1="postgres-2")
    assert good.holds, good
    assert good.why == "4 of 6 ways closed"
    bad = seen(postgres_2="postgres-1", postgres_1="postgres-2", app_1="postgres-2")
    assert (bad.holds, bad.seen) == (False, "app-1 → postgres-2 open")


def test_one_way_must_lose_only_what_the_first_group_sends() -> None:
    [op] = helpers(Partition(one="postgres-1", other="postgres-2", one_way=True)).values()
    assert (op.node, op.cut_to, op.cut_from) == ("postgres-1", ("postgres-2",), ())
    # the same at the other end, where that group has fewer nodes
    [op] = helpers(Partition(one="app", other="database:leader", one_way=True)).values()
    assert (op.node, op.cut_to, op.cut_from) == ("postgres-2", (), ("app-1", "app-2"))


@pytest.mark.parametrize(
    ("one", "cut"),
    [("database:leader", ("gateway-1", "lb-1", "app-1", "app-2")), ("lb", ("gateway-1",)),
     ("gateway", ())],
)  # fmt: skip
def test_clients_must_be_who_sends_to_it_and_whoever_is_outside(
    one: str, cut: tuple[str, ...]
) -> None:
    [op] = helpers(Partition(one=one, from_="clients")).values()
    assert (op.cut_from, op.outside) == (cut, True)


def test_only_what_cuts_ways_off_may_be_on_twice_on_the_same_nodes() -> None:
    assert planned(Partition(one="postgres-1", other="app")).cuts
    assert planned(KillLeader(how="partition")).cuts
    assert not planned(SlowNode(where="postgres-1")).cuts
    assert not planned(KillLeader()).cuts


def test_groups_may_overlap_and_no_node_is_cut_off_from_itself() -> None:
    found = helpers(Partition(one="postgres-1,postgres-2", other="postgres-2, postgres-3"))
    assert {node: op.cut_to for node, op in found.items()} == {
        "postgres-1": ("postgres-2", "postgres-3"), "postgres-2": ("postgres-3",),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (Partition(one="postgres-1", other="postgres-1"), UsageError, "from itself"),
        (Partition(one="observer"), UsageError, "it measures"),
        (Partition(one="app", other="observer-1"), UsageError, "it measures"),
        (Partition(one="app", other="x"), NoSuchTarget, "no tier or node 'x'"),
        (Partition(one="app", other="lb", from_="clients"), UsageError, "which of the two"),
        (Partition(one="clients", other="app"), UsageError, "only be the second"),
        (Partition(for_=1), UsageError, "from 10s to 30m"),
        (SlowNode(where="observer-1"), UsageError, "it measures"),
        (SlowNode(latency=0.1, jitter=0.2), UsageError, "more than the latency, 100ms"),
        (SlowNode(latency=60), UsageError, "from 1ms to 5s"),
        (Loss(percent=1.0), UsageError, "from 0.1% to 90%"),
        (Bandwidth(rate=1e9), UsageError, "64kbit to 100mbit"),
    ],
)
def test_what_cannot_be_must_be_said(fault: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        planned(fault)


def test_a_leader_that_is_cut_off_must_be_so_from_everybody() -> None:
    [op] = helpers(KillLeader(how="partition")).values()
    assert (op.node, op.cut_to, op.cut_from, op.outside) == ("postgres-2", OTHERS, OTHERS, True)


def outputs(plan: FaultPlan, came: dict[str, int], heard: dict[str, int]) -> list[Output]:
    """Of each peer's call, and of the observer's question."""
    _, calls, _ = plan.effects[0].operations
    assert isinstance(calls, tuple)
    said = [Output(0, f"{plan.target} {came.get(call.node, 0)}\n", "") for call in calls]
    return [Output(0, "{}", ""), *said, Output(0, json.dumps({plan.target: heard}), "")]


def test_who_reaches_whom_must_be_as_it_was_asked_for() -> None:
    plan = planned(Partition(one="postgres-1", other="postgres-2", one_way=True))
    heard = {"postgres-2": 3, "postgres-3": 3, "app-1": 3}  # the others are on no network of it
    seen = plan.effects[0].measured(outputs(plan, {"postgres-3": 6, "app-1": 6}, heard))
    assert seen.holds
    assert seen.why == "1 of 6 ways closed"
    assert seen.more["reached"]["postgres-1"] == {
        "postgres-2": False, "postgres-3": True, "app-1": True,
    }  # fmt: skip
    assert seen.more["reached"]["postgres-2"] == {"postgres-1": True}


def test_a_way_that_is_open_must_be_named() -> None:
    plan = planned(Partition(one="postgres-1", other="postgres-2"))
    seen = plan.effects[0].measured(outputs(plan, {"postgres-2": 4}, {"postgres-2": 0}))
    assert not seen.holds
    assert seen.seen == "postgres-1 → postgres-2 open"


def figures(idle: float = 0.5, **measured: float) -> Output:
    """What the observer measured."""
    return Output(0, json.dumps({"idle": idle, **measured}), "")


FULL = {"idle": 0.01, "woken_late_ms": 0.2}
LATE = {"idle": 0.2, "woken_late_ms": 0.9}
SPARE = {"idle": 0.2, "woken_late_ms": 0.1}


@pytest.mark.parametrize(
    ("fault", "measured", "doubtful"),
    [
        (SlowNode(where="postgres-1", latency=0.1), {"median_ms": 112.23}, True),
        (SlowNode(where="postgres-1", latency=0.1), {"median_ms": 80.0}, False),
        (Loss(where="postgres-1", percent=0.1), {"lost_percent": 14.0}, True),
        (Loss(where="postgres-1", percent=0.1), {"lost_percent": 5.0}, False),
        (Bandwidth(where="postgres-1", rate=2e6), {"bits_per_s": 1e6}, True),
        (Bandwidth(where="postgres-1", rate=2e6), {"bits_per_s": 3e6}, False),
    ],
)
def test_a_full_machine_tells_nothing_on_the_side_where_it_puts_a_number_itself(
    fault: Any, measured: dict[str, float], doubtful: bool
) -> None:
    [effect] = planned(fault).effects
    for full in (FULL, LATE):
        seen = effect.measured([figures(**full, **measured)])
        assert seen.holds is (None if doubtful else False)
        assert doubtful == ("the machine was full" in (seen.why or ""))
    assert effect.measured([figures(**SPARE, **measured)]).holds is False


def test_of_a_slow_node_latency_and_jitter_must_be_measured_at_once() -> None:
    plan = planned(SlowNode(where="postgres-1", latency=0.2, jitter=0.05))
    latency, jitter = plan.effects
    assert latency.operations == jitter.operations
    said = [figures(median_ms=215.0, middle_half_ms=50.06)]
    assert latency.measured(said).holds
    assert str(jitter.measured(said)) == "jitter: asked 50 ms (± 12.5 ms), seen 50.06 ms"
    assert plan.inject == (plan.inject[0],)
    assert plan.how == "200ms ± 50ms"


@pytest.mark.parametrize(
    ("fault", "done"),
    [
        (
            SlowNode(where="postgres-1", latency=0.2),
            "delay what postgres-1 receives by 200 ms: it was named, for 30 s",
        ),
        (
            SlowNode(where="postgres-1", latency=0.2, jitter=0.05),
            "delay what postgres-1 receives by 200 ms ± 50 ms: it was named, for 30 s",
        ),
        (
            Loss(where="postgres-1", percent=0.2),
            "lose 20% of what postgres-1 sends: it was named, for 30 s",
        ),
        (
            Bandwidth(where="postgres-1", rate=1e6),
            "let postgres-1 send at most 1000 kbit/s, and receive at most 1000 kbit/s: "
            "it was named, for 30 s",
        ),
        (
            Partition(one="postgres-1", other="postgres-2"),
            "cut off postgres-1: nothing passes between it and postgres-2 for 30 s",
        ),
    ],
)
def test_a_plan_says_what_is_done_to_the_node_and_how_much(fault: Any, done: str) -> None:
    assert [str(op) for op in planned(fault).inject] == [done]


def test_each_fault_must_undo_its_own_alone() -> None:
    fault = SlowNode(where="database")
    undo = of_fault(fault.heal(SEEN, planned(fault).target), "f-3")
    assert undo == tuple(
        Restore(node=f"postgres-{number}", cause="heal", fault="f-3") for number in (1, 2, 3)
    )


def test_a_share_and_a_rate_must_be_read_as_people_write_them() -> None:
    assert [percent(text) for text in ("20", "20%", "0.2", "0.5%")] == [0.2, 0.2, 0.2, 0.005]
    assert [rate(text) for text in ("1mbit", "500 kbit", "1.5Mbit")] == [1e6, 5e5, 1.5e6]
    for text in ("1", "mbit", "-1mbit", "1gb"):
        with pytest.raises(ValueError, match="not a rate"):
            rate(text)
