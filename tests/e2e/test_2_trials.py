"""The same fault again and again, and what is made of a run afterwards."""

from __future__ import annotations

import json
import signal
import subprocess
from functools import partial
from pathlib import Path

import pytest

from tests.full_machine import bad, failed, told
from tests.stacks import ROOT, Stack, eventually

pytestmark = pytest.mark.docker


@pytest.mark.proof
def test_an_interrupted_bench_must_heal_and_go_on_with_its_trials(
    lite: Stack, tmp_path: Path
) -> None:
    out = tmp_path / "trials.json"
    words = ["bench", "failover", "cache", "--rps", "30", "--for", "5s", "--out", str(out)]
    with subprocess.Popen(
        lite.command(*words, "--trials", "3"),
        env=lite.environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as bench:
        eventually(out.exists, bool, timeout_s=90)
        eventually(lambda: lite.json("status")["faults"], bool, timeout_s=60)
        bench.send_signal(signal.SIGINT)
        _, said = bench.communicate(timeout=60)
    assert bench.returncode == 130, said
    assert f"--out {out}" in said
    assert lite.json("status")["faults"] == []
    first = json.loads(out.read_text())["trials"]
    assert len(first) == 1
    done = lite.json(*words, "--trials", "2", code=None)
    assert done == json.loads(out.read_text())
    assert done["trials"][0] == first[0]
    assert done["summary"]["trials"] == 2
    assert done["summary"]["writes"]["lost"] == 0
    runs = {trial["run"] for trial in done["trials"]}
    assert len(runs) == 2
    lite.run(*words, "--how", "stop", code=2)
    assert lite.json(*words, "--trials", "2", code=None) == done


def test_a_killed_cache_node_must_stop_no_write_and_be_reported_from_the_runs_files(
    lite: Stack, tmp_path: Path
) -> None:
    kill = ("chaos", "kill-leader", "cache", "--rps", "30", "--for", "8s")
    too_many = partial(failed, share=0.02)
    verdict = told(lambda: lite.json(*kill, code=None), too_many)
    assert verdict["writes"]["lost"] == []
    assert bad(verdict) <= 0.02 * verdict["requests"]["sent"] or too_many(verdict)
    assert lite.json("status")["healthy"]
    path = Path(lite.json("report", "last", "-o", str(tmp_path / "r.html"))["path"])
    page = path.read_text()
    assert "kill-leader kill redis-" in page
    assert "Disagreement" not in page
    assert "Not there" not in page
    for chart in ("Acknowledged writes", "Response time", "Requests", "Cache", "Messages"):
        assert f"<b>{chart}</b>" in page, chart
