from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sdctl.app import contract
from sdctl.chaos import healer, healing
from sdctl.components.component import Component
from sdctl.faults.fail_messages import FailMessages
from sdctl.faults.fault import all_faults
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.kill_leader import KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.foundation.errors import NoSuchTarget, SdctlError, UsageError
from sdctl.foundation.units import utc
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.snapshot import Fact, NodeStatus, Role, Snapshot, TierStatus
from sdctl.state.stack import Stack
from sdctl.targets.operations import Exec, Kill, Op, Pause, Stop
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance, Output

Components = Mapping[str, Component]


def node(name: str, role: Role | None, **facts: Fact) -> NodeStatus:
    return NodeStatus(name=name, state="running", role=role, health="ok", facts=facts)


def snapshot(**tiers: list[NodeStatus]) -> Snapshot:
    made = {
        name: TierStatus(
            healthy=True,
            leader=next((n.name for n in nodes if n.role == "leader"), None),
            nodes=tuple(nodes),
        )
        for name, nodes in tiers.items()
    }
    return Snapshot(stack="sdctl", profile="lite", healthy=True, at="", tiers=made)


DATABASE = [node("postgres-1", "follower"), node("postgres-2", "leader")]


@pytest.mark.parametrize(
    ("how", "kind"), [("kill", Kill), ("stop", Stop), ("crash", Exec), ("pause", Pause)]
)
def test_whoever_leads_now_must_be_hit_in_the_way_asked_for(
    how: str, kind: type, components: Components
) -> None:
    plan = KillLeader(how=how).plan(snapshot(database=DATABASE), components)
    [operation] = plan.inject
    assert isinstance(operation, kind)
    assert operation.node == plan.target == plan.leader_before == "postgres-2"


def test_of_several_primaries_the_one_with_most_keys_must_be_hit(components: Components) -> None:
    cache = [node("redis-1", "primary", keys=3), node("redis-2", "primary", keys=9),
             node("redis-3", "replica", keys=99)]  # fmt: skip
    assert KillLeader(tier="cache").plan(snapshot(cache=cache), components).target == "redis-2"


def test_a_tier_without_a_leader_must_say_which_have_one(components: Components) -> None:
    seen = snapshot(app=[node("app-1", None)], database=DATABASE)
    with pytest.raises(UsageError, match="app has no leader") as caught:
        KillLeader(tier="app").plan(seen, components)
    assert "database" in caught.value.hint
    with pytest.raises(NoSuchTarget, match="no tier 'db'"):
        KillLeader(tier="db").plan(seen, components)


def test_a_leaderless_moment_must_be_told_with_what_was_seen(components: Components) -> None:
    seen = snapshot(database=[node("postgres-1", "follower")])
    with pytest.raises(NoSuchTarget, match="no leader right now") as caught:
        KillLeader().plan(seen, components)
    assert "postgres-1: follower" in caught.value.hint


def test_failing_messages_must_end_by_themselves(components: Components) -> None:
    seen = snapshot(database=DATABASE, worker=[node("worker-1", "replica")])
    [operation] = FailMessages(rate=0.2, for_=30).plan(seen, components).inject
    assert isinstance(operation, Exec)
    assert operation.node == "postgres-2"
    assert operation.command[-6:] == (
        "-v", "kind=fail-messages", "-v", "amount=0.2", "-v", "seconds=33.0",
    )  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        contract.begin_fault("slow-consumer", 0.25, 33),
        contract.delete_orders(["r-1", "'; DROP TABLE orders; --"]),
    ],
)
def test_sql_must_be_sent_apart_from_its_values(
    statement: contract.Statement, tmp_path: Path
) -> None:
    """The command as it is, with a client that writes down what it is given."""
    fake = tmp_path / "psql"
    fake.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/words\ncat > {tmp_path}/sql\n')
    fake.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run(statement.command, env={"PATH": path}, check=True)
    assert (tmp_path / "sql").read_text() == statement.sql
    words = (tmp_path / "words").read_text().splitlines()
    assert "ON_ERROR_STOP=1" in words
    assert statement.values
    for name, value in statement.values.items():
        assert f"{name}={value}" in words
        assert f":'{name}'" in statement.sql
        assert value not in statement.sql


def test_a_fault_must_be_written_down_with_its_end_before_it_is_applied() -> None:
    stack = Stack("sdctl")
    fields = {"kind": "kill-leader", "params": {}, "how": "kill", "tier": "database"}
    first = fault_records.open_record(stack, target="postgres-1", for_s=60, **fields)
    second = fault_records.open_record(stack, target="postgres-2", for_s=0, **fields)
    assert (first.id, second.id) == ("f-1", "f-2")
    assert [record.id for record in fault_records.active(stack)] == ["f-1", "f-2"]
    assert not first.overdue()
    assert second.overdue()
    moment = datetime.fromisoformat(second.until)
    later = replace(second, injected_at=utc(moment + timedelta(seconds=30)))
    assert not later.overdue(), "its time counts from when it began"
    assert later.to_json()["until"] > second.until
    fault_records.close_record(stack, first)
    assert [record.id for record in fault_records.active(stack)] == ["f-2"]
    with pytest.raises(NoSuchTarget) as caught:
        fault_records.find(stack, "f-9")
    assert "f-2" in caught.value.hint


def test_healing_must_start_what_was_killed_and_be_harmless_twice() -> None:
    stack = Stack("sdctl")
    there = Instance(node="postgres-2", tier="database", component="postgres", state="down",
                     shown="exited", status="Exited (137)", image="x")  # fmt: skip
    engine = RecordingTarget([there])
    record = fault_records.open_record(
        stack, kind="kill-leader", params=KillLeader().params(), how="kill", tier="database",
        target="postgres-2", for_s=60,
    )  # fmt: skip
    healed = healing.heal(engine, stack, record)
    assert engine.record == ["start postgres-2: heal kill-leader"]
    assert healed.healed_at is not None
    healing.heal(engine, stack, healed)
    assert len(engine.record) == 1


def test_a_pause_must_mean_the_node_or_every_node_of_the_tier(components: Components) -> None:
    seen = snapshot(database=DATABASE, gateway=[node("gateway-1", None)])
    one = PauseNodes(where="postgres-1").plan(seen, components)
    assert [str(op) for op in one.inject] == ["pause postgres-1: it was named, for 3 s"]
    assert (one.tier, one.target) == ("database", "postgres-1")
    tier = PauseNodes(where="database", for_=1).plan(seen, components)
    assert [op.node for op in tier.inject] == ["postgres-1", "postgres-2"]
    assert [str(op) for op in tier.undo] == [
        "unpause postgres-1: heal pause",
        "unpause postgres-2: heal pause",
    ]
    assert tier.for_s == 1
    assert tier.spare_s > 0, "the process that outlives sdctl is not to be before it"


def test_a_pause_that_cannot_be_must_say_why(components: Components) -> None:
    seen = snapshot(database=DATABASE, observer=[node("observer-1", None)])
    with pytest.raises(NoSuchTarget, match="this stack has no tier gateway") as caught:
        PauseNodes().plan(seen, components)
    assert "There is: database, observer." in caught.value.hint
    with pytest.raises(UsageError, match="cannot be paused: it measures"):
        PauseNodes(where="observer").plan(seen, components)
    with pytest.raises(UsageError, match="--for"):
        PauseNodes(where="database", for_=0).plan(seen, components)
    down = snapshot(database=[NodeStatus(name="postgres-1", state="down", shown="exited")])
    with pytest.raises(NoSuchTarget, match="postgres-1 is exited"):
        PauseNodes(where="postgres-1").plan(down, components)


@dataclass
class On:
    """A fault that is on, as far as one that ends with its time asks of it."""

    plan: FaultPlan
    began: float
    done: list[str | float] = field(default_factory=list)
    """The moments that were waited for, and what was done between them."""

    def telling(self, until: float) -> AbstractContextManager[None]:
        return nullcontext()

    def rest(self, until: float) -> None:
        self.done.append(until)

    def apply(self, operation: Op) -> Output:
        self.done.append(str(operation))
        return Output(0, "", "")


def test_a_timed_fault_must_end_at_its_moment(components: Components) -> None:
    """From when it began, however late that is now, and with nothing between."""
    seen = snapshot(gateway=[node("gateway-1", None)])
    plan = PauseNodes(where="gateway", for_=3.5).plan(seen, components)
    on = On(plan, began=100.0)
    PauseNodes.ending.wait(on)  # type: ignore[arg-type]
    assert on.done == [103.5, "unpause gateway-1: heal pause"]


def paused(engine: type[RecordingTarget]) -> tuple[Stack, RecordingTarget, Record]:
    stack = Stack("sdctl")
    there = Instance(node="gateway-1", tier="gateway", component="gateway", state="frozen",
                     shown="paused", status="Up (Paused)", image="x")  # fmt: skip
    record = fault_records.open_record(
        stack, kind="pause", params=PauseNodes().params(), how="3s", tier="gateway",
        target="gateway", for_s=3,
    )  # fmt: skip
    return stack, engine([there]), record


def test_a_pause_must_be_healed_by_going_on() -> None:
    stack, engine, record = paused(RecordingTarget)
    assert healing.heal(engine, stack, record).healed_at is not None
    assert engine.record == ["unpause gateway-1: heal pause"]
    assert [instance.state for instance in engine.nodes()] == ["running"]


def test_a_fault_that_stays_must_be_told_and_stay_on_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Deaf(RecordingTarget):
        def apply(self, op: Op) -> Output:
            return Output(0, "", "")

    monkeypatch.setattr(healing, "PROOF_S", 0.1)
    stack, engine, record = paused(Deaf)
    with pytest.raises(SdctlError, match="gateway-1 is paused") as caught:
        healing.heal(engine, stack, record)
    assert record.id in caught.value.hint
    assert [record.id for record in fault_records.active(stack)] == [record.id]


def test_a_fault_must_not_be_applied_without_a_healer(monkeypatch: pytest.MonkeyPatch) -> None:
    stack, _, record = paused(RecordingTarget)
    monkeypatch.setattr(healer.sys, "executable", "/bin/true")
    with pytest.raises(SdctlError, match="did not start"):
        healer.start_healer(stack, record)


def test_a_healer_must_have_said_that_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    stack, _, record = paused(RecordingTarget)
    process = healer.start_healer(stack, record)
    assert process.poll() is None, "it stays until the fault is healed"
    fault_records.close_record(stack, record)
    assert process.wait(60) == 0


def test_every_fault_must_come_back_the_same_from_what_is_written_down() -> None:
    for fault in all_faults().values():
        assert fault(**fault().params()) == fault()
