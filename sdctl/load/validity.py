"""Whose limit a load met. Latencies count only when it was the system's own.

How requests ended are facts all the same: a 503 is a 503, whoever was short of time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

LATE_LIMIT_MS = 20.0
CPU_LIMIT = 0.9
TELLING_S = 0.5
"""Of CPU time that there could have been: in less, beginning and ending take most of it, whatever
the rate. Whether sends were late is seen all the same."""
OWN_LEAST = 0.5
"""Of a core: a generator that used less was late because others held the processors."""
IDLE_LEAST = 0.05
STEAL_MOST = 0.05

Whose = Literal["files", "ports", "memory", "connections", "cpu", "schedule", "machine"]
"""All are the generator's own, but the last."""

SLOW: frozenset[Whose] = frozenset({"cpu", "schedule", "machine"})
"""Requests were sent, if late; by the others some could not be sent."""

_HINTS: Mapping[Whose, str] = {
    "files": "Raise the limit (`ulimit -n`), or lower --rps.",
    "ports": "Lower --rps, or wait a minute until the system gives closed ports free.",
    "memory": "Lower --rps, or free some memory.",
    "connections": "Lower --rps. More requests were open at once than it opens connections for.",
    "cpu": "Lower --rps, or give it more --processes if the machine has idle cores.",
    "schedule": "Lower --rps, or give the machine more cores.",
    "machine": "The generator took little of this machine: others held it. Stop what else runs "
    "here. If nothing else does, what answers the requests needs all of it: lower --rps, or give "
    "the machine more cores.",
}


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What made a run's latencies worthless."""

    whose: Whose
    because: str
    """The second half of a sentence."""

    @property
    def hint(self) -> str:
        """What to do about it."""
        return _HINTS[self.whose]

    def __str__(self) -> str:
        return f"the latencies do not count, because {self.because}"


@dataclass(frozen=True, kw_only=True)
class Strain:
    """What the generator and its machine went through during a run."""

    late_ms_p99: float | None
    cpu_s: float
    core_s: float
    """CPU time that its processes could have had: one core each."""
    host: Mapping[str, float | None]
    """``cpu_idle`` and ``cpu_steal``, shares from 0 to 1."""
    scarce: Mapping[str, int]
    """Requests that this machine lacked ``files``, ``ports`` or ``memory`` for."""
    queued: int
    unsent: int
    """Requests that waited for a connection until they were given up."""
    connections: int
    """How many it may open."""
    short_of_files: bool
    """Fewer than wanted, because of the limit on open files."""


def limit(strain: Strain) -> Limit | None:
    """Whose limit the run met; None: only the system's, so its figures are about the system."""
    return _scarce(strain) or _slow(strain)


def _scarce(strain: Strain) -> Limit | None:
    for whose, what in (("files", "open files"), ("ports", "free ports"), ("memory", "memory")):
        if count := strain.scarce.get(whose):
            return Limit(
                whose=whose,  # type: ignore[arg-type]
                because=f"the generator lacked {what}: {count} requests could not be sent",
            )
    if strain.short_of_files and strain.queued:
        return Limit(
            whose="files",
            because=f"the limit on open files leaves the generator {strain.connections} "
            f"connections, and {strain.queued} requests had to wait for one",
        )
    if strain.unsent:
        return Limit(
            whose="connections",
            because=f"all {strain.connections} connections of the generator were taken, and "
            f"{strain.unsent} requests were given up before they could be sent",
        )
    return None


def _slow(strain: Strain) -> Limit | None:
    late = strain.late_ms_p99
    own = f"the generator used over {CPU_LIMIT:.0%} of a core"
    busy = strain.cpu_s > CPU_LIMIT * strain.core_s
    if late is None or late <= LATE_LIMIT_MS:
        tells = busy and strain.core_s >= TELLING_S
        return Limit(whose="cpu", because=f"{own} for each of its processes") if tells else None
    said = f"1% of the sends were {late:.0f} ms late or more"
    if busy:
        return Limit(whose="cpu", because=f"{said}: {own} for each of its processes")
    share = strain.cpu_s / max(strain.core_s, 1e-9)
    full = _full(strain.host)
    if not full and share >= OWN_LEAST:
        return Limit(whose="schedule", because=f"{said}: the generator could not keep its schedule")
    return Limit(
        whose="machine",
        because=f"{said}: {full or _in_moments(strain.host)}; the generator itself used "
        f"{share:.0%} of a core",
    )


def _in_moments(host: Mapping[str, float | None]) -> str:
    """Of a machine that was not full all the time: a mean does not show when it was."""
    idle = host.get("cpu_idle")
    mean = "" if idle is None else f" (over the whole run it was {idle:.0%} idle)"
    return f"in some moments others held the machine's cores{mean}"


def _full(host: Mapping[str, float | None]) -> str:
    idle, steal = host.get("cpu_idle"), host.get("cpu_steal")
    if steal is not None and steal > STEAL_MOST:
        return f"the hypervisor took {steal:.0%} of the machine's CPU away"
    if idle is not None and idle < IDLE_LEAST:
        return f"the machine had no CPU left ({idle:.0%} idle)"
    return ""
