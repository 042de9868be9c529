"""The processors of this machine that this process may use."""

from __future__ import annotations

import os


def processors() -> int:
    """How many."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return cores or 1
