"""What undoes a fault fails, or cannot be done now: it is tried again, and not taken for done."""

from __future__ import annotations

import errno
import shutil

import pytest
from world import World

from sdctl.chaos import healing, undoing
from sdctl.faults.fault import Fault
from sdctl.faults.fill_memory import FillMemory
from sdctl.faults.kill import KillNodes
from sdctl.faults.slow_queries import SlowQueries
from sdctl.foundation import files
from sdctl.foundation.errors import NotNow, SdctlError
from sdctl.state import fault_records, observation
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack
from sdctl.targets.operations import Exec, Kill, Op
from sdctl.targets.target import Output

STACK = Stack("healed")


class Fails(World):
    """Whose commands fail so often."""

    times = 10**6

    def apply(self, op: Op) -> Output:
        if isinstance(op, Exec) and self.times:
            self.times -= 1
            return Output(2, "", "psql: the database system is shutting down")
        return super().apply(op)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Fails:
    found = Fails()
    monkeypatch.setattr(observation, "snapshot", found.look)
    monkeypatch.setattr(undoing, "UNDO_S", 0.0)
    return found


def opened(fault: Fault, target: str, *, for_s: float = 60.0) -> Record:
    record = fault_records.open_record(
        STACK, kind=fault.kind, params=fault.params(), how=None, tier="database", target=target,
        for_s=for_s,
    )  # fmt: skip
    return fault_records.injecting(STACK, record)


@pytest.mark.parametrize(
    ("fault", "target"),
    [(FillMemory(where="postgres-2"), "postgres-2"), (SlowQueries(), "2 app")],
)
def test_a_fault_of_which_the_undoing_fails_must_not_be_written_down_as_healed(
    world: Fails, fault: Fault, target: str
) -> None:
    record = opened(fault, target)
    with pytest.raises(SdctlError) as caught:
        healing.heal(world, STACK, record)
    assert caught.value.message.startswith(f"{record.id} is not healed: ")
    assert caught.value.message.endswith("failed: psql: the database system is shutting down")
    assert [found.id for found in fault_records.active(STACK)] == [record.id]
    world.times = 0
    assert healing.heal(world, STACK, record).healed_at is not None


def test_what_fails_for_a_moment_must_be_tried_again(
    world: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "UNDO_S", 5.0)
    world.times = 1
    healing.heal(world, STACK, opened(FillMemory(where="postgres-2"), "postgres-2"))
    assert fault_records.active(STACK) == []


def test_an_order_that_nobody_can_take_back_now_must_stay_on(world: Fails) -> None:
    """A database without a leader is no database that is gone."""
    world.leader, world.times = "nobody", 0
    record = opened(SlowQueries(for_=3600.0), "2 app", for_s=3600.0)
    with pytest.raises(NotNow) as caught:
        healing.heal(world, STACK, record)
    assert (
        caught.value.message == f"{record.id} is not healed: the database has no leader right now"
    )
    assert fault_records.active(STACK) == [record], "nobody has begun to end it"


@pytest.mark.parametrize("leader", ["nobody", "postgres-1"])
def test_an_order_that_has_ended_by_itself_must_need_nobody_to_take_it_back(
    world: Fails, leader: str
) -> None:
    """Its end stands beside it. So a game day goes on, though the database fails over just then."""
    world.leader = leader
    record = opened(SlowQueries(), "2 app", for_s=0.0)
    assert healing.heal(world, STACK, record).healed_at is not None


def test_what_cannot_be_written_down_must_be_undone_all_the_same(
    world: Fails, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is no reason to leave a node down."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    record = opened(KillNodes(where="postgres-2"), "postgres-2")
    monkeypatch.setattr(files, "write_whole", full)
    with pytest.raises(OSError, match="No space left"):
        healing.heal(world, STACK, record, by=healing.BY_HEALER)
    assert world.record == ["start postgres-2: heal kill"]


def test_a_fault_whose_record_was_removed_must_be_undone_all_the_same(world: Fails) -> None:
    record = opened(KillNodes(where="postgres-2"), "postgres-2")
    shutil.rmtree(STACK.history)
    assert healing.heal(world, STACK, record, by=healing.BY_HEALER).healed_at is not None
    assert world.record == ["start postgres-2: heal kill"]
    assert not STACK.history.exists()


def test_a_fault_that_others_have_just_healed_must_not_be_undone_once_more(world: Fails) -> None:
    """The next one may hold the same node down by now."""
    seen = opened(KillNodes(where="postgres-2"), "postgres-2")
    closed = fault_records.close_record(STACK, seen, by=healing.BY_RUN)
    assert healing.heal(world, STACK, seen, by=healing.BY_HEALER) == closed
    assert world.record == []
    assert fault_records.own(STACK, seen.id) == closed


def test_what_only_another_fault_keeps_from_being_undone_must_be_undone_after_it(
    world: Fails,
) -> None:
    """Nobody leads, as the leader is down: the order can be taken back when that is up again."""
    world.times, world.fails_over = 0, False
    world.apply(Kill(node="postgres-1", cause="kill"))
    order = opened(SlowQueries(for_=3600.0), "2 app", for_s=3600.0)
    down = opened(KillNodes(where="postgres-1"), "postgres-1")
    healed, failed = healing.heal_all(world, STACK, [order, down])
    assert ([record.id for record in healed], failed) == ([down.id, order.id], [])
