"""What faults predict of themselves: by the settings, beside what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from sdctl.chaos.predictions import nobody_takes_over, writes_per_s
from sdctl.components.component import Component
from sdctl.design import validation
from sdctl.faults.fail_messages import ATTEMPTS, DEAD, FailMessages, failures
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.teaching import Before, Course
from sdctl.judge.audit import Audit
from sdctl.judge.ledger import Write
from sdctl.judge.outage import Outage
from sdctl.state import merging
from sdctl.state.snapshot import Snapshot
from sdctl.targets.target import Instance

NODES = [
    Instance(node=name, tier=tier, component=component, state="running", status="Up", image="x")
    for name, tier, component in (
        ("postgres-1", "database", "postgres"), ("postgres-2", "database", "postgres"),
        ("worker-1", "worker", "worker"),
    )
]  # fmt: skip
SOUND = Audit(
    acknowledged=9, refused=0, unknown=0, lost=(), recovered=(), duplicated=(), broken_promises=(),
    unfinished=(), undelivered=(), notified_twice=(),
)  # fmt: skip


def seen(lag_s: float = 0.0, failed: int = 0) -> Snapshot:
    facts: list[tuple[str, str | None, dict[str, Any]]] = [
        ("postgres-1", "leader", {}),
        ("postgres-2", "follower", {"lag_seconds": lag_s}),
        ("worker-1", None, {"failed": failed}),
    ]
    readings = [
        {"name": name, "role": role, "health": "ok", "reason": "", "facts": known}
        for name, role, known in facts
    ]
    return merging.merge("s", NODES, readings)


def before(
    fault: Any, components: Mapping[str, Component], *changes: str, lag_s: float = 0.0
) -> Before:
    look = seen(lag_s)
    return Before(
        plan=fault.plan(look, components), profile=validation.load("lite", changes),
        components=components, seen=look, writes_per_s=100.0,
    )  # fmt: skip


COURSE = Course(injected_at=10.0, healed_at=20.0, writes=())


@pytest.mark.parametrize(
    ("changes", "lag_s", "high"),
    [
        ((), 0.0, 0),
        (("database.durability=protection",), 3.0, 0),
        (("database.durability=performance",), 0.0, 100),
        (("database.durability=performance",), 5.0, 600),
        (("database.durability=performance", "database.nodes=1"), 5.0, 0),
    ],
)
def test_lost_writes_must_be_predicted_by_who_is_waited_for_and_who_is_behind(
    components: Mapping[str, Component], changes: tuple[str, ...], lag_s: float, high: float
) -> None:
    fault = KillLeader()
    [lost] = fault.expects(before(fault, components, *changes, lag_s=lag_s))
    assert (lost.low, lost.high) == (0, high)
    ten = replace(COURSE, audit=replace(SOUND, lost=tuple("abcdefghij")))
    assert lost.beside(ten).measured == 10
    assert lost.beside(ten).holds is (high >= 10)
    assert lost.beside(COURSE).holds is None, "what was not read back is not 0"


@pytest.mark.parametrize(
    ("for_s", "measured_s", "low", "high"),
    # measured: a lone member of the consensus store killed for 5 s and for 15 s
    [(5.0, 2.56, 0.0, 5.5), (15.0, 8.0, 8.0, 15.5), (2.0, 0.0, 0.0, 3.5)],
)
def test_a_store_that_leaders_need_must_be_predicted_by_when_they_give_up_and_when_it_is_back(
    components: Mapping[str, Component], for_s: float, measured_s: float, low: float, high: float
) -> None:
    """Patroni gives up after retry_timeout (5 s), at one of its looks (2 s), and not with the
    lease (20 s)."""
    etcd = Instance(
        node="etcd-1", tier="consensus", component="etcd", state="running", status="Up", image="x"
    )
    reading = {"name": "etcd-1", "role": "leader", "health": "ok", "reason": "", "facts": {}}
    look = merging.merge("s", [etcd], [reading])
    fault = KillLeader(tier="consensus", for_=for_s)
    known = Before(
        plan=fault.plan(look, components), profile=validation.load("lite"),
        components=components, seen=look, writes_per_s=100.0,
    )  # fmt: skip
    _, stopped = fault.expects(known)
    assert (stopped.low, stopped.high) == (low, high)
    stop = Outage(seconds=measured_s, since=0.0, until=measured_s, resolution=0.01)
    assert stopped.beside(replace(COURSE, outage=stop)).holds
    warning = nobody_takes_over(known.heirs)
    assert "The database does so 5 to 7 s after the fault, by its retry_timeout" in warning
    assert "runs out" not in warning


def test_failing_messages_must_predict_attempts_and_dead_letters_around_the_mean(
    components: Mapping[str, Component],
) -> None:
    """100 writes/s, half of the attempts fail for 12 s, retries after 1, 4 and 16 s."""
    assert failures(0.5, 12, (1, 4, 16)) == [(0.5, 12), (0.25, 11), (0.125, 7), (0.0625, 0)]
    fault = FailMessages(rate=0.5, for_=12.0)
    attempts, dead, _ = fault.expects(before(fault, components))
    assert (attempts.what, dead.what) == (ATTEMPTS, DEAD)
    mean = 100 * (0.5 * 12 + 0.25 * 11 + 0.125 * 7)
    assert attempts.low is not None
    assert attempts.high is not None
    assert mean - 300 < attempts.low < mean < attempts.high < mean + 650
    assert (dead.low, dead.high) == (0, 0), "the last attempt comes after the fault"
    assert "21 s after the first, when the fault is over: --for 30s shows some" in dead.why
    counted = replace(COURSE, messages={"failed": 960, "retried": 960, "dead": 0})
    assert attempts.beside(counted).holds
    assert attempts.beside(COURSE).measured is None
    own = replace(counted, audit=replace(SOUND, dead=("a",)))
    assert dead.beside(own).measured == 1, "the stores know whose they are"
    assert dead.beside(counted).measured is None


def test_a_slope_must_be_that_of_the_samples_while_the_fault_was_on() -> None:
    rows = [{"at": float(at), "waiting": 40.0 * max(at - 10, 0)} for at in range(5, 30)]
    course = replace(COURSE, samples=rows)
    assert course.per_s("waiting") == pytest.approx(40)
    assert course.per_s("dead") is None
    assert replace(course, samples=rows[:6]).per_s("waiting") is None, "too few to tell"


def test_the_rate_of_writes_must_be_that_of_the_load_although_the_sender_stands_still() -> None:
    """100 a second are due. From 3 s on, the sender stands still for 2 s of every 3 s, and then
    sends all that was due."""
    sent = [n / 100 if n < 300 or n % 300 >= 200 else (n // 300) * 3 + 2.0 for n in range(1500)]
    writes = [Write(f"k-{n}", at, at + 0.01, "acknowledged") for n, at in enumerate(sent)]
    assert writes_per_s(writes) == pytest.approx(100, rel=0.01)


@pytest.mark.parametrize("during", ["refused", "late"])
def test_the_rate_of_writes_must_not_be_that_of_an_earlier_stop(during: str) -> None:
    """100 a second for 10 s; then nothing for 30 s, at the end of which those that waited are
    acknowledged, or none; then 100 a second for 5 s."""
    writes = [Write(f"k-{n}", n / 100, n / 100 + 0.01, "acknowledged") for n in range(4500)]
    stopped = [
        one._replace(outcome="refused")
        if during == "refused" or one.sent_at < 30
        else one._replace(done_at=40.0)
        for one in writes
        if 10 <= one.sent_at < 40
    ]
    well = [one for one in writes if not 10 <= one.sent_at < 40]
    assert writes_per_s([*well, *stopped]) == pytest.approx(100, rel=0.01)
    assert writes_per_s(writes[:9]) is None
