"""Asks the observer, adds what the engine says, and makes a Snapshot of both."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sdctl.foundation.errors import NoSuchTarget, NotReady, UsageError
from sdctl.foundation.own_command import typed
from sdctl.foundation.verbose import LOG
from sdctl.state import wanted
from sdctl.state.snapshot import NodeStatus, Snapshot, TierStatus
from sdctl.state.stack import names
from sdctl.targets.target import Instance, Target

OBSERVER_PORT = 8000
_TIMEOUT_S = 3.0


class ObserverAway(Exception):
    """The observer does not answer; the text says why."""


@dataclass(frozen=True)
class Observer:
    """The observer of a running stack, where this machine reaches it."""

    address: str
    token: str

    def ask(self, path: str, *, timeout_s: float = _TIMEOUT_S) -> Any:
        """The JSON of one GET. Raises ``ObserverAway``, for a 404 ``NoSuchTarget``, for a 400
        ``UsageError``."""
        connection = http.client.HTTPConnection(self.address, timeout=timeout_s)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self.token}"})
            response = connection.getresponse()
            value = json.loads(response.read())
            LOG.debug("observer GET %s %s", path, response.status)
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise ObserverAway(f"the observer does not answer: {why}") from None
        finally:
            connection.close()
        if response.status == 404:
            raise NoSuchTarget(str(value.get("detail", "not found")), hint="See `sdctl status`.")
        if response.status == 400:
            raise UsageError(str(value.get("detail", "not understood")), hint="Nothing was done.")
        if response.status != 200:
            raise ObserverAway(str(value.get("detail", f"the observer: {response.status}")))
        return value


def observer_of(nodes: Sequence[Instance], secrets: Mapping[str, str]) -> Observer:
    """The observer among a stack's nodes. Raises ``ObserverAway``."""
    for node in nodes:
        if node.component == "observer" and OBSERVER_PORT in node.addresses:
            return Observer(node.addresses[OBSERVER_PORT], secrets.get("observer", ""))
    raise ObserverAway("no observer is running")


def present(engine: Target, stack: str) -> Sequence[Instance]:
    """What there is of the stack. Raises ``NoSuchTarget`` when nothing of it runs."""
    nodes = engine.nodes()
    if not nodes and keeps_data(engine):
        raise is_down(stack)
    if not nodes:
        others = [name for name in names() if name != stack]
        raise NoSuchTarget(
            f"there is no stack {stack!r}",
            hint=f"Yours: {', '.join(others)}. Name one: --stack {others[0]}."
            if others
            else f"Start it: `{typed('up', stack)}`.",
        )
    return wanted.told(stack, nodes)


def keeps_data(engine: Target) -> bool:
    """Of a stack of which nothing runs: whether its data are there."""
    return bool(engine.owners())


def is_down(stack: str) -> NoSuchTarget:
    """What is said of a stack of which nothing runs, and whose data are there."""
    remove = f"`{typed('down', stack)}` removes its data too."
    if (kept := wanted.of(stack)) is None:
        return NoSuchTarget(
            f"the stack {stack!r} is down. Its data are there, and nobody knows from which profile",
            hint=f"Name the profile that it had: `{typed('up PROFILE', stack)}`. {remove}",
        )
    return NoSuchTarget(
        f"the stack {stack!r} is down. Its data are kept, from the profile {kept.profile}",
        hint=f"`{typed('up', stack)}` brings it back as it was, with its settings. {remove}",
    )


def snapshot(
    engine: Target,
    stack: str,
    secrets: Mapping[str, str],
    *,
    faults: Sequence[Mapping[str, Any]] = (),
) -> Snapshot:
    """What is there now, and what is missing: one call to the engine, one to the observer.

    Raises ``NoSuchTarget`` when nothing of the stack is there.
    """
    there = present(engine, stack)
    nodes = (*there, *wanted.missing(engine, stack, there))
    try:
        raw = observer_of(nodes, secrets).ask("/readings")
    except ObserverAway as away:
        return merge(stack, nodes, [], reason=str(away), faults=faults)
    return merge(stack, nodes, raw["readings"], at=raw["at"], faults=faults)


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
        at=at or datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        tiers=tiers,
        faults=tuple(faults),
        left_out=left_out_of(instances),
    )


def blind(seen: Snapshot) -> str | None:
    """Pure: why nothing is known of any node that runs (the observer is away); None: some is."""
    running = [node for node in seen.nodes().values() if node.state == "running"]
    if any(node.health != "unknown" for node in running):
        return None
    return next((node.reason for node in running if node.reason), "no node says what it is")


def profile_of(instances: Sequence[Instance]) -> str:
    """The name of the profile that a running stack was made from; empty where nobody says."""
    return next((instance.profile for instance in instances if instance.profile), "")


def settings_of(instances: Sequence[Instance]) -> dict[str, Any]:
    """The profile that a running stack was made from, as is kept with its observer. Raises
    ``NotReady`` where nobody says it."""
    for instance in instances:
        if instance.settings:
            value = json.loads(instance.settings)
            assert isinstance(value, dict)
            return value
    raise NotReady(
        "the running stack does not say which profile it was made from",
        hint="Name the profile that it had: `sdctl up PROFILE`.",
    )


def left_out_of(instances: Sequence[Instance]) -> dict[str, str]:
    """What the profile asked for and this machine cannot have, and why, as is kept with the
    observer."""
    text = next((instance.left_out for instance in instances if instance.left_out), "{}")
    return {str(name): str(why) for name, why in json.loads(text).items()}


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
    except (NotReady, KeyError, ValueError):
        return {}
    return {tier: index for index, tier in enumerate(tiers)}


def _natural(name: str) -> tuple[str, int]:
    stem, _, number = name.rpartition("-")
    return stem, int(number) if number.isdigit() else 0


__all__ = ["Observer", "ObserverAway", "merge", "observer_of", "snapshot"]
