"""cpu, memory, lag, flush-cache and the service's own faults: what they do, what shows it, what
undoes it, and who is refused."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from test_selector import node, snapshot

from sdctl.chaos import early_end
from sdctl.components.component import Component
from sdctl.design import validation
from sdctl.faults import _kernel
from sdctl.faults.dependency_down import DependencyDown
from sdctl.faults.fail_messages import FailMessages, failures
from sdctl.faults.fall_behind import BEHIND, LagFollowers
from sdctl.faults.fill_memory import HIT, KILLED, FillMemory
from sdctl.faults.flush_cache import FlushCache
from sdctl.faults.kill import KillNodes
from sdctl.faults.limit_cpu import LimitNodes
from sdctl.faults.promises import LONGER
from sdctl.faults.slow_consumer import BACKLOG, SlowConsumer
from sdctl.faults.slow_queries import SlowQueries
from sdctl.faults.teaching import Before, Course
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.judge.ledger import Write
from sdctl.state.fault_records import Record
from sdctl.targets.operations import Exec, LimitCpu
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import History, Instance, Output

Components = Mapping[str, Component]
Ask = Callable[[Exec], Output]

SEEN = snapshot(
    app=[node("app-1", "replica"), node("app-2", "replica")],
    worker=[node("worker-1", "replica"), node("worker-2", "replica")],
    database=[node("postgres-1", "follower"), node("postgres-2", "leader")],
    documents=[node("mongodb-1", "follower"), node("ferretdb-2", "follower")],
    cache=[node("redis-1", "primary", keys=900), node("redis-2", "replica", keys=900)],
)


def says(text: str, code: int = 0, stderr: str = "") -> Ask:
    return lambda op: Output(code, text, stderr)


def test_a_cpu_limit_must_be_written_down_first_and_set_again_exactly(
    components: Components,
) -> None:
    fault = LimitNodes(where="app-1", limit=0.2).pinned(SEEN, components, says("50000 90000\n"))
    assert fault.before == {"app-1": [50000, 90000], "app-2": [50000, 90000]}
    again = LimitNodes(**fault.params())  # as the healer reads it
    [op] = fault.plan(SEEN, components).inject
    assert op == LimitCpu(node="app-1", quota_us=20_000, period_us=100_000, cause="for 20 s")
    assert str(op) == "limit the CPU of app-1 to 20%: for 20 s"
    [undo] = again.heal(SEEN, "app-1")
    assert undo == LimitCpu(node="app-1", quota_us=50_000, period_us=90_000, cause="heal cpu")
    engine = RecordingTarget()
    engine.apply(undo)
    free = LimitNodes(where="app").pinned(SEEN, components, says("max 100000"))
    assert [str(each) for each in free.heal(SEEN, "app")] == [
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


def before(fault: object, components: Components, rate: float | None = 100.0) -> Before:
    plan = fault.plan(SEEN, components)  # type: ignore[attr-defined]
    return Before(plan=plan, profile=validation.load("standard"), components=components,
                  seen=SEEN, writes_per_s=rate)  # fmt: skip


COURSE = Course(injected_at=10.0, healed_at=30.0, before=SEEN, after=SEEN, writes=())


def test_the_kernels_own_counts_must_be_beside_what_was_predicted(components: Components) -> None:
    fault = replace(FillMemory(where="worker-1"), before={"worker-1": [12, 1]})
    found = {each.what: each for each in fault.expects(before(fault, components))}
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
    assert "kill -CONT" in str(undo)
    assert plan.effects[0].measured([Output(0, "paused\n4096 0.2\n", "")]).holds
    assert not plan.effects[0].measured([Output(0, "not paused\n0 0.1\n", "")]).holds
    assert not plan.effects[0].measured([Output(1, "", "no server")]).holds
    lag = {each.what: each for each in fault.expects(before(fault, components))}[BEHIND]
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
    assert effect.measured([Output(0, "90\n", "")]).holds, "reads fill it at once"
    assert not effect.measured([Output(0, "900\n", "")]).holds
    assert FlushCache().heal(SEEN, plan.target) == ()
    with pytest.raises(UsageError, match="the database cannot be emptied") as caught:
        FlushCache(where="database").plan(SEEN, components)
    assert "cache" in caught.value.hint
    with pytest.raises(NoSuchTarget, match="redis-2 is no primary"):
        FlushCache(where="redis-2").plan(SEEN, components)


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
    full = SlowQueries(delay=1.0)
    [more] = full.expects(before(full, components))
    assert more.high is None, "they wait for connections too"


def test_a_message_that_fails_for_good_must_be_predicted_to_be_dead() -> None:
    assert failures(0.2, 30, (1, 4), permanent=True) == [(0.2, 30)] * 3
    assert FailMessages(permanent=True).entry != FailMessages().entry
    assert FailMessages(permanent=True).how == "20% for good"


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


V2 = {"cpu.max": "max 100000\n", "memory.max": "1000000\n", "memory.current": "500000\n",
      "memory.stat": "anon 1\ninactive_file 100000\n", "memory.events": "max 3\noom_kill 2\n",
      "cpu.stat": "usage_usec 1234\n"}  # fmt: skip
V1 = {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n",
      "memory/memory.limit_in_bytes": "1000000\n", "memory/memory.usage_in_bytes": "500000\n",
      "memory/memory.stat": "inactive_file 7\ntotal_inactive_file 100000\n",
      "memory/memory.failcnt": "3\n", "memory/memory.oom_control": "under_oom 0\noom_kill 2\n",
      "cpuacct/cpuacct.usage": "1234000\n"}  # fmt: skip


@pytest.mark.parametrize("files", [V1, V2], ids=["cgroup v1", "cgroup v2"])
def test_both_versions_of_control_groups_must_be_read_alike(
    files: Mapping[str, str], tmp_path: Path
) -> None:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def run(command: tuple[str, ...]) -> str:
        here = [word.replace("/sys/fs/cgroup", str(tmp_path)) for word in command]
        return subprocess.run(here, check=True, capture_output=True, text=True,
                              env={"PATH": os.environ["PATH"]}).stdout  # fmt: skip

    assert _kernel.cpu_limit(run(_kernel.CPU_LIMIT)) == (-1, 100_000)
    told = _kernel.memory(run(_kernel.MEMORY))
    assert (told.limit, told.used, told.idle, told.hit, told.killed) == (
        1_000_000, 500_000, 100_000, 3, 2,
    )  # fmt: skip
    assert told.share == 40.0
    run(_kernel.fill_memory(str(tmp_path / "fill"), 0.9))
    assert (tmp_path / "fill").stat().st_size == 500_000
    quick = tuple(
        word.replace("sleep 2", "sleep 0.1").replace("sleep 0.3", "sleep 0")
        for word in _kernel.CPU_USED
    )
    assert _kernel.cpu_used(run(quick)) == 0.0, "the file does not count"
    assert _kernel.machine_full("10 100 1 400") == (
        "the machine was full (0% idle), so the node could not take its share"
    )
    assert not _kernel.machine_full("10 100 100 400")


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
    with pytest.raises(NoSuchTarget, match="no tier 'cache'"):
        DependencyDown(tier="cache").plan(seen, components)
    with pytest.raises(NoSuchTarget, match="no tier 'mail'"):
        DependencyDown(tier="mail").check(components)


def test_what_lives_in_a_node_must_be_over_when_the_node_ends(components: Components) -> None:
    plan = LimitNodes(where="app-1").plan(SEEN, components)
    at = "2026-01-01T00:00:10.000Z"
    record = Record(id="f-1", kind="cpu", params={}, how=None, tier="app", target="app-1",
                    started_at=at, until=at, injected_at=at)  # fmt: skip
    began = datetime.fromisoformat(at).timestamp()

    class Remembers(RecordingTarget):
        ended_at: float | None = None

        def history(self, node: str, *, paused_since: float | None = None) -> History:
            return History(ended_at=self.ended_at)

    there = Instance(node="app-1", tier="app", component="app", state="running")
    engine = Remembers([there])
    assert early_end.lost(engine, plan, record) == ()
    engine.ended_at = began - 5
    assert early_end.lost(engine, plan, record) == (), "that was before"
    engine.ended_at = began + 1
    assert early_end.lost(engine, plan, record) == ("app-1",), "it was started anew since"
    assert early_end.lost(Remembers([]), plan, record) == ("app-1",), "it was taken away"
    down = Remembers([replace(there, state="down")])
    assert early_end.lost(down, plan, record) == ("app-1",)
    stopped = KillNodes(where="app-1").plan(SEEN, components)
    assert early_end.lost(down, stopped, record) == (), "there it is meant"
