"""What the workers did with messages whose work failed: tried again, or given up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sdctl.faults.fail_messages import FailMessages
from sdctl.judge.attribution import Span
from sdctl.state.snapshot import Snapshot

if TYPE_CHECKING:
    from sdctl.design.profile import Profile

_COUNTS = ("failed", "retried", "dead")


def since(
    before: Snapshot, after: Snapshot, profile: Profile, own_dead: int | None = None
) -> dict[str, Any] | None:
    """What the workers counted in between, and how long a message waits between attempts;
    None where a worker began anew or was not seen. ``own_dead``: the orders of this run that failed
    for good. Workers count the messages of all runs: where more of them died, the counts are not of
    this run alone, and None as well."""
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
    if own_dead is not None and found["dead"] > own_dead:
        return None
    delays = getattr(profile.settings.get("worker"), "retry_delays", ())
    return {**found, "retry_delays_s": list(delays)}


def of_itself(fault: str, spans: Mapping[str, Span], kinds: Mapping[str, str]) -> bool:
    """Whether what workers count from the beginning of a fault on may be its own: no other one of
    the run that fails messages began later. ``spans``: when each was on, ``kinds``: what each is,
    by id."""
    return not any(
        kinds[other] == FailMessages.kind and begin > spans[fault][0]
        for other, (begin, _) in spans.items()
        if other != fault
    )


def _counted(seen: Snapshot) -> Mapping[str, Mapping[str, int]]:
    return {
        node.name: {name: int(node.facts[name] or 0) for name in _COUNTS}
        for node in seen.of_tier("worker")
        if all(name in node.facts for name in _COUNTS)
    }
