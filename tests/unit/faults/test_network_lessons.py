"""What a worse network is predicted to cost, by who waits for whom."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from test_selector import node, snapshot

from sdctl.components.component import all_components
from sdctl.design import validation
from sdctl.faults.fall_behind import STALE, LagFollowers
from sdctl.faults.loss import SLOWEST, Loss
from sdctl.faults.partition import Partition
from sdctl.faults.promises import LONGER, STOPPED
from sdctl.faults.slow import SlowNode
from sdctl.faults.stop import StopNodes
from sdctl.faults.teaching import Before, Course, Prediction
from sdctl.judge.ledger import Write
from sdctl.judge.outage import Outage

SEEN = snapshot(
    gateway=[node("gateway-1", None)],
    app=[node("app-1", "replica"), node("app-2", "replica")],
    database=[
        node("postgres-1", "follower", sync=False),
        node("postgres-2", "leader"),
        node("postgres-3", "follower", sync=True),
    ],
    consensus=[node(f"etcd-{n}", "leader" if n == 1 else "follower") for n in (1, 2, 3)],
    worker=[node("worker-1", "replica")],
    observer=[node("observer-1", None)],
)
COMPONENTS = all_components()
COURSE = Course(injected_at=10.0, healed_at=20.0, writes=())


def predicted(fault: Any, *changes: str) -> dict[str, Prediction]:
    before = Before(
        plan=fault.plan(SEEN, COMPONENTS), profile=validation.load("standard", changes),
        components=COMPONENTS, seen=SEEN, writes_per_s=100.0,
    )  # fmt: skip
    return {prediction.what: prediction for prediction in fault.expects(before)}


@pytest.mark.parametrize(
    ("where", "changes", "range_"),
    [
        ("database:sync-follower", ("app.pool_size=16",), (180.0, 220.0)),
        ("database:sync-follower", (), (180.0, None)),
        ("database:sync-follower", ("database.durability=performance",), None),
        ("postgres-1", (), None),
        ("database:leader", (), (180.0, None)),
        ("gateway", (), (180.0, None)),
        ("app", (), (180.0, None)),
        ("app-1", (), None),
        ("worker", (), None),
    ],
)
def test_a_write_must_take_longer_where_it_waits_for_who_is_slow(
    where: str, changes: tuple[str, ...], range_: tuple[float, float | None] | None
) -> None:
    found = predicted(SlowNode(where=where, latency=0.2), *changes)
    told = found.get(LONGER)
    assert (told and (told.low, told.high)) == range_
    assert "writes lost" in found


@pytest.mark.parametrize(
    ("fault", "takes_over"),
    [
        (StopNodes(where="app-1"), False),
        (StopNodes(where="database:follower"), False),
        (SlowNode(where="database:sync-follower"), False),
        (Partition(one="app", other="postgres-1"), False),
        (StopNodes(where="database:leader"), True),
        (Partition(one="app", other="database"), True),
        (StopNodes(where="consensus:leader"), True),
    ],
)
@pytest.mark.parametrize("durability", ["availability", "performance"])
def test_a_fault_that_hits_no_leader_must_say_that_nobody_takes_over(
    fault: Any, takes_over: bool, durability: str
) -> None:
    told = predicted(fault, f"database.durability={durability}")["writes lost"]
    assert (
        "nobody takes over: the leader of the database is not hit" in told.why
    ) is not takes_over
    assert (told.high == 0) is (durability == "availability" or not takes_over)


def test_a_latency_that_no_measurement_could_contradict_must_predict_nothing() -> None:
    assert LONGER not in predicted(SlowNode(where="database:leader", latency=0.005))
    assert LONGER in predicted(SlowNode(where="database:leader", latency=0.05))


def test_a_slow_way_must_say_how_often_a_write_goes_it_and_who_waits_for_a_connection() -> None:
    """200 ms each time: 16 connections carry 80 writes/s, or 40 where a write goes it twice."""
    once = predicted(SlowNode(where="database:sync-follower"))[LONGER].why
    assert "200 ms each time, once a write" in once
    assert "16 connections carry at most 80 such writes/s, and 100 come each second" in once
    twice = predicted(SlowNode(where="database:leader"))[LONGER].why
    assert "200 ms each time, 2 times a write or more" in twice
    assert "at most 40 such writes/s" in twice
    assert "each time, 2 times a write or more" in predicted(SlowNode(where="gateway"))[LONGER].why


def test_the_slowest_write_must_be_one_whose_packet_was_sent_again() -> None:
    slowest = predicted(Loss())[SLOWEST]
    assert (slowest.low, slowest.high) == (200.0, None)
    writes = [Write("a", 9.0, 14.0, "acknowledged"), Write("b", 12.0, 12.25, "acknowledged"),
              Write("c", 13.0, 19.0, "unknown")]  # fmt: skip
    assert slowest.beside(replace(COURSE, writes=writes)).measured == pytest.approx(250.0)
    assert slowest.beside(COURSE).measured is None
    assert SLOWEST not in predicted(Loss(where="worker"))


@pytest.mark.parametrize(
    ("fault", "stops"),
    [
        (Partition(), True),
        (Partition(one="database:leader", other="consensus"), True),
        (Partition(one="consensus", other="database:leader"), True),
        (Partition(one="database:leader", other="etcd-1"), False),
        (Partition(one="database:leader", other="database:follower"), False),
        (Partition(one="database:follower", other="rest"), False),
        (Partition(one="database:leader", other="consensus", for_=15.0), False),
        (Partition(for_=20.0), False),
        (Partition(one="worker", other="consensus"), False),
    ],
)
def test_writes_must_stop_where_a_leader_does_not_reach_who_keeps_its_lease(
    fault: Partition, stops: bool
) -> None:
    told = predicted(fault).get(STOPPED)
    assert (told is not None) is stops
    if told is not None:
        assert (told.low, told.high) == (18.0, 24.0)
        outage = Outage(seconds=21.0, since=10.0, until=31.0, resolution=0.01)
        assert told.beside(replace(COURSE, outage=outage)).holds
        assert told.beside(COURSE).measured is None


def test_a_cut_that_is_shorter_than_the_lease_must_say_that_nobody_takes_over() -> None:
    found = predicted(Partition(for_=10.0))
    told = found[STOPPED]
    assert (told.low, told.high) == (10.0, 13.5)
    assert told.why == (
        "the lease of 20 s does not run out in 10 s: nobody takes over, so writes stop for 10 s, "
        "and for at most 3.5 s more (loop_wait, and the promotion) until the same leader leads "
        "again"
    )
    nobody = "the lease of 20 s does not run out in 10 s: nobody takes over"
    for durability in ("availability", "performance"):
        lost = predicted(Partition(for_=10.0), f"database.durability={durability}")["writes lost"]
        assert (lost.high, lost.why.startswith(nobody)) == (0.0, True)
    longer = predicted(Partition(for_=30.0))["writes lost"]
    assert "which then leads" in longer.why


def test_a_followers_lag_must_be_predicted_with_who_is_read_instead() -> None:
    stale = predicted(LagFollowers(where="postgres-3"))[STALE]
    assert stale.why == (
        "once postgres-3 is 1.5 s behind, the service reads from postgres-1, postgres-2"
    )
    assert stale.beside(replace(COURSE, stale_reads=0)).holds is True
    assert stale.beside(replace(COURSE, stale_reads=2)).holds is False
    assert stale.beside(COURSE).holds is None
