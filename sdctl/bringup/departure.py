"""After nodes of a store went for good: its leader lets go of what it keeps for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sdctl.bringup.bring_up import BringUp
from sdctl.bringup.handover import leader
from sdctl.state.snapshot import Snapshot
from sdctl.targets.operations import Exec
from sdctl.targets.target import Instance


def gone(removed: Collection[str], before: Iterable[Instance]) -> dict[str, list[str]]:
    """Pure: the nodes that were ``removed``, by the tier in which they were ``before``."""
    found: dict[str, list[str]] = {}
    for instance in before:
        if instance.node in removed:
            found.setdefault(instance.tier, []).append(instance.node)
    return found


def let_go(bring_up: BringUp, seen: Snapshot, went: Mapping[str, Sequence[str]]) -> None:
    """For every store of which nodes ``went``, by tier. Where it fails, the store does it by itself
    later, and that is told."""
    for tier, component in bring_up.topology.components.items():
        nodes = went.get(tier)
        if not nodes or not component.forget or (leads := leader(seen, tier)) is None:
            continue
        names = ", ".join(nodes)
        bring_up.progress.stage(f"{tier}: {leads} forgets {names}")
        words = (*component.forget, *nodes)
        done = bring_up.target.apply(Exec(node=leads, command=words, cause=f"{names} went"))
        if done.code:
            why = done.stderr.strip() or f"exit code {done.code}"
            bring_up.progress.say(f"{leads} still keeps its log for {names}: {why}")
