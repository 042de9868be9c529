"""Every message arrives, and none twice: 10,000 of them, whatever happens to them on their way."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.stacks import ROOT, Stack

pytestmark = [pytest.mark.docker, pytest.mark.proof]

DAY = """
load: {rps: 100}
faults:
  - {fault: fail-messages, rate: 20%, for: 150s}
  - {fault: kill-leader, at: 70s, tier: queue, how: kill, for: 10s}
assert: [lost=0, duplicated=0, undelivered=0, notified_twice=0, unfinished=0]
"""


@pytest.mark.timeout(1200)
def test_ten_thousand_messages_must_arrive_once_though_a_fifth_fails_and_the_queue_dies(
    lite: Stack, tmp_path: Path
) -> None:
    """75% of the requests are new orders. After the run, two replays of all dead letters at once
    end in the same state as one."""
    path = tmp_path / "messages.yaml"
    path.write_text(DAY)
    verdict = lite.json("chaos", "run", str(path), code=None)
    writes, (failing, killed) = verdict["writes"], verdict["faults"]
    assert [held["ok"] for held in verdict["assertions"]] == [True] * 5, verdict["why"]
    assert killed["began"]
    assert writes["acknowledged"] >= 10_000
    assert failing["messages"]["failed"] > 1_500
    assert len(writes["dead"]) > 0
    replays = [
        subprocess.Popen(
            lite.command("dlq", "replay", "--all"), cwd=ROOT, env=lite.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [replay.communicate(timeout=120)[0] for replay in replays]
    assert [replay.returncode for replay in replays] == [0, 0], said
    again = lite.json("verdict", verdict["run"])["writes"]
    assert (again["lost"], again["dead"], again["unfinished"]) == ([], [], [])
    assert (again["undelivered"], again["notified_twice"]) == ([], [])
    assert again["acknowledged"] == writes["acknowledged"]
