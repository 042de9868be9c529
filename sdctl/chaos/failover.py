"""A tier's failover, from what its nodes wrote around a fault, on the clock of the run."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from sdctl.chaos.phases.phases import SKEW_S, Failover, LogLine, all_phases
from sdctl.components.component import every_component
from sdctl.foundation import moments
from sdctl.targets.target import Instance, Target

_LATE_S = 5.0
"""The engine's stamp comes after the server's own, by as much as the engine is busy."""
_MARGIN_S = 2.0

_TAKEN = re.compile(r"(?:^|(?<= ))(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9})Z ")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)[.,](\d{3,6})")
_REDIS = re.compile(r"(\d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3})")


def observe(
    engine: Target, *, tier: str, target: str, injected_at: float, until: float | None = None
) -> Failover | None:
    """The failover of a tier after a fault that hit ``target`` at ``injected_at``, a moment of
    ``time.monotonic()`` like all others here; what was written after ``until`` is not looked at.

    None: its component's logs cannot be read for that (no file in ``chaos/phases/``), or the target
    has not one clock for all nodes. Read it once
    the writes are back for good; a node that was killed and started again keeps its log, one that
    was made anew has lost it. Raises ``SdctlError``.
    """
    everyone = engine.nodes()
    nodes = [node for node in everyone if node.tier == tier]
    read = all_phases().get(nodes[0].component) if nodes else None
    if read is None or "one clock" not in engine.abilities:
        return None
    offset = -moments.to_monotonic()
    since_s = time.monotonic() - injected_at + _MARGIN_S
    lines = [
        LogLine(node=node.node, at=at - offset, text=text)
        for node in (*nodes, *_witnesses(everyone))
        for raw in engine.logs(node.node, since_s=since_s, timestamps=True)
        for at, text in stamped(raw)
    ]
    end = float("inf") if until is None else until + SKEW_S
    around = [line for line in lines if injected_at - SKEW_S <= line.at <= end]
    found = read(sorted(around, key=lambda line: line.at), target)
    ended = engine.history(target).ended_at if target in {node.node for node in nodes} else None
    gone = None if ended is None else ended - offset
    noticed = found.detected or found.promoted
    if gone is None or noticed is None or not injected_at - SKEW_S <= gone <= noticed:
        return found
    return replace(found, gone=gone)


def _witnesses(nodes: Iterable[Instance]) -> Iterator[Instance]:
    """Those whose logs tell of other tiers' failovers."""
    names = {component.name for component in every_component() if component.witness}
    return (node for node in nodes if node.component in names)


def stamped(raw: str) -> Iterator[tuple[float, str]]:
    """Pure: a line as the engine gives it, with its moment in Unix seconds.

    The server's own stamp where it has one, since the engine's is later by as much as the engine is
    busy; all nodes of a machine have one clock. Two lines where the first had no end: then the
    engine's stamp of the second is in the middle.
    """
    _, *parts = _TAKEN.split(raw)
    for taken, text in zip(parts[::2], parts[1::2], strict=True):
        engine = datetime.fromisoformat(f"{taken}Z").timestamp()
        own = _own(text[:60])
        near = own is not None and -SKEW_S <= engine - own <= _LATE_S
        yield (own if own is not None and near else engine), text


def _own(text: str) -> float | None:
    """The stamp a server wrote: Patroni's, PostgreSQL's, RabbitMQ's, MongoDB's or Redis's, in UTC
    as every node has it."""
    if (match := _ISO.search(text)) is not None:
        day, clock, fraction = match.groups()
        return datetime.fromisoformat(f"{day}T{clock}.{fraction}Z").timestamp()
    if (match := _REDIS.search(text)) is not None:
        at = datetime.strptime(match[1], "%d %b %Y %H:%M:%S.%f")
        return at.replace(tzinfo=UTC).timestamp()
    return None
