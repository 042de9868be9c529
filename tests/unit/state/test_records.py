"""Records are written whole or not at all; one that is damaged is named once and passed over."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sdctl.__main__ import run
from sdctl.chaos import healing
from sdctl.foundation import files, output
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.judge.fault_facts import FaultFacts
from sdctl.state import fault_records
from sdctl.state.fault_record import Record
from sdctl.state.stack import Stack
from sdctl.targets.recording import RecordingTarget

STACK = Stack("sdctl")


def opened(for_s: float = 60, **more: Any) -> Record:
    values = {
        "kind": "pause",
        "params": {},
        "how": None,
        "tier": "database",
        "target": "postgres-1",
    }
    return fault_records.open_record(STACK, for_s=for_s, **{**values, **more})


def folder() -> Path:
    return STACK.history / "faults"


def whole() -> dict[str, Any]:
    return opened().to_json() | {"id": "f-2"}


DAMAGED = {
    "cut short": '{"id": "f-2", "kind": "pau',
    "empty": "",
    "a list": "[]",
    "a number": "3",
    "null": "null",
    "no target": json.dumps({"id": "f-2", "kind": "pause", "params": {}, "how": None,
                             "tier": "database", "started_at": "2026-01-01T00:00:00Z",
                             "until": "2026-01-01T00:00:00Z"}),
    "nested": "[" * 100_000,
    "not text": "\udcff",
}  # fmt: skip


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_record_must_be_named_once_and_passed_over(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    output.prepare()
    first = opened()
    (folder() / "f-2.json").write_bytes(text.encode(errors="surrogateescape"))
    assert [record.id for record in fault_records.active(STACK)] == ["f-1"]
    assert [record.id for record in fault_records.all_records(STACK)] == ["f-1"]
    assert capsys.readouterr().err.count("f-2.json is passed over") == 1
    assert fault_records.find(STACK, "f-1") == first
    with pytest.raises(NoSuchTarget):
        fault_records.find(STACK, "f-2")
    assert opened().id == "f-3"


@pytest.mark.parametrize(
    "change",
    [{"kind": 3}, {"params": []}, {"until": "soon"}, {"started_at": None}, {"target": ["a"]},
     {"healed_at": 5}, {"run": {}}, {"tier": None}, {"spare_s": 1e300}, {"spare_s": -1e300},
     {"injected_at": "8900-01-01T00:00:00Z"}],
)  # fmt: skip
def test_wrong_types_must_be_damage(change: dict[str, Any]) -> None:
    (folder() / "f-2.json").parent.mkdir(parents=True)
    (folder() / "f-2.json").write_text(json.dumps(whole() | change))
    assert [record.id for record in fault_records.all_records(STACK)] == ["f-1"]


def test_a_newer_versions_fields_must_be_left_out() -> None:
    text = json.dumps(whole() | {"weather": "fine", "more": {"a": [1]}})
    (folder() / "f-2.json").write_text(text)
    assert [record.id for record in fault_records.all_records(STACK)] == ["f-1", "f-2"]


def test_copies_folders_and_strangers_must_change_nothing() -> None:
    record = opened()
    text = (folder() / "f-1.json").read_text()
    for name in ("f-1 (copy).json", "f-1.json~", "f-7.json.bak", "f-3 (1).json"):
        (folder() / name).write_text(text)
    (folder() / "f-9.json").mkdir()
    os.mkfifo(folder() / "f-6.json")
    (folder() / "f-x.json").write_text("{}")
    (folder() / "f-5.json").symlink_to("nowhere")
    assert fault_records.all_records(STACK) == [record]
    assert fault_records.close_record(STACK, record).healed_at
    assert fault_records.active(STACK) == []
    assert opened().id == "f-10"


def test_every_command_about_faults_must_go_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # a stack of that name may run on this machine, and is another's
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    opened()
    for name in ("f-2.json", "f-3.json"):
        (folder() / name).write_text("")
    assert run(["--json", "chaos", "list"]) == 0
    assert [record["id"] for record in json.loads(capsys.readouterr().out)["active"]] == ["f-1"]
    for words in (["report", "nope"], ["verdict", "nope"]):
        with pytest.raises(NoSuchTarget, match="no run"):
            run(words)


def test_what_cannot_be_healed_must_not_keep_the_rest_from_it() -> None:
    opened(kind="flood", for_s=0)
    opened(params={"a": 1}, for_s=0)
    good = opened(kind="kill-leader", params={}, for_s=0, target="postgres-9")
    healed, failed = healing.heal_all(RecordingTarget([]), STACK, fault_records.active(STACK))
    assert [record.id for record in healed] == [good.id]
    assert [error.message[:3] for error in failed] == ["f-1", "f-2"]
    assert failed[0].message.count("flood") == 1


def test_a_full_disk_must_leave_the_record_that_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    record = opened()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space") as caught:
        fault_records.close_record(STACK, record)
    assert caught.value.filename == str(folder() / "f-1.json")
    with pytest.raises(OSError, match="No space"):
        opened()
    assert sorted(path.name for path in folder().iterdir()) == ["f-1.json"]
    assert fault_records.find(STACK, "f-1") == record


def test_what_is_no_file_must_be_written_to_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "real").chmod(0o600)
    (tmp_path / "link").symlink_to("real")
    files.write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o600
    files.write_whole(Path("/dev/null"), "new")
    assert Path("/dev/null").is_char_device()
    reader, writer = os.pipe()
    files.write_whole(Path(f"/dev/fd/{writer}"), "new")
    assert os.read(reader, 9) == b"new"
    os.close(reader)
    os.close(writer)


@pytest.mark.parametrize("place", ["nowhere/out", "file/out", ".", "file/", "x" * 300])
def test_a_place_to_write_to_must_be_tried_first(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    if place != "file/":
        with pytest.raises(UsageError, match=r"--out: .* cannot be written"):
            files.try_out("--out", tmp_path / place)
    files.try_out("--out", tmp_path / "new")
    files.try_out("--out", tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


def test_a_link_to_a_file_that_is_not_there_yet_must_be_tried_and_leave_none(
    tmp_path: Path,
) -> None:
    (tmp_path / "link").symlink_to("new")
    files.try_out("--out", tmp_path / "link")
    assert not (tmp_path / "new").exists(), "a bench would take it for its own, and damaged"
    assert (tmp_path / "link").is_symlink()
    files.write_whole(tmp_path / "link", "text")
    files.try_out("--out", tmp_path / "link")
    assert (tmp_path / "new").read_text() == "text"
    reader, writer = os.pipe()
    files.try_out("--out", Path(f"/dev/fd/{writer}"))
    os.close(reader)
    os.close(writer)


def test_a_file_that_another_command_makes_meanwhile_must_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, opened_by_us = tmp_path / "out", os.open

    def beside(path: Any, flags: int, mode: int = 0o777) -> int:
        place.write_text("theirs")
        return opened_by_us(path, flags, mode)

    monkeypatch.setattr(os, "open", beside)
    files.try_out("--out", place)
    assert place.read_text() == "theirs"


def test_a_faults_begin_must_be_when_it_was_on_not_when_it_was_written_down() -> None:
    record = opened()
    assert (record.began, record.to_json()["started_at"]) == (record.started_at, record.started_at)
    on = replace(record, injected_at="2030-01-01T00:00:07.000Z")
    told = (on.began, on.to_json()["started_at"], FaultFacts.of(on).started_at)
    assert set(told) == {on.injected_at}
    kept = fault_records.injecting(STACK, record)
    read = fault_records.find(STACK, record.id)
    assert (read, read.started_at) == (kept, record.started_at), "its deadline counts from there"


def test_what_others_wrote_into_a_record_must_stay() -> None:
    """Its run, its healer and `chaos heal` write from what each of them read before."""
    stale = opened()
    fault_records.healing(STACK, stale, by="`sdctl chaos heal`")
    closed = fault_records.close_record(STACK, stale, by="the run")
    assert closed.healing_by == "`sdctl chaos heal`"
    assert fault_records.close_record(STACK, stale, by="its deadline") == closed
    assert fault_records.injecting(STACK, stale) == closed
    assert fault_records.find(STACK, stale.id) == closed


def test_a_fault_that_somebody_is_ending_must_not_begin() -> None:
    stale = opened()
    fault_records.healing(STACK, stale, by="`sdctl chaos heal`")
    refused = fault_records.injecting(STACK, stale)
    assert (refused.injected_at, refused.ending_by) == (None, "`sdctl chaos heal`")


def test_between_reading_and_writing_a_record_nobody_else_must_write() -> None:
    stale, seen = opened(), list[Record]()
    begins = threading.Thread(target=lambda: seen.append(fault_records.injecting(STACK, stale)))
    with files.alone_in(folder()):
        begins.start()
        begins.join(0.2)
        closed = {**stale.to_json(), "healed_at": stale.until}
        (folder() / f"{stale.id}.json").write_text(json.dumps(closed))
    begins.join()
    assert seen == [fault_records.find(STACK, stale.id)]
    assert seen[0].injected_at is None


def test_a_record_must_be_on_the_disk_with_its_name_before_anything_breaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where the machine loses its power just after that."""
    synced, sync = list[tuple[bool, str]](), os.fsync

    def seen(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        kept = place.is_dir() and (place / "f-1.json").exists()
        synced.append((kept, "" if place.is_dir() else place.read_text()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    opened()
    (first, text), (last, _) = synced
    assert not first
    assert "f-1" in text, "all of it, before it has its name"
    assert last, "and then its name"
