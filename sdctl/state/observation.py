"""Asks the observer, adds what the engine says, and makes a Snapshot of both."""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sdctl.foundation import json_files
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.foundation.own_command import typed
from sdctl.foundation.verbose import LOG
from sdctl.state import wanted
from sdctl.state.merging import merge
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack, names
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
            value = json_files.parsed(response.read())
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


def observer_of(nodes: Sequence[Instance], stack: Stack) -> Observer:
    """The observer among a stack's nodes. Raises ``ObserverAway``."""
    for node in nodes:
        if node.component == "observer" and OBSERVER_PORT in node.addresses:
            return Observer(node.addresses[OBSERVER_PORT], stack.secrets().get("observer", ""))
    raise ObserverAway("no observer is running")


def present(engine: Target, stack: str) -> Sequence[Instance]:
    """What there is of the stack. Raises ``NoSuchTarget`` when nothing of it runs."""
    nodes = engine.nodes()
    if not nodes and keeps_data(engine):
        raise _changing(stack) or is_down(stack)
    if not nodes:
        others = [name for name in names() if name != stack]
        raise NoSuchTarget(
            f"there is no stack {stack!r}",
            hint=f"Yours: {', '.join(others)}. Name one: --stack {others[0]}."
            if others
            else f"Start it: `{typed('up', stack)}`.",
        )
    return wanted.with_profile(stack, nodes)


def keeps_data(engine: Target) -> bool:
    """Of a stack of which nothing runs: whether its data are there."""
    return bool(engine.owners())


def _changing(stack: str) -> NoSuchTarget | None:
    """What is said where nothing of a stack runs as somebody makes or removes it: what it has now
    may be gone in a moment."""
    if not (who := Stack(stack).changed_by_other):
        return None
    return NoSuchTarget(
        f"nothing of the stack {stack!r} runs at this moment: {who} is working on it",
        hint="Ask again when that has ended.",
    )


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


def snapshot(engine: Target, stack: Stack, *, faults: Sequence[Mapping[str, Any]] = ()) -> Snapshot:
    """What is there now, and what is missing: one call to the engine, one to the observer.

    Raises ``NoSuchTarget`` when nothing of the stack is there.
    """
    there = present(engine, stack.name)
    nodes = (*there, *wanted.missing(engine, stack.name, there))
    try:
        raw = observer_of(nodes, stack).ask("/readings")
    except ObserverAway as away:
        return merge(stack.name, nodes, [], reason=str(away), faults=faults)
    return merge(stack.name, nodes, raw["readings"], at=raw["at"], faults=faults)


def blind(seen: Snapshot) -> str | None:
    """Pure: why nothing is known of any node that runs (the observer is away); None: some is."""
    running = [node for node in seen.nodes().values() if node.state == "running"]
    if any(node.health != "unknown" for node in running):
        return None
    return next((node.reason for node in running if node.reason), "no node says what it is")
