"""A fault that a killed run left on is healed before the stack is changed; when the stack goes, the
fault is over."""

from __future__ import annotations

import pytest

from sdctl.bringup import lifecycle
from sdctl.chaos import healing
from sdctl.chaos.changing import end_left_over
from sdctl.foundation.errors import SdctlError
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance

RUNS = Instance(
    node="redis-1", tier="cache", component="redis", state="running", status="", image="x"
)


def fault(stack: Stack, *, for_s: float = 60.0) -> Record:
    return fault_records.open_record(
        stack,
        kind="pause",
        params={},
        how="pause",
        tier="cache",
        target="redis-1",
        for_s=for_s,
    )


def test_what_a_killed_run_left_on_must_be_healed_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = Stack("sdctl")
    fault(stack)

    def heal(engine: object, stack: Stack, record: Record, *, by: str) -> Record:
        return fault_records.close_record(stack, record, by=by)

    monkeypatch.setattr(healing, "heal", heal)
    end_left_over(RecordingTarget([RUNS]), stack, "up")
    [record] = fault_records.all_records(stack)
    assert record.healed_by == "`sdctl up`"
    assert "f-1 pause on redis-1 was left on by a run that was killed" in capsys.readouterr().err


def test_a_fault_that_does_not_heal_must_stop_what_would_change_the_stack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stack = Stack("sdctl")
    fault(stack)

    def heal(*args: object, **more: object) -> Record:
        raise SdctlError("f-1 is not healed", hint="again")

    monkeypatch.setattr(healing, "heal", heal)
    with pytest.raises(SdctlError, match="f-1"):
        end_left_over(RecordingTarget([RUNS]), stack, "up")
    assert len(fault_records.active(stack)) == 1


def test_a_fault_of_a_stack_that_was_removed_by_hand_must_be_over() -> None:
    stack = Stack("sdctl")
    fault(stack)
    end_left_over(RecordingTarget(), stack, "up")
    assert fault_records.active(stack) == []


def test_down_must_end_the_faults_that_are_on() -> None:
    """Their healers end when they see the record closed, and the next stack of that name has none
    of them on its list."""
    stack = Stack("sdctl")
    fault(stack)
    lifecycle.down(RecordingTarget([RUNS]), stack, keep_data=False)
    assert fault_records.active(stack) == []
