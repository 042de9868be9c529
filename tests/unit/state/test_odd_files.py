"""What is no regular file is read by nobody, and a full disk keeps no lock from being held."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from sdctl.cli import exits
from sdctl.foundation import assets, files, json_files
from sdctl.judge import outcome
from sdctl.judge.ledger_file import LedgerFile
from sdctl.judge.run_folder import RunFolder
from sdctl.state import lock
from sdctl.state.logs import lines
from sdctl.targets import placement
from sdctl.targets.compose import surroundings
from sdctl.targets.kubernetes import forward_record


@pytest.mark.parametrize("name", ["series.jsonl", "samples.jsonl", "ledger.jsonl", "run.json"])
def test_a_named_pipe_in_a_runs_folder_must_not_be_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    folder = RunFolder(tmp_path)
    assert [*folder.series(), *folder.samples()] == []
    assert folder.ledger_file() is None
    assert folder.read("run") is None
    with pytest.raises(OSError, match="no regular file"):
        files.regular(tmp_path / name)


def test_a_ledger_that_became_a_pipe_must_not_be_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"run": "r", "started_at": 1e9}\n')
    ledger = LedgerFile(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(OSError, match="no regular file"):
        ledger.writes()


def test_where_nothing_can_be_written_the_lock_must_be_held_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "stacks" / "s" / "lock"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        with lock.held(path, "s", "down"):
            assert path.read_bytes() == b""
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not path.exists()


def test_json_too_deep_to_read_must_be_as_no_json(tmp_path: Path) -> None:
    deep = "[" * 200_000
    place = assets.stacks() / "s" / "target.json"
    place.parent.mkdir(parents=True)
    forwards, config = tmp_path / "forwards.json", tmp_path / "config.json"
    for path in (place, forwards, config):
        path.write_text(deep)
    assert placement.read("s") is None
    assert forward_record.read(forwards) is None
    assert surroundings.context_name({"DOCKER_CONFIG": str(tmp_path)}) == "default"
    assert lines.fields(deep) is None
    assert outcome.member(deep.encode(), "id") is None


def test_a_state_folder_whose_link_leads_nowhere_must_be_refused_not_waited_for(
    tmp_path: Path,
) -> None:
    (tmp_path / "home").symlink_to(tmp_path / "not" / "mounted")
    with (
        pytest.raises(FileNotFoundError) as error,
        lock.held(tmp_path / "home" / "s" / "lock", "s", "up"),
    ):
        pass
    told = exits.refused(error.value)
    assert told.code == 2
    assert told.message == f"{tmp_path}/home cannot be used: it is a link that leads nowhere"


def test_half_a_character_in_a_text_must_be_written_as_an_escape(tmp_path: Path) -> None:
    files.write_whole(tmp_path / "page.html", json_files.parsed('"a\\ud800b"'))
    assert (tmp_path / "page.html").read_text() == "a\\ud800b"
