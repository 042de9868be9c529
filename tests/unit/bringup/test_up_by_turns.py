"""`up` that makes replicas anew while the others serve."""

from __future__ import annotations

import pytest

from sdctl.components.node import ALL_ABILITIES
from sdctl.foundation.errors import NotReady
from tests.unit.bringup.made_machine import STACK, Machine, Told, Up


def test_replicas_must_be_made_anew_by_turns_each_when_the_one_before_is_ready(
    up: Up, machine: Machine
) -> None:
    up()
    before = len(machine.record)
    machine.differ = {"app-1", "app-2", "worker-1"}
    told = Told()
    assert up(told).snapshot.healthy
    assert machine.record[before:] == [
        "recreate worker-1",
        "start worker-1: once ready: database, queue",
        "recreate app-1",
        "start app-1: once ready: database, queue",
        "recreate app-2",
        "start app-2: once ready: database, queue",
    ]
    assert told.stages[-3:-1] == [
        "make app-1 anew, while the others serve",
        "make app-2 anew, while the others serve",
    ]


def test_a_replica_that_is_not_ready_must_keep_the_next_turn_from_beginning(
    up: Up, machine: Machine
) -> None:
    up()
    machine.differ = {"app-1", "app-2"}
    machine.ill = {"app-1": "it cannot read its settings"}
    before = len(machine.record)
    with pytest.raises(NotReady) as caught:
        up(timeout_s=0.5)
    assert caught.value.details == ("app-1: it cannot read its settings",)
    assert machine.record[before:] == ["recreate app-1", "start app-1: once ready: database, queue"]
    machine.ill = {}
    assert up().snapshot.healthy
    assert machine.record[-2:] == ["recreate app-2", "start app-2: once ready: database, queue"]


def test_a_target_that_renews_by_turns_itself_must_be_told_once(up: Up, machine: Machine) -> None:
    up()
    before = len(machine.record)
    machine.abilities_ = ALL_ABILITIES
    machine.differ = {"app-1", "app-2"}
    up()
    assert machine.record[before] == "recreate app-1, app-2"


def test_a_database_whose_store_gets_another_certificate_must_be_made_anew_together_with_it(
    up: Up, machine: Machine
) -> None:
    up()
    before = len(machine.record)
    env = STACK.bundle / ".env"
    kept = [line for line in env.read_text().splitlines() if "CONSENSUS_STORE" not in line]
    env.write_text("\n".join(kept))
    machine.differ = {"etcd-1", "postgres-1", "postgres-2"}
    up()
    assert machine.record[before] == "recreate etcd-1, postgres-1, postgres-2"
