"""The log lines of one node, a tier or a stack, straight from the engine."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Any

from sdctl.design.absent_tier import no_tier
from sdctl.foundation import json_files, output
from sdctl.foundation.errors import SdctlError, TargetUnavailable
from sdctl.state import merging
from sdctl.state.logs import own_words
from sdctl.targets.target import Target

_END = None


def read(
    engine: Target,
    where: str | None,
    *,
    tail: int | None,
    follow: bool,
    since_s: float | None,
) -> Iterator[tuple[str, str]]:
    """``(node, line)``; the oldest first, or with ``follow`` as they come.

    Raises ``NoSuchTarget`` when ``where`` is neither a tier nor a node.
    """
    containers = engine.nodes()
    nodes = [node.node for node in containers if where in (None, node.tier, node.node)]
    if not nodes:
        raise no_tier(
            where or "",
            [node.tier for node in containers],
            [node.node for node in containers],
            merging.left_out_of(containers),
        )
    if not follow:
        yield from in_time(
            (node, line) for node in nodes for line in engine.logs(node, tail=tail, since_s=since_s)
        )
        return
    yield from _together(engine, nodes, tail, since_s)


def in_time(lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pure: lines of nodes, each node's in its own order, with the oldest first. A line without a
    time goes with the node's line before it."""
    latest = dict[str, str]()
    found = []
    for node, text in lines:
        latest[node] = str(parsed(node, "", text)["at"])[:_MILLISECONDS] or latest.get(node, "")
        found.append((latest[node], node, text))
    return [(node, text) for _, node, text in sorted(found, key=lambda one: one[0])]


_MILLISECONDS = len("2026-01-01T00:00:01.123")
"""Servers write a moment with more digits or fewer."""


def _together(
    engine: Target, nodes: list[str], tail: int | None, since_s: float | None
) -> Iterator[tuple[str, str]]:
    lines: queue.Queue[tuple[str, str] | Exception | None] = queue.Queue(maxsize=10_000)

    def pump(node: str) -> None:
        try:
            for line in engine.logs(node, tail=tail, follow=True, since_s=since_s):
                lines.put((node, line))
        except Exception as error:  # is told where the lines are read
            lines.put(error)
        else:
            lines.put(_END)

    for node in nodes:
        threading.Thread(target=pump, args=(node,), daemon=True).start()
    left = len(nodes)
    while left:
        item = lines.get()
        if isinstance(item, tuple):
            yield item
            continue
        left -= 1
        if isinstance(item, SdctlError) and not isinstance(item, TargetUnavailable) and left:
            output.warn(str(item))  # the others go on
        elif item is not _END:
            raise item


def fields(text: str) -> dict[str, Any] | None:
    """Pure: what a line in JSON says; None for any other."""
    try:
        found = json_files.parsed(text)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    # etcd and others call them by other names, as the collector knows as well
    for name, other in (("message", "msg"), ("at", "ts"), ("at", "time")):
        if name not in found and other in found:
            found[name] = found.pop(other)
    return found


def parsed(node: str, tier: str, text: str) -> dict[str, Any]:
    """Pure: a node's line, with what it says of itself; one in JSON keeps its fields."""
    found = fields(text)
    if found is None:
        found = own_words.read(text)
    line = {"at": "", **found, "level": own_words.level(found), "node": node, "tier": tier}
    if "message" not in found and "status" in found:
        line["message"] = "{method} {path} {status} in {took_ms} ms".format_map(
            {"method": "", "path": "", "took_ms": "?", **found}
        )
    return line
