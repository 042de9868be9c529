"""`up` that something ends in the middle, and the next one."""

from __future__ import annotations

import contextlib

import pytest

from sdctl.bringup import canary
from sdctl.foundation.errors import BringUpFailed, SdctlError
from sdctl.targets.operations import Op
from sdctl.targets.target import Output
from tests.unit.bringup.made_machine import STACK, Machine, Told, Up


def test_an_image_that_cannot_be_built_must_start_nothing(up: Up, machine: Machine) -> None:
    def fails() -> None:
        raise BringUpFailed("the image python was not built", details=["E: no network"])

    told = Told()
    machine.build = fails
    with pytest.raises(BringUpFailed, match="python was not built"):
        up(told)
    machine.build = lambda: None
    assert told.stages == ["look at this machine", "build the images"]
    assert machine.record == []
    assert up().snapshot.healthy, "the next one goes on"


def test_a_start_that_is_refused_must_end_it_with_the_reason(
    up: Up, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = machine.apply

    def refuses(op: Op) -> Output:
        if op.node == "etcd-1":
            raise SdctlError("Docker said no")
        return apply(op)

    monkeypatch.setattr(machine, "apply", refuses)
    with pytest.raises(SdctlError, match="said no"):
        up()


@pytest.mark.parametrize("stage", ["build", "create", "start", "send"])
def test_an_up_that_is_interrupted_must_be_gone_on_with(
    up: Up, machine: Machine, stage: str
) -> None:
    def control_c(name: str) -> None:
        if name.startswith(stage):
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        up(Told(control_c))
        pytest.fail("nothing ended it")
    done = up()
    assert done.snapshot.healthy
    assert sorted(machine.started()) == sorted(node.name for node in machine.topology.nodes)


def test_an_interruption_while_it_waits_must_leave_what_was_started(
    up: Up, machine: Machine
) -> None:
    def control_c() -> None:
        if machine.started():
            raise KeyboardInterrupt

    machine.look_on = control_c
    with pytest.raises(KeyboardInterrupt):
        up()
    machine.look_on = lambda: None
    assert up().snapshot.healthy
    assert len(set(machine.started())) == len(machine.started()), "none is started twice"


def test_an_order_that_does_not_come_through_must_end_it(
    up: Up, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> canary.Proof:
        raise BringUpFailed("the order was not worked on")

    monkeypatch.setattr(canary, "prove", lost)
    with pytest.raises(BringUpFailed, match="not worked on"):
        up()


def test_files_that_a_change_which_was_cut_off_left_must_be_written_again(
    up: Up, machine: Machine
) -> None:
    """Seen: `autoscale` was ended while it drained a replica. The node was there still, so nothing
    was to be made, and the observer was never told to ask it again."""
    up()
    bundle = machine.render(machine.topology)
    path = next(path for path in bundle.files if "observer" in path)
    (STACK.bundle / path).write_text("{}")
    up()
    assert (STACK.bundle / path).read_text() == bundle.files[path]
