"""The service's own faults: what is predicted of them, what undoes them, and who is refused."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import cast

import pytest
from hit import COURSE, SEEN, Components, before
from test_selector import node, snapshot

from sdctl.faults._in_service import at_end
from sdctl.faults.dependency_down import DependencyDown
from sdctl.faults.ending import FaultOn
from sdctl.faults.fail_messages import FailMessages, failures
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.promises import LONGER
from sdctl.faults.slow_consumer import BACKLOG, SlowConsumer
from sdctl.faults.slow_queries import SlowQueries
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.judge.ledger import Write
from sdctl.judge.seen_effect import SeenEffect
from sdctl.state.snapshot import Snapshot
from sdctl.targets.operations import Exec, Op
from sdctl.targets.target import Output


def test_a_backlog_must_be_predicted_by_what_comes_less_what_goes(components: Components) -> None:
    slow = SlowConsumer(delay=2.0)  # 2 workers × 32 at a time ÷ 2 s: 32/s
    [growth] = slow.expects(before(slow, components))
    assert growth.what == BACKLOG
    samples = [{"at": 10.0 + n, "waiting": 68.0 * n} for n in range(20)]
    found = growth.beside(replace(COURSE, samples=samples))
    assert (found.low, found.high, found.measured) == (63.0, 73.0, pytest.approx(68.0))
    assert found.holds
    quick = SlowConsumer(delay=0.1)
    [none] = quick.expects(before(quick, components))
    assert (none.low, none.high) == (None, 5.0)
    assert "they keep up" in none.why


def test_a_write_must_take_longer_by_the_delay(components: Components) -> None:
    slow = SlowQueries(delay=0.1)
    [longer] = slow.expects(before(slow, components))
    assert longer.what == LONGER
    assert (longer.low, longer.high) == (90.0, 110.0)
    writes = [Write(f"r-{n}", n / 10, n / 10 + (0.12 if n > 100 else 0.02), "acknowledged")
              for n in range(200)]  # fmt: skip
    found = longer.beside(replace(COURSE, writes=writes, healed_at=20.0))
    assert found.measured == pytest.approx(100.0)
    # another fault made most of those before it slow: they are nothing to compare with
    earlier = [one._replace(done_at=one.sent_at + 0.12) if 2 < one.sent_at < 6 else one
               for one in writes]  # fmt: skip
    after = replace(COURSE, writes=earlier, healed_at=20.0, others=((2.0, 6.1),))
    assert longer.beside(after).measured == pytest.approx(100.0)
    full = SlowQueries(delay=1.0)
    [more] = full.expects(before(full, components))
    assert more.high is None, "they wait for connections too"


def test_a_message_that_fails_for_good_must_be_predicted_to_be_dead() -> None:
    assert failures(0.2, 30, (1, 4), permanent=True) == [(0.2, 30)] * 3
    assert FailMessages(permanent=True).entry != FailMessages().entry
    assert FailMessages(permanent=True).how == "20%, permanent"


@pytest.mark.parametrize("kind", [SlowConsumer, SlowQueries, FailMessages])
def test_a_fault_of_the_service_must_be_an_entry_with_its_end(
    kind: type[SlowConsumer], components: Components
) -> None:
    plan = kind(for_=20).plan(SEEN, components)
    [op] = plan.inject
    assert isinstance(op, Exec)
    assert (op.node, op.command[-1]) == ("postgres-2", "seconds=23.0")
    [undo] = kind(for_=20).heal(SEEN, plan.target)
    assert isinstance(undo, Exec)
    assert undo.command[-1] == f"kind={kind(for_=20).entry}"
    with pytest.raises(NoSuchTarget, match="no tier"):
        kind().plan(snapshot(database=[node("postgres-1", "leader")]), components)


def test_the_service_must_be_cut_off_from_the_tier_and_from_nothing_else(
    components: Components,
) -> None:
    seen = snapshot(
        observer=[node("observer-1", None)],
        app=[node("app-1", "replica"), node("app-2", "replica")],
        worker=[node("worker-1", "replica")],
        queue=[node("rabbitmq-1", "leader")],
        consensus=[node("etcd-1", "leader")],
    )
    fault = DependencyDown(tier="queue")
    plan = fault.plan(seen, components)
    assert (plan.tier, plan.target, plan.how) == ("queue", "rabbitmq-1", "15s")
    assert plan.effects, "it is measured who reaches whom"
    assert [str(op) for op in fault.heal(seen, plan.target)] == [
        "restore the network of rabbitmq-1: heal"
    ]
    with pytest.raises(UsageError, match="the service does not use the consensus itself"):
        DependencyDown(tier="consensus").check(components)
    with pytest.raises(NoSuchTarget, match="no tier cache"):
        DependencyDown(tier="cache").plan(seen, components)
    with pytest.raises(NoSuchTarget, match="no tier 'mail'"):
        DependencyDown(tier="mail").check(components)


def test_a_fault_of_the_service_must_have_the_effect_that_its_replicas_know_of_it() -> None:
    def told(*rates: float | None) -> str:
        workers = [node(f"worker-{n}", "replica", fault_rate=rate) for n, rate in enumerate(rates)]
        return str(FailMessages.ending.effect(snapshot(worker=workers)))

    assert told(0.2, 0.2) == "workers that fail messages: asked 2, seen 2"
    assert told(0.2, None) == "workers that fail messages: asked 2, seen 1"


def knowing(at: float, seen: int, asked: int = 2) -> tuple[float, SeenEffect]:
    """A look at replicas, of which so many know."""
    effect = SeenEffect(
        what="x", asked=float(asked), seen=float(seen), holds=seen == asked and asked > 0
    )
    return at, effect


@pytest.mark.parametrize(
    ("looks", "holds", "seen"),
    [
        ([knowing(9.0, 2), knowing(9.5, 2), knowing(10.0, 2)], True, 2),
        ([knowing(5.0, 2), knowing(8.5, 0), knowing(9.5, 0)], False, 0),
        ([knowing(5.0, 2), knowing(8.5, 1), knowing(9.5, 1)], False, 1),
        # a replica that was started again a moment ago
        ([knowing(8.5, 2), knowing(9.0, 1), knowing(9.5, 1)], True, 2),
        ([knowing(9.5, 1)], None, 1),
        # its entry has ended by itself
        ([knowing(9.5, 2), knowing(10.5, 0), knowing(11.0, 0)], True, 2),
    ],
)
def test_a_fault_that_the_replicas_know_no_more_before_its_end_must_be_gone(
    looks: list[tuple[float, SeenEffect]], holds: bool | None, seen: int
) -> None:
    last = at_end(looks, 10.0)
    assert last is not None
    assert (last.holds, last.seen) == (holds, seen)


def test_replicas_that_nobody_saw_must_tell_nothing_of_the_end() -> None:
    assert at_end([knowing(5.0, 2), knowing(9.5, 0, asked=0)], 10.0) is None


class Slow:
    """A fault that is on, of which the workers know only after a while."""

    alone = False
    until = 0.0

    def __init__(self, *, after_s: float, code: int = 0) -> None:
        self.plan = FaultPlan(
            tier="worker", target="2 workers", how="20%", for_s=0.1,
            inject=(Exec(node="postgres-1", command=("write",), cause="x"),),
        )  # fmt: skip
        self.began = time.monotonic() - after_s
        self.code = code
        self.written = 0

        self.said: list[str] = []
        self.looks = 0

    def snapshot(self) -> Snapshot:
        self.looks += 1
        counts = {"failed": self.looks * 100_000, "dead": self.looks * 10_000}
        return snapshot(worker=[node("worker-1", "replica", fault_rate=0.2, **counts)])

    def apply(self, operation: Op) -> Output:
        self.written += 1
        return Output(self.code, "", "")

    def over(self) -> bool:
        return False

    def begins_now(self) -> None: ...

    def say(self, text: str) -> None:
        self.said.append(text)

    now = say


@pytest.mark.parametrize(("after_s", "written"), [(1.0, 0), (7.0, 1)])
def test_an_entry_that_is_known_late_must_be_written_again_to_last_its_time(
    after_s: float, written: int
) -> None:
    slow = Slow(after_s=after_s)
    [effect] = FailMessages.ending.wait(cast("FaultOn", slow)).effects
    assert slow.written == written
    assert effect.stands


def test_who_knows_of_it_and_what_came_of_it_must_be_told_within_80_columns() -> None:
    slow = Slow(after_s=0.0)
    slow.plan = replace(slow.plan, how="80%, permanent")
    FailMessages.ending.wait(cast("FaultOn", slow))
    assert slow.said[:3] == [
        "waiting until every worker node knows of the fault",
        "every worker node knows of the fault; it lasts 100 ms",
        "so far 10000 dead letters, 100000 attempts failed; it lasts 0 s more",
    ]
    assert max(map(len, slow.said)) <= 70, "a spinner comes first, and more digits"


def test_an_entry_that_could_not_be_written_again_must_not_be_looked_for_after_its_end() -> None:
    [effect] = FailMessages.ending.wait(cast("FaultOn", Slow(after_s=7.0, code=1))).effects
    assert effect.at_end is None


def test_a_share_at_which_no_message_fails_must_be_refused(components: Components) -> None:
    [wrong] = FailMessages(rate=0.0).wrong(components)
    assert str(wrong.message) == "--rate must be from 0.1% to 100%, not 0%"
    with pytest.raises(UsageError) as told:
        FailMessages(rate=0.0).check(components)
    assert told.value.hint == "Nothing was done."
