"""`up` from nothing to a proof, on the engine's double: also what goes wrong in the middle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sdctl.foundation import output
from sdctl.foundation.errors import BringUpFailed, NotReady
from tests.unit.bringup.made_machine import STACK, Machine, Told, Up


def test_from_nothing_every_tier_must_start_once_what_it_needs_is_ready(
    up: Up, machine: Machine
) -> None:
    told = Told()
    done = up(told)
    assert told.stages == [
        "look at this machine",
        "build the images",
        "create",
        "start each tier when what it needs is ready",
        "send one order, and follow it through every tier",
    ]
    assert told.waiting[0]["app-1"] == "waits for database, queue"
    assert told.waiting[-1] == {}
    assert done.changed
    assert done.snapshot.healthy
    assert done.proof is not None
    started = machine.started()
    assert sorted(started) == sorted(node.name for node in machine.topology.nodes)
    for node in machine.topology.nodes:
        for tier in node.needs:
            needed = machine.topology.tiers[tier][0].name
            assert started.index(needed) < started.index(node.name)
    assert STACK.secrets()


def test_a_second_up_must_touch_nothing_and_prove_it_again(up: Up, machine: Machine) -> None:
    up()
    before = list(machine.record)
    done = up()
    assert machine.record == before
    assert not done.changed
    assert done.proof is not None


def test_a_node_that_went_down_must_be_started_and_no_other(up: Up, machine: Machine) -> None:
    up()
    machine.set("app-1", "down")
    before = len(machine.ops)
    assert up().changed
    assert [str(op) for op in machine.ops[before:]] == [
        f"start app-1: once ready: {', '.join(machine.topology.node('app-1').needs)}"
    ]


def test_a_node_that_dies_while_the_others_start_must_end_it_with_its_log(
    up: Up, machine: Machine
) -> None:
    machine.dead = {"redis-2"}
    with pytest.raises(BringUpFailed, match="redis-2 does not stay up") as caught:
        up()
    assert caught.value.details == ("the last line of redis-2",)
    assert "sdctl up" in caught.value.hint
    machine.dead = set()
    assert up().snapshot.healthy


def test_a_node_that_is_killed_from_outside_must_be_started_again(up: Up, machine: Machine) -> None:
    """What runs the stack starts none again that somebody killed."""
    kills = iter([False, True, False, True])

    def kill() -> None:
        if next(kills, False):
            machine.set("etcd-1", "down")

    machine.look_on = kill
    assert up().snapshot.healthy
    assert machine.started().count("etcd-1") == 3


def test_a_node_that_crashes_again_and_again_must_end_it_though_it_looks_well(
    up: Up, machine: Machine
) -> None:
    machine.crashes = {"worker-1": 3}
    with pytest.raises(BringUpFailed, match="worker-1 does not stay up: it was restarted 3 times"):
        up()


def test_a_node_that_starts_by_itself_and_crashes_again_and_again_must_end_it(
    up: Up, machine: Machine
) -> None:
    """As in a cluster: no `up` starts it. What it did before this one counts for nothing."""
    up()
    machine.set("app-1", "restarting")
    machine.crashes = {"app-1": 7}
    with pytest.raises(NotReady):
        up(timeout_s=0.3)
    machine.look_on = lambda: machine.crashes.update({"app-1": machine.crashes["app-1"] + 1})
    with pytest.raises(BringUpFailed, match="app-1 does not stay up: it was restarted 3 times"):
        up()


def test_one_crash_must_be_waited_out(up: Up, machine: Machine) -> None:
    looks = []

    def crash_once() -> None:
        looks.append(1)
        if len(looks) == 2:
            machine.crashes = {"app-2": 1}

    machine.look_on = crash_once
    assert up().snapshot.healthy


def test_a_node_that_is_not_ready_in_time_must_be_named_with_its_reason(
    up: Up, machine: Machine
) -> None:
    machine.ill = {"postgres-2": "it does not stream"}
    with pytest.raises(NotReady, match="not ready by the deadline") as caught:
        up(timeout_s=0.5)
    assert "postgres-2: it does not stream" in caught.value.details
    assert canary_sent(machine) == []


def canary_sent(machine: Machine) -> list[str]:
    return [line for line in machine.record if "order" in line]


def test_while_the_observer_is_away_nothing_more_must_start(up: Up, machine: Machine) -> None:
    machine.away = True
    with pytest.raises(NotReady) as caught:
        up(timeout_s=0.5)
    first = {node.name for node in machine.topology.nodes if not node.needs}
    assert set(machine.started()) == first
    assert any("the observer is away" in line for line in caught.value.details)
    machine.away = False
    assert up().snapshot.healthy


def test_an_observer_that_is_away_for_a_moment_must_not_matter(up: Up, machine: Machine) -> None:
    looks = []

    def moment() -> None:
        looks.append(1)
        machine.away = len(looks) in (2, 3)

    machine.look_on = moment
    assert up().snapshot.healthy
    assert len(set(machine.started())) == len(machine.started()), "none is started twice"


def test_what_is_left_out_must_not_be_said_again_while_it_is_made(
    up: Up, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who decides it says it before, and the end says it once more."""
    said: list[str] = []
    monkeypatch.setattr(output, "warn", said.append)
    left = {"dashboards": "to build its image this machine needs go"}
    profile = replace(machine.topology.profile, left_out=left)
    machine.topology = replace(machine.topology, profile=profile)
    up()
    assert [line for line in said if "is left out" in line] == []
