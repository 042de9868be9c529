"""The machine's CPU while a load runs: what it left idle, and what its hypervisor took away."""

from __future__ import annotations

from collections.abc import Mapping

import psutil


class HostCpu:
    """From when it is made until it is asked."""

    def __init__(self) -> None:
        self._before = psutil.cpu_times()

    def shares(self) -> Mapping[str, float | None]:
        """``cpu_idle`` (with waiting for disks) and ``cpu_steal``, of all cores, from 0 to 1.

        None where the system does not tell. Source of the fields: Linux's ``proc_stat(5)``, which
        counts the time of guests in ``user`` and ``nice`` too.
        """
        before, after = self._before._asdict(), psutil.cpu_times()._asdict()
        spent = {name: max(0.0, after[name] - before[name]) for name in after}
        total = sum(spent.values()) - spent.get("guest", 0.0) - spent.get("guest_nice", 0.0)
        if total <= 0:
            return {"cpu_idle": None, "cpu_steal": None}
        steal = spent.get("steal")
        return {
            "cpu_idle": round((spent["idle"] + spent.get("iowait", 0.0)) / total, 3),
            "cpu_steal": None if steal is None else round(steal / total, 3),
        }
