"""What Docker's answers mean: from its JSON to our words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sdctl.targets.compose.labels import LABEL, project
from sdctl.targets.target import Instance, State

_NEVER = "0001-"
"""What a moment begins with that never came."""


_STATES: Mapping[str, State] = {
    "running": "running",
    "paused": "frozen",
    "restarting": "restarting",
}
"""Docker's words for a container that is not down; the others: created, exited, dead, removing."""


_YOUNG = re.compile(r"Created|Up (Less than a second|\d+ seconds?)( \(.*\))?")
"""What Docker says of a container that was never started, or was less than a minute ago."""


_TAKEN = re.compile(r'container name "/(.+?)" is already in use')


@dataclass(frozen=True, kw_only=True)
class Container(Instance):
    """A node's container."""

    name: str
    """As Docker has it; another than the node's while Compose changes it."""
    networks: frozenset[str]
    """The stack's networks that it is connected to."""
    inside: Mapping[str, str] = field(default_factory=dict)
    """Its address in each of them."""
    id: str = ""
    """Docker's, of this very container: one that is made anew has another."""
    owner: str = ""
    """The mark of the state folder that made it."""


def container(raw: dict[str, Any]) -> Container:
    """One of a list of containers; it has our labels."""
    labels = raw["Labels"]
    prefix = f"{project(labels[f'{LABEL}stack'])}_"
    return Container(
        node=labels[f"{LABEL}node"],
        tier=labels.get(f"{LABEL}tier", ""),
        component=labels.get(f"{LABEL}component", ""),
        state=_STATES.get(raw["State"], "down"),
        shown=raw["State"],
        status=raw["Status"],
        young=_YOUNG.fullmatch(raw["Status"]) is not None,
        image=raw["Image"],
        spec=labels.get(f"{LABEL}spec", ""),
        profile=labels.get(f"{LABEL}profile", ""),
        settings=labels.get(f"{LABEL}settings", ""),
        left_out=labels.get(f"{LABEL}left_out", ""),
        addresses={
            port["PrivatePort"]: f"{port.get('IP') or '127.0.0.1'}:{port['PublicPort']}"
            for port in raw.get("Ports") or ()
            if "PublicPort" in port
        },
        name=name(raw),
        networks=frozenset(
            network.removeprefix(prefix) for network in raw["NetworkSettings"]["Networks"]
        ),
        inside={
            network.removeprefix(prefix): place.get("IPAddress") or ""
            for network, place in raw["NetworkSettings"]["Networks"].items()
        },
        id=raw.get("Id", ""),
        owner=labels.get(f"{LABEL}owner", ""),
    )


def name(raw: Mapping[str, Any]) -> str:
    """Of one of a list of containers, as Docker has it."""
    return str(raw["Names"][0]).lstrip("/")


def taken_name(told: str) -> str:
    """From what the engine says as it refuses: the container's name that was wanted and that
    another container has; empty: that is not why."""
    found = _TAKEN.search(told)
    return found[1] if found else ""


def owner(labels: Mapping[str, str]) -> str | None:
    """The owner's mark among the labels of a container, a volume or a network; ``""``: an earlier
    sdctl made it, which marked nothing; None: it is not sdctl's."""
    return labels.get(f"{LABEL}owner", "") if f"{LABEL}stack" in labels else None


def moment(raw: dict[str, Any], what: Literal["StartedAt", "FinishedAt"]) -> float | None:
    """From an inspected container to when it last began or ended, in Unix seconds; None: it never
    did."""
    at = str(raw["State"].get(what, _NEVER))
    if at.startswith(_NEVER):
        return None
    return datetime.fromisoformat(at).timestamp()


def last_pause(events: Iterable[Mapping[str, Any]], since: float) -> float | None:
    """From a container's pause and unpause events to the seconds that its last pause lasted; None
    when it began before ``since`` (Unix time) or has not ended."""
    moments = {event["Action"]: event["timeNano"] / 1e9 for event in events}
    paused, unpaused = moments.get("pause", 0.0), moments.get("unpause", 0.0)
    return unpaused - paused if since < paused < unpaused else None


def printed(body: bytes) -> tuple[bytes, bytes]:
    """What a command wrote to its output and to its error output. ``body``: pieces, each after
    eight bytes: 1 or 2 for which of the two, three of nothing, and the piece's length."""
    found, at = (bytearray(), bytearray()), 0
    while at < len(body):
        end = at + 8 + int.from_bytes(body[at + 4 : at + 8])
        found[body[at] == 2].extend(body[at + 8 : end])
        at = end
    return bytes(found[0]), bytes(found[1])
