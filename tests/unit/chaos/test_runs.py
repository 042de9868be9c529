"""A run's folder, and a run judged again from it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from sdctl.chaos import rejudging
from sdctl.components.node import Secret
from sdctl.design.profile import Profile
from sdctl.foundation import processes
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.judge import damaged_files, run_list, runs
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.ledger_file import LedgerFile
from sdctl.judge.verdict import Verdict
from sdctl.load.beats import Tick
from sdctl.state import fault_records
from sdctl.state.stack import Stack
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance
from sdctl.terminal.runs import table

NOBODY = 4_000_000
"""No process has this id: above Linux' default limit, 4,194,304 at most."""


@pytest.fixture
def stack() -> Stack:
    made = Stack("s")
    made.make_secrets([Secret("observer")])
    return made


def killed(stack: Stack, run: str, *, pid: int = NOBODY) -> runs.RunFolder:
    """What a run that was killed leaves: writes each 10 ms, of which those of 3 s had to wait, from
    1 s on."""
    folder = runs.folder(stack, run)
    folder.write("run", {"run": run, "pid": pid, "stack_id": stack.identity})
    ledger = Ledger(run, path=folder.ledger)
    for number in range(500):
        at = ledger.started_at + number / 100 + (3.0 if number >= 100 else 0.0)
        sent = at - 2.0 if 100 <= number < 103 else at
        ledger.append(Write(f"{run}-{number}", sent, at, "acknowledged", "o"))
    ledger.close()
    whole = folder.ledger.read_text().splitlines(keepends=True)
    folder.ledger.write_text("".join(whole[:-1]))
    return folder


def fault_of(stack: Stack, run: str) -> fault_records.Record:
    record = fault_records.open_record(
        stack,
        kind="pause",
        params={},
        how=None,
        tier="gateway",
        target="gateway-1",
        for_s=3,
        run=run,
    )
    return fault_records.injecting(stack, record)


def judged(stack: Stack, folder: runs.RunFolder) -> Verdict:
    """Where nothing of the stack is left."""

    def profile() -> Profile:
        raise AssertionError("there is none")

    return rejudging.judge(RecordingTarget(), stack, folder, profile, {})


def test_a_run_must_be_found_by_its_id_its_fault_and_as_the_last(stack: Stack) -> None:
    for number, run in enumerate(("aaaa1111", "aaaa2222", "bbbb3333")):
        path = runs.folder(stack, run).path
        os.utime(path, (number, number))
    faults = {"f-1": "aaaa2222", "f-2": None}
    assert runs.find(stack, "bb", faults).run == "bbbb3333"
    assert runs.find(stack, "f-1", faults).run == "aaaa2222"
    assert runs.find(stack, "last", faults).run == "bbbb3333"
    for unclear in ("aaaa", "f-2", "zz"):
        with pytest.raises(NoSuchTarget, match=unclear) as caught:
            runs.find(stack, unclear, faults)
        assert "bbbb3333" in caught.value.hint


def test_the_last_run_must_be_the_one_that_began_last(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that is written into an older one does not make that the last."""
    for number, run in enumerate(("bbbb3333", "aaaa1111"), start=1):
        monkeypatch.setattr(time, "time", lambda at=number: 1e9 + at)
        folder = killed(stack, run)
        os.utime(folder.path, (-number + 10, -number + 10))
    assert runs.find(stack, "last", {}).run == "aaaa1111"


def test_a_game_day_must_be_found_by_its_name_the_latest_first(stack: Stack) -> None:
    for number, run in enumerate(("aaaa1111", "aaaa2222", "bbbb3333")):
        folder = runs.folder(stack, run)
        folder.write("verdict", {"day": "retries"} if number < 2 else {"run": run})
        os.utime(folder.path, (number, number))
    assert runs.find(stack, "retries", {}).run == "aaaa2222"
    with pytest.raises(NoSuchTarget, match="retrie") as none:
        runs.find(stack, "retrie", {"f-9": "aaaa2222"})
    assert "There is: bbbb3333, retries (aaaa2222), retries (aaaa1111)." in none.value.hint


def test_the_list_of_runs_must_say_what_each_was_and_what_it_came_to(stack: Stack) -> None:
    written: list[tuple[str, dict[str, object], dict[str, object] | None]] = [
        ("aaaa1111", {"stack": "s"}, None),
        ("bbbb2222", {"stack": "s"}, {"verdict": "pass", "rto_ms": 1070}),
        ("cccc3333", {"stack": "s", "day": "retries"}, {"verdict": "unknown"}),
        ("dddd4444", {"stack": None, "url": "http://h/"}, None),
    ]
    for number, (run, said, verdict) in enumerate(written):
        folder = runs.folder(stack, run)
        folder.write("run", said)
        if verdict is not None:
            folder.write("verdict", verdict)
        os.utime(folder.path, (number, number))
    record = fault_of(stack, "bbbb2222")
    rows, more = run_list.listed(stack, [record], 3)
    assert more == 1
    assert [(row.run, row.what, row.verdict) for row in rows] == [
        ("dddd4444", "load on http://h/", None),
        ("cccc3333", "game day retries", "unknown"),
        ("bbbb2222", f"{record.id} pause gateway-1", "pass"),
    ]
    assert rows[0].began == "1970-01-01T00:00:03.000Z"
    console = Console(width=80)
    with console.capture() as capture:
        console.print(table(rows))
    words = capture.get().splitlines()[3].split()
    assert words[-5:] == ["pass", "1.07s", record.id, "pause", "gateway-1"]


def test_a_run_without_a_verdict_must_say_whether_it_still_goes_on(stack: Stack) -> None:
    load = {"kind": "load", "workload": "mixed",
            "schedule": {"points": [[0, 40.0]], "duration_s": 30.0}}  # fmt: skip
    runs.folder(stack, "aaaa1111").write("run", {**load, **processes.this()})
    [row], _ = run_list.listed(stack, [], 1)
    assert (row.told, row.word) == ("load (mixed, 40 rps, 30s)", "running")
    runs.folder(stack, "aaaa1111").write("result", {"duration_s": 12.0})
    [row], _ = run_list.listed(stack, [], 1)
    assert (row.told, row.word) == ("load (mixed, 40 rps, 12s)", "not judged")
    killed = {"kind": "chaos", "workload": "ledger", "pid": NOBODY,
              "schedule": {"points": [[0, 40.0], [9.0, 80.0]], "duration_s": 1800.0}}  # fmt: skip
    runs.folder(stack, "aaaa1111").write("run", killed)
    [row], _ = run_list.listed(stack, [], 1)
    assert (row.load, row.word) == ("ledger, 40 to 80 rps, 12s", "not judged")


def test_a_series_that_was_cut_off_must_be_read_to_its_last_whole_line(stack: Stack) -> None:
    folder = runs.folder(stack, "aaaa1111")
    assert list(folder.series()) == []
    (folder.path / "series.jsonl").write_text('{"at_s": 1.0}\n{"at_s": 2.0}\n{"at')
    assert [tick["at_s"] for tick in folder.series()] == [1.0, 2.0]


def test_of_a_run_that_goes_on_each_look_must_read_what_is_new(stack: Stack) -> None:
    folder = runs.folder(stack, "aaaa1111")
    series, ledger = folder.so_far(), Ledger("aaaa1111", path=folder.ledger)
    ledger.flush()
    read = LedgerFile(folder.ledger)
    assert (series.ticks(), read.writes(), read.complete) == ([], [], False)
    with (folder.path / "series.jsonl").open("a") as file:
        for number, text in enumerate(('{"at_s": 0}\n{"at', '_s": 1}\n', 'x\n{"at_s": 2}\n'), 1):
            file.write(text)
            file.flush()
            assert [tick["at_s"] for tick in series.ticks()] == list(range(number))
            ledger.append(Write(f"k-{number}", 1.0, 2.0, "acknowledged", "o"))
            ledger.flush()
            assert len(read.writes()) == number
    # what was read is not read again
    for path in (folder.ledger, folder.path / "series.jsonl"):
        path.write_text(" " * path.stat().st_size)
    ledger.close()
    assert [write.key for write in read.writes()] == ["k-1", "k-2", "k-3"]
    assert len(series.ticks()) == 3
    assert read.complete


def test_what_our_own_code_does_wrong_must_not_be_said_of_a_runs_files(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    """It goes wrong whichever of them is left out. One that is to blame is named, and no other."""
    folder = runs.folder(stack, "aaaa1111")
    looks = []

    def ours(whole: runs.RunFolder) -> None:
        looks.append(whole)
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        damaged_files.tolerant(folder, ours)
    assert len(looks) == 2, "a look at the stores may take minutes"
    assert capsys.readouterr().err == ""

    def theirs(whole: runs.RunFolder) -> int:
        return 1 if "result" in whole.without else {}["theirs"]

    assert damaged_files.tolerant(folder, theirs) == 1
    told = capsys.readouterr().err
    assert "result.json is passed over" in told
    assert told.count("passed over") == 1


def test_every_tick_must_be_noted(stack: Stack) -> None:
    folder = runs.folder(stack, "aaaa1111")
    tick = Tick(
        at_s=1.0, span_s=1.0, target_rps=5.0, offered_rps=5.0, achieved_rps=5.0, p50_ms=1.0,
        p99_ms=None, service_p99_ms=None, late_ms_p99=0.1, ok=5, failed=0, unknown=0,
        acknowledged=5, in_flight=0, connections=1,
    )  # fmt: skip
    folder.note(tick)
    folder.note(tick)
    assert [tick["ok"] for tick in folder.series()] == [5, 5]


def test_a_killed_run_must_be_judged_by_what_it_wrote_down(stack: Stack) -> None:
    folder = killed(stack, "aaaa1111")
    record = fault_of(stack, "aaaa1111")
    with pytest.raises(UsageError, match="is still on"):
        judged(stack, folder)
    fault_records.close_record(stack, record)
    verdict = judged(stack, folder)
    assert verdict.fault is not None
    assert verdict.fault.id == record.id
    assert verdict.timing.outage is not None
    assert verdict.timing.outage.seconds == pytest.approx(3.0, abs=0.01)
    assert not verdict.complete
    assert verdict.audit is None, "there is no stack to read back"
    assert verdict.judgement == "unknown"
    assert verdict.advice == "`sdctl report aaaa1111` shows it second by second."


def test_a_damaged_verdict_must_be_said_to_be_one(stack: Stack) -> None:
    folder = killed(stack, "aaaa1111")
    fault_records.close_record(stack, fault_of(stack, "aaaa1111"))
    assert str(judged(stack, folder).why).startswith(
        "the run was killed before it gave its verdict"
    )
    (folder.path / "verdict.json").write_text('{"nodes": {"ill_after": NaN}}')
    assert "what the run wrote down of it is damaged" in str(judged(stack, folder).why)


def test_what_the_stores_would_say_must_not_be_compared_where_they_are_gone(stack: Stack) -> None:
    folder = killed(stack, "aaaa1111")
    fault_records.close_record(stack, fault_of(stack, "aaaa1111"))
    figure = {"low": 0.0, "high": 0.0, "unit": "", "why": "w", "measured": 0.0, "holds": True}
    told = [{"what": what, **figure} for what in ("writes lost", "writes stopped for")]
    folder.write("verdict", {"expected": told, "next_step": "Try `sdctl chaos list`."})
    lost, stopped = judged(stack, folder).expected
    assert (lost.measured, lost.holds) == (None, None)
    assert (stopped.measured, stopped.holds) == (0.0, True)


def test_where_the_stores_are_gone_the_verdict_that_was_given_must_be_said(stack: Stack) -> None:
    folder = killed(stack, "aaaa1111")
    fault_records.close_record(stack, fault_of(stack, "aaaa1111"))
    folder.write("verdict", {"verdict": "pass"})
    os.utime(folder.path / "verdict.json", (1_700_000_000, 1_700_000_000))
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(1_700_000_000))
    why = str(judged(stack, folder).why)
    assert f"so it cannot be judged again. PASS was given at {day}" in why


def test_a_run_that_goes_on_must_not_be_judged(stack: Stack) -> None:
    with pytest.raises(UsageError, match="still running"):
        judged(stack, killed(stack, "aaaa1111", pid=os.getpid()))


def test_a_run_without_a_write_must_be_said_to_be_one(stack: Stack) -> None:
    with pytest.raises(NoSuchTarget, match="has no ledger"):
        judged(stack, runs.folder(stack, "aaaa1111"))


def test_another_stack_of_the_same_name_must_not_be_read(stack: Stack, own_state: Path) -> None:
    folder = killed(stack, "aaaa1111")
    node = Instance(
        node="app-1", tier="app", component="app", state="running", status="Up", image="x"
    )
    assert rejudging.same_stores(RecordingTarget([node]), stack, folder)
    assert not rejudging.same_stores(RecordingTarget(), stack, folder)
    stack.forget(keep_data=False)
    stack.make_secrets([Secret("observer")])
    assert not rejudging.same_stores(RecordingTarget([node]), stack, folder)
    stack.forget(keep_data=True)
    assert json.loads((folder.path / "run.json").read_text())["stack_id"] is not None


class Down(RecordingTarget):
    """Nothing runs, and the data are there."""

    def owners(self) -> Mapping[str, str | None]:
        return {"sdctl-s_postgres-1-data": ""}


def test_the_run_of_a_stack_that_is_down_and_keeps_its_data_must_be_judged_when_it_is_up(
    stack: Stack,
) -> None:
    folder = killed(stack, "aaaa1111")
    with pytest.raises(NoSuchTarget, match="the stack 's' is down"):
        rejudging.judge(Down(), stack, folder, pytest.fail, {})
    stack.forget(keep_data=False)
    stack.make_secrets([Secret("observer")])
    other = rejudging.judge(Down(), stack, folder, pytest.fail, {})
    assert isinstance(other, Verdict)
    assert "the stack that it wrote to is not there any more" in str(other.why)


def test_a_load_on_another_service_must_say_so_and_not_send_to_the_stack(stack: Stack) -> None:
    folder = killed(stack, "cccc1111")
    folder.write("run", {"stack": None, "url": "http://127.0.0.1:8000/hello"})
    verdict = judged(stack, folder)
    assert verdict.judgement == "unknown"
    assert "it went to http://127.0.0.1:8000/hello, of which sdctl knows no stores" in str(
        verdict.why
    )
    assert verdict.advice == "`sdctl report cccc1111` shows it second by second."
