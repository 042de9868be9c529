"""The status table: tiers as groups, every node with its role, health and facts."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from sdctl.bringup.doctor.checks.processors import BUSY
from sdctl.foundation.own_processors import processors
from sdctl.foundation.units import counted
from sdctl.state.snapshot import NodeStatus, Snapshot
from sdctl.terminal import facts, left_out
from sdctl.terminal.prose import Prose

_COLOUR = {"ok": "green", "failing": "red", "unknown": "yellow"}
_ROLE = {"leader": "bold magenta", "primary": "magenta"}


def table(snapshot: Snapshot) -> RenderableType:
    """The whole stack; fits 80 columns, the facts wrap."""
    return _stack(snapshot, snapshot.tiers, short=())


def forms(snapshot: Snapshot) -> tuple[RenderableType, ...]:
    """The same for screens that are lower and lower. One tier after another gets one line, of those
    that are well and that no fault is on; first those where nobody leads. At last every tier has
    its ill nodes only, and the tiers with such nodes come first."""
    hit = {fault.get("tier") for fault in snapshot.faults}
    well = [name for name, tier in snapshot.tiers.items() if tier.healthy]
    dull = sorted((n for n in reversed(well) if n not in hit), key=lambda n: _led(snapshot, n))
    order = sorted(snapshot.tiers, key=lambda name: name in well)
    return (
        *(_stack(snapshot, snapshot.tiers, short=dull[:most]) for most in range(len(dull) + 1)),
        _stack(snapshot, order, short=snapshot.tiers),
    )


def _led(snapshot: Snapshot, tier: str) -> bool:
    return any(node.role for node in snapshot.tiers[tier].nodes)


def _stack(snapshot: Snapshot, order: Iterable[str], short: Collection[str]) -> RenderableType:
    """What matters first is above: the stack, why nodes may be silent, and the faults. ``short``:
    tiers whose nodes that are well are counted, not shown."""
    grid = Table.grid(padding=(0, 1), expand=False)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name in order:
        nodes, count = snapshot.tiers[name].nodes, ""
        if name in short:
            count = _folded(nodes)
            nodes = tuple(node for node in nodes if node.health != "ok")
        grid.add_row(Text(name, style="bold"), "", "", count)
        for node in nodes:
            grid.add_row(*_row(node))
    late = busy(snapshot, os.getloadavg()[0], processors())
    told = [Prose(late, "yellow")] if late else []
    above: list[RenderableType] = [_headline(snapshot), *told, *_faults(snapshot)]
    return Group(*above, grid, *left_out.lines(snapshot.left_out))


def _folded(nodes: Sequence[NodeStatus]) -> str:
    """How many are ok, and who leads: that is what one wants to see before it is killed."""
    leads = [node.name for node in nodes if node.role == "leader"]
    return _counted(nodes) + (f", {' and '.join(leads)} leads" if leads else "")


def _counted(nodes: Sequence[NodeStatus]) -> str:
    """How many are ok; where that is known of none, how many are not known."""
    good = sum(node.health == "ok" for node in nodes)
    unknown = sum(node.health == "unknown" for node in nodes)
    for count, word in ((good, "ok"), (unknown, "not known")):
        if count == len(nodes):
            return f"{counted(count, 'node')} {word}"
    if unknown and not good:
        return f"{unknown} of {len(nodes)} nodes not known"
    return f"{good} of {len(nodes)} nodes ok"


def busy(snapshot: Snapshot, load: float, processors: int) -> str:
    """Pure: why nodes that run may be silent, where this machine is the reason; else empty."""
    silent = any(
        node.state == "running" and node.health == "unknown" for node in snapshot.nodes().values()
    )
    if not silent or load <= BUSY * processors:
        return ""
    return (
        f"{load:.0f} processes want one of this machine's {processors} cores: nodes may "
        "answer too late to be seen"
    )


def _headline(snapshot: Snapshot) -> Text:
    nodes = tuple(snapshot.nodes().values())
    word, colour = ("healthy", "green") if snapshot.healthy else ("not healthy", "red")
    if nodes and all(node.health == "unknown" for node in nodes):
        word, colour = "unknown", "yellow"
    return Text.assemble(
        (f"{snapshot.stack} ({snapshot.profile})", "bold"),
        " ",
        (word, colour),
        f" · {_counted(nodes)} · {snapshot.at[11:19]} UTC",
    )


def _row(node: NodeStatus) -> tuple[RenderableType, ...]:
    colour = _COLOUR["unknown" if node.starting else node.health]
    told: RenderableType = _Facts(facts.parts(node.facts), "" if node.health == "ok" else "dim")
    if node.health != "ok" and node.reason:
        told = Prose(node.reason, colour)
    return (
        Text(f"  {node.name}"),
        Text(node.role or "", style=_ROLE.get(node.role or "", "")),
        Text(node.condition, style=colour),
        told,
    )


class _Facts:
    """Facts in as many lines as they take; none of them is broken."""

    def __init__(self, parts: Sequence[str], style: str) -> None:
        self._parts = parts
        self._style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines: list[str] = []
        for part in self._parts:
            if lines and len(longer := f"{lines[-1]} · {part}") <= options.max_width:
                lines[-1] = longer
            else:
                lines.append(part)
        yield Text("\n".join(lines), style=self._style)


def _faults(snapshot: Snapshot) -> list[Prose]:
    now = datetime.fromisoformat(snapshot.at) if snapshot.at else None
    return [
        Prose(fault_on(fault, now), head="fault ", head_style="bold red")
        for fault in snapshot.faults
    ]


def fault_on(fault: Mapping[str, Any], now: datetime | None = None) -> str:
    """From its record's JSON: since when it has been on, and until when. One whose time is over is
    being healed. Most heal before that time: it is when the second process heals them."""
    since = fault.get("injected_at")
    state = f"on since {since[11:19]}" if since else "beginning"
    over = (now or datetime.now(UTC)) >= datetime.fromisoformat(fault["until"])
    end = f"heals by {fault['until'][11:19]} UTC"
    if over:
        end = "healing now"
        state += " UTC" if since else ""
    return f"{fault['id']} {fault['kind']} on {fault['target']}: {state}, {end}"
