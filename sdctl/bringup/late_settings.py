"""After nodes were made anew: settings that are not in force yet are brought into force."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial

from sdctl.bringup.bring_up import BringUp
from sdctl.design.topology import Topology
from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady
from sdctl.state.snapshot import Snapshot
from sdctl.targets.operations import Exec


@dataclass(frozen=True)
class Late:
    """A node whose server has to be started again, with what, and why."""

    node: str
    tier: str
    restart: tuple[str, ...]
    why: str
    """``database.max_connections is 200 still, not 150``."""


def bring_into_force(bring_up: BringUp, seen: Snapshot, deadline: float) -> bool:
    """One server after the other is started again in its place, each when its tier is well. False:
    nothing was to be done, by what was ``seen``. Raises ``NotReady`` where a setting is not in
    force by the deadline, a moment of ``time.monotonic()``."""
    began, refused = False, list[str]()
    while late := next_late(bring_up.topology, seen):
        began = True
        if time.monotonic() > deadline:
            raise NotReady(
                f"{late.node} has not taken up a setting: {late.why}",
                hint=f"`sdctl logs {late.node}` shows more. `sdctl up` continues from here.",
                details=refused,
            )
        bring_up.progress.stage(f"start the server of {late.node} again: {late.why}")
        done = bring_up.target.apply(Exec(node=late.node, command=late.restart, cause=late.why))
        said = done.stderr.strip() or done.stdout.strip() or f"exit code {done.code}"
        refused = [f"{late.node}: {said}"] if done.code else []
        _, seen = waiting.until(
            bring_up.look,
            partial(_is_well, late.tier),
            timeout_s=waiting.left_s(deadline),
        )
    return began


def _is_well(tier: str, seen: Snapshot) -> bool:
    return seen.tiers[tier].healthy


def next_late(topology: Topology, seen: Snapshot) -> Late | None:
    """Pure: where a value is lower than before, the leader comes first, as those that follow take
    no less than it has; where it is higher, they come first. None: all is in force, or not known.
    """
    for tier, component in topology.components.items():
        setting = component.late_setting
        if setting is None:
            continue
        wanted = getattr(topology.profile.settings[tier], setting.name)
        late = [
            (has > wanted, node.leads, node.name, has)
            for node in seen.of_tier(tier)
            if isinstance(has := node.facts.get(setting.name), int) and has != wanted
        ]
        if late:
            _, _, name, has = min(late, key=lambda setting: (setting[0] != setting[1], setting[2]))
            why = f"{tier}.{setting.name} is {has} still, not {wanted}"
            return Late(name, tier, setting.restart, why)
    return None
