"""A fault on messages: on once every worker knows of it, and what the workers did meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sdctl.chaos.watching import Seen
from sdctl.faults.fault import FaultPlan
from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady
from sdctl.state import fault_records
from sdctl.state.fault_records import Record
from sdctl.state.snapshot import Snapshot

if TYPE_CHECKING:
    from sdctl.chaos.experiment import Experiment
    from sdctl.design.profile import Profile

_COUNTS = ("failed", "retried", "dead")
_KNOWN_S = 10.0


def watch(
    experiment: Experiment, plan: FaultPlan, record: Record, over: Callable[[], bool]
) -> Seen:
    """Until the fault's time is over, which runs from when every worker knew of it. Raises
    ``NotReady`` when they never do."""
    experiment.steps.say("waiting until every worker knows")
    known, _ = waiting.until(
        experiment.snapshot, lambda seen: know(seen) or over(), timeout_s=_KNOWN_S
    )
    if not known:
        raise NotReady(
            f"the workers did not take the order to fail messages within {_KNOWN_S:g} s",
            hint="It is taken back. `sdctl logs worker` may tell why.",
        )
    fault_records.injecting(experiment.stack, record)
    end = time.monotonic() + plan.for_s
    experiment.steps.say(f"the workers fail {plan.how} of their messages for {plan.for_s:g} s")

    def look() -> bool:
        now = time.monotonic()
        left = max(end - now, 0)
        experiment.steps.now(
            f"the workers fail {plan.how} of their messages, for {left:.0f} s more"
        )
        return now >= end or over()

    waiting.until(look, bool, timeout_s=plan.for_s + 1, every_s=0.2)
    return Seen()


def know(seen: Snapshot) -> bool:
    """Pure: whether every worker that is well has been told to fail messages."""
    status = seen.tiers.get("worker")
    workers = [node for node in status.nodes if node.health == "ok"] if status else []
    return bool(workers) and all(node.facts.get("fault_rate") for node in workers)


def since(before: Snapshot, after: Snapshot, profile: Profile) -> dict[str, Any] | None:
    """Pure: what the workers counted in between, and how long a message waits between attempts;
    None where a worker began anew or was not seen."""
    then, now = _counted(before), _counted(after)
    if not now or then.keys() != now.keys():
        return None
    found = dict.fromkeys(_COUNTS, 0)
    for worker, counts in now.items():
        for name in _COUNTS:
            more = counts[name] - then[worker][name]
            if more < 0:
                return None
            found[name] += more
    delays = getattr(profile.settings.get("worker"), "retry_delays", ())
    return {**found, "retry_delays_s": list(delays)}


def _counted(seen: Snapshot) -> Mapping[str, Mapping[str, int]]:
    status = seen.tiers.get("worker")
    return {
        node.name: {name: int(node.facts[name] or 0) for name in _COUNTS}
        for node in (status.nodes if status else ())
        if all(name in node.facts for name in _COUNTS)
    }
