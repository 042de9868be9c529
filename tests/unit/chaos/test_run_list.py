"""The list of a stack's runs."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest
from left_by_a_run import NOBODY, fault_of
from rich.console import Console

from sdctl.foundation import processes
from sdctl.judge import run_list, runs
from sdctl.state import fault_records
from sdctl.state.stack import Stack
from sdctl.terminal.runs import table


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
        console.print(table(rows, 80))
    words = capture.get().splitlines()[3].split()
    assert words[-6:] == ["pass", "1.07", "s", record.id, "pause", "gateway-1"]


def test_a_run_whose_times_do_not_count_must_be_marked_and_the_mark_be_told(stack: Stack) -> None:
    written: list[tuple[str, str, dict[str, object]]] = [
        ("aaaa1111", "verdict", {"verdict": "pass", "rto_ms": 1070, "times_count": False}),
        ("bbbb2222", "verdict", {"verdict": "pass", "rto_ms": 1070, "times_count": True}),
        ("cccc3333", "result", {"generator": {"saturated": True}}),
        ("dddd4444", "result", {"generator": {"saturated": False}}),
        ("eeee5555", "verdict", {"verdict": "pass", "rto_ms": 1070, "times_count": None}),
        ("ffff6666", "verdict", {"verdict": "pass", "rto_ms": 0, "times_count": False}),
    ]
    for run, kind, said in written:
        runs.folder(stack, run).write("run", {})
        runs.folder(stack, run).write(kind, said)
    # its load went on, and ended after the verdict
    runs.folder(stack, "eeee5555").write("result", {"generator": {"saturated": True}})
    rows, _ = run_list.listed(stack, [], 9)
    full = {row.run for row in rows if row.times_count is False}
    assert full == {"aaaa1111", "cccc3333", "eeee5555", "ffff6666"}
    lines = printed(rows, 80)
    marked = {line.split()[0] for line in lines[1:-1] if " !" in line}
    assert marked == {"aaaa1111", "eeee5555"}, "what has no time has none that does not count"
    assert lines[-1] == (
        "! does not count: this machine was too busy, or the generator was the limit"
    )
    assert not any("!" in line for line in printed([r for r in rows if r.run not in full], 80))


@pytest.mark.parametrize("width", [52, 60, 80, 100, 200])
def test_no_width_must_break_a_word_or_leave_a_word_a_line(width: int, stack: Stack) -> None:
    runs.folder(stack, "bbbb2222").write("run", {"stack": "s", "workload": "ledger"})
    fault_of(stack, "bbbb2222")
    rows, _ = run_list.listed(stack, fault_records.all_records(stack), 1)
    lines = printed(rows, width)
    assert max(map(len, lines)) <= width
    told = " ".join(" ".join(lines).split())
    assert rows[0].told in told if width >= 100 else rows[0].faults[0] in told
    assert len(lines) <= 4


def printed(rows: Sequence[run_list.RunRow], width: int) -> list[str]:
    console = Console(width=width)
    with console.capture() as capture:
        console.print(table(rows, width))
    return [line.rstrip() for line in capture.get().splitlines()]


def test_a_run_without_a_verdict_must_say_whether_it_still_goes_on(stack: Stack) -> None:
    load = {"kind": "load", "workload": "mixed",
            "schedule": {"points": [[0, 40.0]], "duration_s": 30.0}}  # fmt: skip
    runs.folder(stack, "aaaa1111").write("run", {**load, **processes.this()})
    [row], _ = run_list.listed(stack, [], 1)
    assert (row.told, row.word) == ("load (mixed, 40 rps, 30 s)", "running")
    runs.folder(stack, "aaaa1111").write("verdict", {"verdict": "pass"})
    [row], _ = run_list.listed(stack, [], 1)
    assert (row.running, row.word) == (True, "pass"), "a fault was judged beside it"
    (runs.folder(stack, "aaaa1111").path / "verdict.json").unlink()
    runs.folder(stack, "aaaa1111").write("result", {"duration_s": 12.0})
    [row], _ = run_list.listed(stack, [], 1)
    assert (row.told, row.word) == ("load (mixed, 40 rps, 12 s)", "not judged")
    killed = {"kind": "chaos", "workload": "ledger", "pid": NOBODY,
              "schedule": {"points": [[0, 40.0], [9.0, 80.0]], "duration_s": 1800.0}}  # fmt: skip
    runs.folder(stack, "aaaa1111").write("run", killed)
    [row], _ = run_list.listed(stack, [], 1)
    assert (row.load, row.word) == ("ledger, 40 to 80 rps, 12 s", "not judged")
