"""What an attack on the command line found: files that are copies, endless or not the user's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sdctl.chaos import healing
from sdctl.components.node import Secret
from sdctl.faults.kill_leader import KillLeader
from sdctl.foundation import files
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.judge import runs
from sdctl.judge.ledger import Ledger
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.verdict import Verdict
from sdctl.load.options import LoadOptions, make_plan
from sdctl.state import fault_records
from sdctl.state.stack import Stack
from sdctl.targets import bundle_folder, dotenv
from sdctl.targets.recording import RecordingTarget
from tests.unit.cli import ends


def test_a_copied_run_must_be_named_and_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    stack = Stack("sdctl")
    run = runs.folder(stack, "b378a2af")
    ledger = Ledger("b378a2af", path=run.ledger)
    ledger.flush()
    ledger.close()
    shutil.copytree(run.path, run.path.with_name("b378a2af (copy)"))
    assert runs.find(stack, "last", {}).run == "b378a2af"
    assert runs.find(stack, "b378", {}).run == "b378a2af"
    with pytest.raises(NoSuchTarget):
        runs.find(stack, "b378a2af (copy)", {})
    assert "it is a copy of b378a2af" in capsys.readouterr().err


def test_what_is_no_run_must_be_passed_over_and_written_into_by_none(tmp_path: Path) -> None:
    stack = Stack("sdctl")
    run = runs.folder(stack, "b378a2af")
    run.write("result", {})
    (run.path.parent / "mine").mkdir()
    (run.path.parent / "file").write_text("mine")
    (run.path.parent / "link").symlink_to(tmp_path)
    (tmp_path / "run.json").write_text("{}")
    assert runs.names(stack) == ["b378a2af"]
    assert runs.find(stack, "last", {}).run == "b378a2af"


@pytest.mark.parametrize("until", ["2026-11-28T18:00:00", "2026-11-28", "9999-12-31T23:59:59Z"])
def test_a_fault_with_a_time_that_cannot_be_must_be_passed_over(until: str) -> None:
    stack = Stack("sdctl")
    record = fault_records.open_record(
        stack, kind="pause", params={}, how="1s", tier="cache", target="redis-1", for_s=1.0
    )
    path = stack.history / "faults" / f"{record.id}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "until": until}))
    assert fault_records.active(stack) == []


def test_a_healer_must_not_undo_what_was_written_down_since_it_read_its_record() -> None:
    stack = Stack("sdctl")
    early = fault_records.open_record(
        stack, kind="pause", params={"where": "redis-1", "for_": 1.0}, how="1s", tier="cache",
        target="redis-1", for_s=1.0,
    )  # fmt: skip
    injected = fault_records.injecting(stack, early)
    healing.heal(RecordingTarget(), stack, early, by="its deadline")
    now = fault_records.find(stack, early.id)
    assert (now.injected_at, now.healed_by) == (injected.injected_at, "its deadline")


def test_a_verdict_that_is_judged_again_must_know_whether_writes_came_back() -> None:
    first = Verdict(run="x", facts=RunFacts(came_back=False, lasted_s=3.0))
    assert RunFacts.of_json(first.to_json(), 3.0).came_back is False


def test_the_users_own_lines_beside_the_secrets_must_stay_byte_for_byte(tmp_path: Path) -> None:
    own = b'NAME=M\xfcnchen\r\nMULTI="a\r\nb"\nX=1\x0c2\n# c\xc2\x85d\n'
    (tmp_path / ".env").write_bytes(own)
    for _ in range(2):
        dotenv.write(tmp_path, [Secret("api_key")], dotenv.read(tmp_path))
        assert (tmp_path / ".env").read_bytes().startswith(own)
    assert len(dotenv.read(tmp_path)["api_key"]) == 48


def test_a_stacks_own_bundle_must_not_be_rendered_into() -> None:
    with pytest.raises(UsageError, match="own state folder"):
        bundle_folder.check(Stack("sdctl").bundle, {"a": "b"})


@pytest.mark.parametrize("stream", [1, 2])
@pytest.mark.slow("a command with its load process")
def test_a_load_without_one_of_its_streams_must_end_as_earned(stream: int) -> None:
    with ends.hello() as server:
        words = f"load --url {server.url} --duration 1s --rps 5 --assert 'ok<=0'"
        done = subprocess.run(
            ["sh", "-c", f"{sys.executable} -m sdctl {words} {stream}>&-"], check=False
        )
        assert done.returncode in (8, 9)  # 9: the machine was too busy
        assert server.answered > 0


def test_an_endless_body_must_be_refused() -> None:
    options = LoadOptions(rps=1, duration="1s", workload="get", body="@/dev/zero")
    with pytest.raises(UsageError, match="longer than 16 MiB"):
        make_plan(options, "http://127.0.0.1:1/", {})


def test_a_pipe_that_nobody_reads_must_be_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "out")
    with pytest.raises(UsageError, match="--out"):
        files.try_out("--out", tmp_path / "out")


@pytest.mark.parametrize("seconds", [0.0, 0.5, 1801.0, 1e16])
def test_a_leader_must_be_dead_for_a_time_that_can_be_measured(seconds: float) -> None:
    with pytest.raises(UsageError, match="from 1s to 30m"):
        KillLeader(for_=seconds).check({})
