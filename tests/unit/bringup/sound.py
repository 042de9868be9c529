"""A machine with nothing in a stack's way."""

from __future__ import annotations

from pathlib import Path

from sdctl.bringup.doctor.machine import Machine

MB, GB = 1024**2, 1024**3
SOUND = Machine(
    memory=16 * GB, memory_total=24 * GB, processors=4, load=0.2,
    disk_free=100 * GB, disk_folder=Path("/var/lib/docker"), inodes_free=10**7,
    state_folder=Path("/home/me/.local/state/sdctl"), state_free=100 * GB,
    open_files=1_048_576, open_files_most=1_073_741_816, files_left=10**6,
    max_map_count=65_530, inotify_instances=128, inotify_watches=180_000,
    clock=1_800_000_000.0, clocksource="tsc", tools=frozenset({"tc"}),
)  # fmt: skip
