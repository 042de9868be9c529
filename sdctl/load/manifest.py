"""What ``run.json`` holds of a run: which load, stack, settings and machine."""

from __future__ import annotations

import os
import platform
from typing import Any

from sdctl import __version__
from sdctl.foundation import processes
from sdctl.foundation.units import utc
from sdctl.judge.run_folder import RunKind
from sdctl.load.plan import LoadPlan
from sdctl.state.running import Running
from sdctl.targets.target import Target


def manifest(
    kind: RunKind,
    plan: LoadPlan,
    running: Running | None,
    *,
    day: str | None = None,
) -> dict[str, Any]:
    """What ``run.json`` holds. Without a stack that is ``running``: a load on a stranger's service.
    ``day``: the name of the game day that it is of."""
    profile, engine = (running.profile(), running.engine) if running else (None, None)
    return {
        "run": plan.run,
        "kind": kind,
        "day": day,
        "stack": running.stack.name if running else None,
        "stack_id": running.stack.identity if running else None,
        "profile": profile.name if profile else None,
        **processes.this(),
        "started_at": utc(),
        "workload": plan.workload.name,
        "seed": plan.seed,
        "retries": plan.retries,
        "schedule": {
            "points": [list(point) for point in plan.schedule.points],
            "duration_s": plan.schedule.duration_s,
        },
        "url": str(plan.address),
        "settings": profile.to_json() if profile else None,
        "images": {node.node: node.image for node in (engine.nodes() if engine else ())},
        "host": host(engine),
        "sdctl": __version__,
        "fault": None,
    }


def host(engine: Target | None) -> dict[str, Any]:
    """The machine: cores, memory, kernel, and the target's version if there is one."""
    return {
        "cpus": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": platform.release(),
        "docker": engine.version if engine is not None else None,
    }
