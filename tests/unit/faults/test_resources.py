"""cpu, memory, lag and flush-cache: what they do, what shows it and undoes it, who is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hit import COURSE, SEEN, Components, before, says
from test_selector import node, snapshot

from sdctl.chaos import early_end, healing
from sdctl.chaos.early_end import EarlyEnd
from sdctl.chaos.succession import aimed
from sdctl.faults.fall_behind import BEHIND, LagFollowers
from sdctl.faults.fill_memory import HIT, KILLED, FillMemory
from sdctl.faults.flush_cache import FlushCache
from sdctl.faults.kill import KillNodes
from sdctl.faults.limit_cpu import LimitNodes
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.state.fault_record import Record
from sdctl.targets.operations import Exec, LimitCpu
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import History, Instance, Output


def test_a_cpu_limit_must_be_written_down_first_and_set_again_exactly(
    components: Components,
) -> None:
    fault = LimitNodes(where="app-1", limit=0.2).pinned(SEEN, components, says("50000 90000\n"))
    assert fault.before == {"app-1": [50000, 90000], "app-2": [50000, 90000]}
    again = LimitNodes(**fault.params())  # as the healer reads it
    [op] = fault.plan(SEEN, components).inject
    assert op == LimitCpu(
        node="app-1", quota_us=20_000, period_us=100_000, cause="it was named, for 20 s"
    )
    assert str(op) == "limit the CPU of app-1 to 20%: it was named, for 20 s"
    [undo] = again.heal(SEEN, "app-1")
    assert undo == LimitCpu(node="app-1", quota_us=50_000, period_us=90_000, cause="heal cpu")
    engine = RecordingTarget()
    engine.apply(undo)
    free = LimitNodes(where="app").pinned(SEEN, components, says("max 100000"))
    assert [str(op) for op in free.heal(SEEN, "app")] == [
        "lift the CPU limit of app-1: heal cpu",
        "lift the CPU limit of app-2: heal cpu",
    ]


def test_a_cpu_limit_that_cannot_be_read_must_not_be_changed(components: Components) -> None:
    with pytest.raises(UsageError, match="could not be set again: no such file"):
        LimitNodes(where="app").pinned(SEEN, components, says("", 1, "no such file"))
    with pytest.raises(UsageError, match="--limit must be at least 1%"):
        LimitNodes(limit=0.001).check(components)


def test_the_effect_of_a_cpu_limit_must_be_what_the_kernel_counted(
    components: Components,
) -> None:
    plan = LimitNodes(where="app-1", limit=0.2).plan(SEEN, components)
    [effect] = plan.effects
    assert effect.measured([Output(0, "402000 2010000\n", "")]).seen == 20.0
    assert effect.measured([Output(0, "402000 2010000\n", "")]).holds
    assert not effect.measured([Output(0, "460000 2000000\n", "")]).holds
    assert effect.measured([Output(1, "", "no such container")]).why == "no such container"


MEMORY = "100000 95000 5000 12 1"


def test_memory_must_be_filled_in_memory_alone_and_given_back(components: Components) -> None:
    def ask(op: Exec) -> Output:
        return Output(0, "tmpfs\n" if op.command[0] == "stat" else MEMORY, "")

    fault = FillMemory(where="worker-1", fill=0.9).pinned(SEEN, components, ask)
    assert fault.before == {"worker-1": [12, 1]}
    plan = fault.plan(SEEN, components)
    assert plan.effects[0].measured([Output(0, MEMORY, "")]).seen == 90.0
    [undo] = fault.heal(SEEN, "worker-1")
    assert isinstance(undo, Exec)
    assert undo.command == ("rm", "-f", "/tmp/sdctl-fill")
    down = snapshot(worker=[node("worker-1", "replica", "down")])
    assert fault.heal(down, "worker-1") == (), "what was in memory went with it"
    with pytest.raises(UsageError, match="its /tmp is not in memory"):
        FillMemory(where="worker-1").pinned(SEEN, components, says("overlayfs"))


@pytest.mark.parametrize(
    ("by_then", "stands", "why"),
    [
        ("100000 95500 5000 12 1", True, None),
        ("100000 99900 1000 90 1", True, "it has taken more itself"),
        ("100000 60000 5000 90 2", True, "the kernel has ended a process of it"),
        ("100000 60000 5000 90 1", False, None),
    ],
)
def test_memory_must_stay_filled_unless_it_is_known_why_not(
    by_then: str, why: str | None, components: Components, *, stands: bool
) -> None:
    fault = replace(FillMemory(where="worker-1", fill=0.9), before={"worker-1": [12, 1]})
    [effect] = fault.plan(SEEN, components).effects
    first = effect.measured([Output(0, MEMORY, "")])
    seen = effect.lasted(first, [Output(0, by_then, "")])
    assert seen.at_end is not None
    assert (seen.stands, seen.at_end.why) == (stands, why)


def test_the_kernels_own_counts_must_be_beside_what_was_predicted(components: Components) -> None:
    fault = replace(FillMemory(where="worker-1"), before={"worker-1": [12, 1]})
    found = {prediction.what: prediction for prediction in fault.expects(before(fault, components))}
    course = replace(COURSE, figures={f"{HIT} worker-1": 40.0, f"{KILLED} worker-1": 3.0})
    assert found[HIT].beside(course).measured == 28
    killed = found[KILLED].beside(course)
    assert (killed.measured, killed.holds) == (2, False)
    assert found[KILLED].beside(COURSE).holds is None, "nothing was read, so nothing is known"


def test_a_follower_must_be_kept_behind_and_catch_up(components: Components) -> None:
    fault = LagFollowers(for_=15)
    plan = fault.plan(SEEN, components)
    assert plan.target == "postgres-1"
    assert "kill -STOP" in str(plan.inject[0].command[-1])  # type: ignore[union-attr]
    [undo] = fault.heal(SEEN, plan.target)
    assert "kill -CONT" in str(undo.command)  # type: ignore[union-attr]
    assert str(undo) == "let postgres-1 catch up: heal lag", "told as what it comes to"
    assert plan.effects[0].measured([Output(0, "paused\n4096 0.2\n", "")]).holds
    assert not plan.effects[0].measured([Output(0, "not paused\n0 0.1\n", "")]).holds
    assert not plan.effects[0].measured([Output(1, "", "no server")]).holds
    lag = {prediction.what: prediction for prediction in fault.expects(before(fault, components))}[
        BEHIND
    ]
    assert lag.beside(replace(COURSE, figures={BEHIND: 14.6})).holds
    assert lag.beside(replace(COURSE, figures={BEHIND: 3.0})).holds is False


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("postgres-2", "postgres-2 follows nobody: it is leader"),
        ("mongodb-1", "mongodb has no way to receive and not apply"),
        ("app-1", "app-1 follows nobody"),
    ],
)
def test_who_cannot_be_kept_behind_must_say_why(
    where: str, why: str, components: Components
) -> None:
    with pytest.raises(UsageError, match=why):
        LagFollowers(where=where).plan(SEEN, components)
    assert LagFollowers(where="ferretdb-2").plan(SEEN, components).tier == "documents"


def test_every_primary_must_empty_itself(components: Components) -> None:
    plan = FlushCache().plan(SEEN, components)
    assert [op.node for op in plan.inject] == ["redis-1"]
    [effect] = plan.effects
    never, once, keys = Output(0, "0\n", ""), Output(0, "1\n", ""), Output(0, "900\n", "")
    assert effect.measured([once, keys]).holds, "reads fill it at once"
    assert str(effect.measured([once, keys])).endswith("reads have put 900 there since")
    assert effect.measured([never, keys]).seen == 900
    assert not effect.measured([never, keys]).holds
    assert effect.lasted(effect.measured([once, keys]), [once, keys]).stands
    unsaid = effect.measured([Output(0, "", ""), keys])
    assert (unsaid.seen, unsaid.holds) == (None, False)
    assert unsaid.why == "it does not say how often it was emptied"
    silent = Output(1, "", "no answer")
    assert effect.measured([silent, silent]).why == "no answer"
    assert not effect.measured([silent, silent]).holds
    flushed = FlushCache().pinned(SEEN, components, says("3\n"))
    assert flushed.flushes == {"redis-1": 3}
    assert FlushCache().pinned(SEEN, components, says("0\n")).flushes == {"redis-1": 0}
    with pytest.raises(UsageError, match="redis-1 does not say how often it was emptied: it says"):
        FlushCache().pinned(SEEN, components, says(""))
    with pytest.raises(UsageError, match="redis-1 does not say how often it was emptied: gone"):
        FlushCache().pinned(SEEN, components, says("gone", 1))
    [effect] = FlushCache(**flushed.params()).plan(SEEN, components).effects
    assert not effect.measured([Output(0, "3\n", ""), keys]).holds, "those were before"
    assert effect.measured([Output(0, "4\n", ""), keys]).holds
    assert FlushCache().heal(SEEN, plan.target) == ()
    full = snapshot(cache=[replace(node("redis-1", "primary"), facts={"keys": 700})])
    begun, _ = aimed(FlushCache(), plan, full, components)
    assert begun.effects[0].what == "left in redis-1 (700 at first)", "the baseline has filled it"
    with pytest.raises(UsageError, match="the database cannot be emptied") as caught:
        FlushCache(where="database").plan(SEEN, components)
    assert "cache" in caught.value.hint
    with pytest.raises(NoSuchTarget, match="redis-2 is no primary"):
        FlushCache(where="redis-2").plan(SEEN, components)


def test_what_lives_in_a_node_must_be_over_when_the_node_ends(components: Components) -> None:
    plan = LimitNodes(where="app-1").plan(SEEN, components)
    at, until = "2026-01-01T00:00:10.000Z", "2026-01-01T00:00:22.000Z"
    record = Record(id="f-1", kind="cpu", params={}, how=None, tier="app", target="app-1",
                    started_at=at, until=until, injected_at=at)  # fmt: skip
    began = datetime.fromisoformat(at).timestamp()

    class Remembers(RecordingTarget):
        ended_at: float | None = None

        def history(self, node: str, *, paused_since: float | None = None) -> History:
            return History(ended_at=self.ended_at)

    there = Instance(node="app-1", tier="app", component="app", state="running")
    engine = Remembers([there])
    assert early_end.lost(engine, plan, record) is None
    engine.ended_at = began - 5
    assert early_end.lost(engine, plan, record) is None, "that was before"
    engine.ended_at = began + 11
    by = "app-1, which stopped or was made anew"
    anew = EarlyEnd(by, after_s=11.0, hides_effect=True)
    assert early_end.lost(engine, plan, record) == anew, "it was started anew since"
    closed = replace(record, healed_at=until, healed_by=healing.BY_HEALER)
    assert early_end.ended_by(engine, plan, closed) == anew, "before its deadline healed it"
    engine.ended_at = began + 12.5
    assert early_end.lost(engine, plan, record) is None, "its time was over"
    assert early_end.ended_by(engine, plan, closed) is None
    away = EarlyEnd(by, hides_effect=True)
    assert early_end.lost(Remembers([]), plan, record) == away, "it was taken away"
    down = Remembers([replace(there, state="down")])
    assert early_end.lost(down, plan, record) == away
    stopped = KillNodes(where="app-1").plan(SEEN, components)
    assert early_end.lost(down, stopped, record) is None, "there it is meant"
