"""The healer: imports nothing of the user's, reads no record but its own, ends when it may."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sdctl.chaos import healer, healing
from sdctl.components.node import Secret
from sdctl.faults.pause import PauseNodes
from sdctl.foundation import children
from sdctl.foundation.errors import SdctlError, TargetUnavailable
from sdctl.foundation.units import utc
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import History, Instance

STACK = Stack("sdctl")
PAUSED = Instance(node="app-1", tier="app", component="app", state="frozen", shown="paused")
SHADOWS = ("docker", "json", "subprocess", "requests", "typing_extensions", "sitecustomize", "yaml")


@pytest.fixture(autouse=True)
def no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which cannot be asked whether the stack is gone."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")


def opened(for_s: float = 60, spare_s: float = 0) -> Record:
    return fault_records.open_record(
        STACK, kind="pause", params=PauseNodes(where="app-1").params(), how=None, tier="app",
        target="app-1", for_s=for_s, spare_s=spare_s,
    )  # fmt: skip


def begun(for_s: float = 60, spare_s: float = 0) -> Record:
    record = opened(for_s, spare_s)
    return replace(record, injected_at=record.started_at)


@pytest.fixture
def odd_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder full of modules that must not be imported, which PYTHONPATH names too."""
    for name in SHADOWS:
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the current folder')")
    (tmp_path / "sdctl").mkdir()
    (tmp_path / "sdctl/__init__.py").write_text("raise SystemExit('the wrong sdctl')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:.:")
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "json.py"))
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def ended(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(60)
    finally:
        process.kill()


def test_nothing_of_the_current_folder_must_matter_to_it(odd_place: Path) -> None:
    record = opened()
    process = healer.start_healer(STACK, record)
    fault_records.close_record(STACK, record)
    assert ended(process) == 0


@pytest.mark.slow("a healer that must not end is given time to do so")
def test_no_other_record_must_matter_to_it() -> None:
    record = opened()
    for name in ("f-2.json", "f-1 (copy).json"):
        (STACK.history / "faults" / name).write_text("")
    process = healer.start_healer(STACK, record)
    (STACK.history / "faults/f-1.json").write_text('{"id": "f-')
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.5)
    healed = {**record.to_json(), "healed_at": record.until}
    (STACK.history / "faults/f-1.json").write_text(json.dumps(healed))
    assert ended(process) == 0


def test_what_is_anothers_by_now_must_not_be_healed() -> None:
    """The name may be somebody else's stack when the time is over."""

    class Owned(RecordingTarget):
        def owners(self) -> dict[str, str | None]:
            return {"sdctl-sdctl-app-1": self.mark}

        mark: str | None = ""

    class Away(RecordingTarget):
        def nodes(self) -> tuple[Instance, ...]:
            raise self.why

        why: Exception

    STACK.make_secrets([Secret("observer")])
    engine = Owned([PAUSED])
    for mark, gone in ((STACK.secrets()["owner"], False), ("somebody", True), (None, True)):
        engine.mark = mark
        assert healer._gone(engine, STACK) is gone
    away = Away([])
    for away.why in (TargetUnavailable("no engine"), OSError("too many open files")):
        assert healer._gone(away, STACK) is False, "it cannot be asked now"


def test_why_it_did_not_start_must_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    record = opened()
    monkeypatch.setattr(children, "_BOOT", "raise SystemExit('no memory')")
    with pytest.raises(SdctlError, match="nothing was broken") as caught:
        healer.start_healer(STACK, record)
    assert caught.value.details == ("no memory",)


def test_a_fault_whose_run_is_gone_must_be_healed_at_the_end_of_its_own_time() -> None:
    """Its run, as long as it is there, heals it then to the millisecond: nobody is before it."""
    ended = begun(for_s=-1, spare_s=10)
    assert (healer.due(ended, alone=False), healer.due(ended, alone=True)) == (False, True)
    began = datetime.fromisoformat(ended.started_at) + timedelta(seconds=2)
    later = replace(ended, injected_at=utc(began))
    assert not healer.due(later, alone=True), "its time counts from when it began"
    assert not healer.due(begun(for_s=1, spare_s=10), alone=True)
    assert healer.due(begun(for_s=-11, spare_s=10), alone=False), "its run hangs"


def test_a_fault_whose_run_is_gone_before_it_began_must_be_over_at_once() -> None:
    record = opened(for_s=60)
    assert (healer.due(record, alone=False), healer.due(record, alone=True)) == (False, True)


def test_a_fault_that_a_full_machine_begins_late_must_have_all_of_its_time() -> None:
    """It may take longer from its record to its begin than it is to last: nothing is broken yet."""
    now = datetime.now(UTC)
    written, until = utc(now - timedelta(seconds=20)), utc(now - timedelta(seconds=15))
    late = replace(opened(), started_at=written, until=until)
    assert not healer.due(late, alone=False)
    assert not healer.due(replace(late, injected_at=utc(now)), alone=False)


@pytest.mark.slow("a process must start, and stay")
def test_a_healer_whose_run_is_killed_as_it_starts_must_stay() -> None:
    record = opened()
    fault_records.injecting(STACK, record)
    reads, writes = os.pipe()
    os.close(reads)
    process = subprocess.Popen(
        children.command("sdctl.chaos.healer", STACK.name, record.id),
        stdin=subprocess.DEVNULL, stdout=writes, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    os.close(writes)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(4)
    fault_records.close_record(STACK, record)
    assert ended(process) == 0


def test_what_is_overdue_must_be_healed_by_the_next_command_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paused = Instance(
        node="app-1",
        tier="app",
        component="app",
        state="frozen",
        shown="paused",
        status="",
        image="",
    )
    engine = RecordingTarget([paused])
    late, on = opened(for_s=-60), opened(for_s=60)
    healing.sweep(engine, STACK)
    assert [record.id for record in fault_records.active(STACK)] == [on.id]
    assert [line for line in engine.record if line.startswith("unpause")] == [
        "unpause app-1: heal pause"
    ]
    told = capsys.readouterr().err
    assert f"{late.id} pause on app-1" in told
    assert "healed now" in told


def test_a_run_must_undo_its_fault_also_when_others_closed_its_record() -> None:
    engine = RecordingTarget([PAUSED])
    closed = fault_records.close_record(STACK, opened())
    time_before = closed.healed_at
    assert healing.heal(engine, STACK, closed, certain=True).healed_at == time_before
    assert engine.record == ["unpause app-1: heal pause"]


def test_a_node_that_was_taken_away_must_be_nothing_to_heal() -> None:
    gone = opened()
    assert healing.heal(RecordingTarget([]), STACK, gone).healed_at is not None
    other = Instance(node="lb-1", tier="lb", component="lb", state="running", status="", image="")
    assert healing.heal(RecordingTarget([other]), STACK, opened()).healed_at is not None


@pytest.mark.parametrize(
    ("ends", "said"),
    [(False, "the helper of the fault on app-1 had ended"),
     (True, "app-1 stopped or was made anew")],
)  # fmt: skip
def test_why_nothing_was_left_to_undo_must_be_told_as_it_is(
    ends: bool, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    class Remembers(RecordingTarget):
        def history(self, node: str, *, paused_since: float | None = None) -> History:
            return History(ended_at=time.time() + 1 if ends else None)

    engine = Remembers([replace(PAUSED, state="running", shown="")])
    params = {"where": "app-1", "latency": 0.1}
    slow = fault_records.open_record(
        STACK, kind="slow", params=params, how=None, tier="app", target="app-1", for_s=60
    )
    healing.heal(engine, STACK, slow)
    told = " ".join(capsys.readouterr().err.split())
    assert f"{slow.id} slow: nothing was left to undo on app-1: {said}" in told
