"""A run's folder, and what is read from it."""

from __future__ import annotations

import os
import time

import pytest
from left_by_a_run import killed

from sdctl.foundation.errors import NoSuchTarget
from sdctl.judge import damaged_files, runs
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.ledger_file import LedgerFile
from sdctl.judge.run_folder import RunFolder
from sdctl.load.beats import Tick
from sdctl.state.stack import Stack


def test_a_run_must_be_found_by_its_id_its_fault_and_as_the_last(stack: Stack) -> None:
    for number, run in enumerate(("aaaa1111", "aaaa2222", "bbbb3333")):
        path = runs.folder(stack, run).path
        (path / "series.jsonl").touch()
        os.utime(path, (number, number))
    faults = {"f-1": "aaaa2222", "f-2": None}
    assert runs.find(stack, "bb", faults).run == "bbbb3333"
    assert runs.find(stack, "f-1", faults).run == "aaaa2222"
    assert runs.find(stack, "last", faults).run == "bbbb3333"
    for unclear in ("aaaa", "f-2", "zz"):
        with pytest.raises(NoSuchTarget, match=unclear) as caught:
            runs.find(stack, unclear, faults)
        assert "bbbb3333" in caught.value.hint


@pytest.mark.parametrize("name", ["last", "f-1", "leader-twice"])
def test_before_any_run_it_must_be_said_what_makes_one(name: str, stack: Stack) -> None:
    with pytest.raises(NoSuchTarget, match="nothing was loaded or broken here yet") as caught:
        runs.find(stack, name, {})
    assert "`sdctl chaos kill-leader` makes one" in caught.value.hint


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

    def ours(whole: RunFolder) -> None:
        looks.append(whole)
        raise KeyError("ours")

    with pytest.raises(KeyError, match="ours"):
        damaged_files.tolerant(folder, ours)
    assert len(looks) == 2, "a look at the stores may take minutes"
    assert capsys.readouterr().err == ""

    def theirs(whole: RunFolder) -> int:
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


def test_each_game_day_beside_one_load_must_keep_its_verdict(stack: Stack) -> None:
    """A second one was played while the load of the first still ran."""

    def day(name: str, *faults: str) -> dict[str, object]:
        parts = [{"began": True, "fault": {"id": fault}} for fault in faults]
        return {"day": name, "faults": [*parts, {"began": False, "why": "w"}]}

    folder = runs.folder(stack, "aaaa1111")
    folder.keep_verdict({"fault": {"id": "f-1"}})
    folder.keep_verdict(day("retries", "f-2", "f-3"))
    folder.keep_verdict(day("durability", "f-12"))
    assert folder.read("verdict")["day"] == "durability"
    assert folder.verdict_on("f-3")["day"] == folder.verdict_on("f-2")["day"] == "retries"
    assert folder.verdict_on("f-12")["day"] == "durability"
    assert folder.verdict_on("f-1")["fault"]["id"] == "f-1"
    assert folder.verdict_on("f-9") is None
    for name, fault in (("retries", "f-2"), ("durability", None)):
        assert runs.find(stack, name, {}) == folder
        assert runs.meant(folder, name, {}) == fault
    assert runs.meant(folder, "f-1", {"f-1": "aaaa1111"}) == "f-1"
