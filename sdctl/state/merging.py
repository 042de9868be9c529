"""What the engine and the observer said → a Snapshot. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sdctl.foundation import json_files
from sdctl.foundation.errors import NotReady
from sdctl.foundation.units import utc
from sdctl.state.snapshot import NodeStatus, Snapshot, TierStatus
from sdctl.targets.target import Instance


def merge(
    stack: str,
    instances: Sequence[Instance],
    readings: Sequence[Mapping[str, Any]],
    *,
    at: str = "",
    reason: str = "not asked",
    faults: Sequence[Mapping[str, Any]] = (),
) -> Snapshot:
    """Pure: a snapshot from what the engine and the observer said."""
    seen = {reading["name"]: reading for reading in readings}
    order = _tier_order(instances)
    tiers = {}
    for tier in sorted(
        {instance.tier for instance in instances}, key=lambda t: (order.get(t, 99), t)
    ):
        nodes = tuple(
            _status(instance, seen.get(instance.node), reason)
            for instance in sorted(instances, key=lambda instance: _natural(instance.node))
            if instance.tier == tier
        )
        leader = next((node.name for node in nodes if node.role == "leader"), None)
        tiers[tier] = TierStatus(
            healthy=all(node.health == "ok" for node in nodes), leader=leader, nodes=nodes
        )
    return Snapshot(
        stack=stack,
        profile=profile_of(instances),
        healthy=all(tier.healthy for tier in tiers.values()),
        at=at or utc(),
        tiers=tiers,
        faults=tuple(faults),
        left_out=left_out_of(instances),
    )


def profile_of(instances: Sequence[Instance]) -> str:
    """The name of the profile that a running stack was made from; empty where nobody says."""
    return next((instance.profile for instance in instances if instance.profile), "")


def settings_of(instances: Sequence[Instance]) -> dict[str, Any]:
    """The profile that a running stack was made from, as is kept with its observer. Raises
    ``NotReady`` where nobody says it."""
    for instance in instances:
        if instance.settings and (value := _settings(instance.settings)) is not None:
            return value
    raise unsaid("the running stack does not say which profile it was made from")


def unsaid(what: str) -> NotReady:
    """What is told where nothing that runs says a profile that this sdctl knows."""
    return NotReady(what, hint="Name the profile that it had: `sdctl up PROFILE`.")


def left_out_of(instances: Sequence[Instance]) -> dict[str, str]:
    """What the profile asked for and this machine cannot have, and why, as is kept with the
    observer."""
    text = next((instance.left_out for instance in instances if instance.left_out), "{}")
    try:
        return {str(name): str(why) for name, why in json_files.parsed(text).items()}
    except (ValueError, AttributeError):
        return {}


def _settings(text: str) -> dict[str, Any] | None:
    """None: it is nothing that an sdctl said."""
    try:
        value = json_files.parsed(text)
        tiers = value["tiers"]
        sound = all(isinstance(value.get(tier, {}), dict) for tier in tiers)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return value if sound and isinstance(tiers, list) else None


def _status(instance: Instance, reading: Mapping[str, Any] | None, reason: str) -> NodeStatus:
    status = _seen(instance, reading, reason)
    # silence says nothing about how far a node is: a full machine makes a proven one silent, too;
    # and one that serves has started, whatever it lacks
    serves = status.facts.get("unready") is False
    starting = instance.young and status.health == "failing" and not serves
    return replace(status, starting=starting)


def _seen(instance: Instance, reading: Mapping[str, Any] | None, reason: str) -> NodeStatus:
    status = NodeStatus(name=instance.node, state=instance.state, shown=instance.shown)
    if instance.state in ("down", "restarting", "waiting"):
        return replace(status, health="failing", reason=instance.status or status.word)
    if instance.state == "frozen":
        return replace(status, reason=status.word)
    if reading is None:
        return replace(status, reason=reason)
    return replace(
        status,
        role=reading["role"],
        health=reading["health"],
        reason=reading["reason"],
        facts=reading["facts"],
    )


def _tier_order(instances: Sequence[Instance]) -> dict[str, int]:
    try:
        tiers = settings_of(instances)["tiers"]
    except NotReady:
        return {}
    return {tier: index for index, tier in enumerate(tiers)}


def _natural(name: str) -> tuple[str, int]:
    stem, _, number = name.rpartition("-")
    return stem, int(number) if number.isdigit() else 0
