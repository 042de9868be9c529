"""Reads a tier's metrics, decides, and carries it out; what is decided is ``design/autoscaling``.

It keeps nothing: killed, it has changed nothing by that, and the next one goes on from what runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sdctl.bringup import foresight, resizing
from sdctl.bringup.replica_watch import ReplicaWatch
from sdctl.components.settings import Settings
from sdctl.design import agreement
from sdctl.design.absent_tier import no_tier
from sdctl.design.autoscaling.decision import Decision, decide, remembered
from sdctl.design.autoscaling.observed import Memory
from sdctl.design.autoscaling.settings import AutoscaleSettings
from sdctl.design.profile import Profile
from sdctl.design.topology import Topology
from sdctl.foundation import moments
from sdctl.foundation.errors import InvalidProfile, NoSuchTarget, SdctlError, UsageError
from sdctl.foundation.own_command import typed
from sdctl.state.running import Running

Changing = Callable[[str], AbstractContextManager[None]]
"""While a command changes the stack, alone; raises ``UsageError`` when another is at work."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a decision."""

    carried_out: bool
    why_not: str = ""
    """Empty where there was nothing to do, or it was done."""
    seconds: float = 0.0


class Autoscaler:
    """Of one tier of a running stack."""

    def __init__(
        self, running: Running, tier: str, settings: AutoscaleSettings, changing: Changing
    ) -> None:
        self._running = running
        self._tier = tier
        self._settings = settings
        self._changing = changing
        self._memory = Memory()
        # once: windows are of this long, also where somebody sets the clock meanwhile
        self._to_monotonic = moments.to_monotonic()
        section = elastic(running.profile(), tier)
        self._watch = ReplicaWatch(tier, section.model_dump()["cpu_request"])

    def decide(self) -> Decision:
        """Look at the tier, and decide. Raises ``NoSuchTarget`` when the stack is gone."""
        snapshot = self._running.snapshot()
        current = self._running.profile().settings[self._tier].count
        seen = self._watch.observe(snapshot, current, time.monotonic() - self._to_monotonic)
        return decide(seen, self._memory, self._settings)

    def carry_out(self, decision: Decision) -> Outcome:
        """Make it so. What prevents it, such as a fault that is on, is no error: it will be decided
        again."""
        began, why_not = time.monotonic(), ""
        if decision.desired != decision.current:
            try:
                with self._changing(f"autoscale {self._tier}"):
                    resizing.resize(
                        self._running.engine,
                        resized(self._running, self._tier, decision.desired),
                        self._running.stack,
                        self._tier,
                    )
            except NoSuchTarget:
                raise
            except SdctlError as error:
                why_not = error.message
        self._memory = remembered(decision, carried_out=not why_not)
        done = decision.desired != decision.current and not why_not
        return Outcome(carried_out=done, why_not=why_not, seconds=time.monotonic() - began)


def elastic(profile: Profile, tier: str) -> Settings:
    """The settings of a tier that may be autoscaled. Raises ``NoSuchTarget`` or ``UsageError``."""
    if tier not in profile.settings:
        raise no_tier(tier, profile.tiers, left_out=profile.left_out)
    if not profile.settings[tier].autoscales_by:
        able = [name for name, settings in profile.settings.items() if settings.autoscales_by]
        raise UsageError(
            f"{tier} cannot be autoscaled: {_why_not(profile, tier)}",
            hint=f"These can: {', '.join(sorted(able))}. For example: `sdctl autoscale {able[0]}`."
            if able
            else "No tier of this stack can.",
        )
    return profile.settings[tier]


def _why_not(profile: Profile, tier: str) -> str:
    if profile.settings[tier].scales_by is None:
        return "it always has the nodes that it was made with"
    return "its nodes keep data, so they cannot come and go with the load"


def resized(running: Running, tier: str, count: int) -> Topology:
    """The running stack's topology with so many nodes of the tier."""
    field = running.profile().settings[tier].scales_by
    return agreement.agreed(running.stack.name, running.profile((f"{tier}.{field}={count}",)))


def check(running: Running, tier: str, settings: AutoscaleSettings) -> None:
    """Raise ``UsageError`` for what could never be carried out or decided here."""
    profile = running.profile()
    known = elastic(profile, tier).autoscales_by
    if most := foresight.scaled_by_itself(profile, tier, running.engine.abilities):
        raise UsageError(
            f"the cluster scales {tier} by itself, up to {most} replicas",
            hint="Two would work against each other. This takes the cluster's away: "
            f"`{typed('up', running.stack.name)} --set {tier}.autoscale_max=0`.",
        )
    for metric in settings.targets:
        if metric not in known:
            raise UsageError(
                f"--target-{metric} does not go with {tier}",
                hint=f"These do: {', '.join(f'--target-{name}' for name in known)}.",
            )
    try:
        topology = resized(running, tier, settings.max)
    except InvalidProfile as error:
        raise UsageError(
            f"--max {settings.max} does not fit this stack",
            hint="Name a lower --max, or raise the setting that stands in the way with `sdctl up`.",
            details=error.details,
        ) from None
    resizing.check(topology, running.engine.form.render(topology), running.engine.nodes(), tier)
