"""While a fault is on, the stack is not changed; when the stack goes, the fault is over."""

from __future__ import annotations

import pytest

from sdctl.bringup import lifecycle
from sdctl.chaos import healing
from sdctl.chaos import log as fault_log
from sdctl.chaos.log import Record
from sdctl.chaos.on import refuse_while_on
from sdctl.engine.engine import Container
from sdctl.engine.recording import RecordingEngine
from sdctl.errors import UsageError
from sdctl.stack import Stack

RUNS = Container(
    node="redis-1", tier="cache", component="redis", state="running", status="", image="x"
)


def fault(stack: Stack, *, for_s: float = 60.0) -> Record:
    return fault_log.open_record(
        stack,
        kind="pause",
        params={},
        how="pause",
        tier="cache",
        target="redis-1",
        for_s=for_s,
    )


def test_a_fault_that_is_on_must_be_named_with_its_end_and_the_way_on() -> None:
    stack = Stack("sdctl")
    fault(stack)
    with pytest.raises(UsageError, match=r"on until \d\d:\d\d:\d\d: f-1 pause on redis-1") as error:
        refuse_while_on(RecordingEngine([RUNS]), stack)
    assert "`sdctl chaos heal f-1`" in error.value.hint


def test_a_fault_of_a_stack_that_was_removed_by_hand_must_be_over() -> None:
    stack = Stack("sdctl")
    fault(stack)
    refuse_while_on(RecordingEngine(), stack)
    assert fault_log.active(stack) == []


def test_what_is_overdue_must_be_healed_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = Stack("sdctl")
    record = fault(stack, for_s=-1)

    def heal(engine: object, stack: Stack, record: Record) -> Record:
        return fault_log.close_record(stack, record)

    monkeypatch.setattr(healing, "heal", heal)
    refuse_while_on(RecordingEngine([RUNS]), stack)
    assert f"{record.id} pause on redis-1" in capsys.readouterr().err


def test_down_must_end_the_faults_that_are_on() -> None:
    """Their healers end when they see the record closed, and the next stack of that name has none
    of them on its list."""
    stack = Stack("sdctl")
    fault(stack)
    lifecycle.down(RecordingEngine([RUNS]), stack, keep_data=False)
    assert fault_log.active(stack) == []
