"""The kernel's files of control groups, of both versions, as shell lines in a node read them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from sdctl.faults import _kernel

V2 = {"cpu.max": "max 100000\n", "memory.max": "1000000\n", "memory.current": "500000\n",
      "memory.stat": "anon 1\ninactive_file 100000\n", "memory.events": "max 3\noom_kill 2\n",
      "cpu.stat": "usage_usec 1234\n"}  # fmt: skip
V1 = {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n",
      "memory/memory.limit_in_bytes": "1000000\n", "memory/memory.usage_in_bytes": "500000\n",
      "memory/memory.stat": "inactive_file 7\ntotal_inactive_file 100000\n",
      "memory/memory.failcnt": "3\n", "memory/memory.oom_control": "under_oom 0\noom_kill 2\n",
      "cpuacct/cpuacct.usage": "1234000\n"}  # fmt: skip


@pytest.mark.parametrize("files", [V1, V2], ids=["cgroup v1", "cgroup v2"])
def test_both_versions_of_control_groups_must_be_read_alike(
    files: Mapping[str, str], tmp_path: Path
) -> None:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def run(command: tuple[str, ...]) -> str:
        here = [word.replace("/sys/fs/cgroup", str(tmp_path)) for word in command]
        return subprocess.run(here, check=True, capture_output=True, text=True,
                              env={"PATH": os.environ["PATH"]}).stdout  # fmt: skip

    assert _kernel.cpu_limit(run(_kernel.CPU_LIMIT)) == (-1, 100_000)
    told = _kernel.memory(run(_kernel.MEMORY))
    assert (told.limit, told.used, told.idle, told.hit, told.killed) == (
        1_000_000, 500_000, 100_000, 3, 2,
    )  # fmt: skip
    assert told.share == 40.0
    run(_kernel.fill_memory(str(tmp_path / "fill"), 0.9))
    assert (tmp_path / "fill").stat().st_size == 500_000
    quick = tuple(
        word.replace("sleep 2", "sleep 0.1").replace("sleep 0.3", "sleep 0")
        for word in _kernel.CPU_USED
    )
    assert _kernel.cpu_used(run(quick)) == 0.0, "the file does not count"
    assert _kernel.machine_full("10 100 1 400") == (
        "the machine was full (0% idle), so the node could not take its share"
    )
    assert not _kernel.machine_full("10 100 100 400")
