"""How `up` looks while it works: live on a terminal, lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from sdctl.bringup.progress import Progress, Silent
from sdctl.chaos.live_line import nodes
from sdctl.foundation.units import format_duration
from sdctl.foundation.wrapping import shortened
from sdctl.state import observation
from sdctl.state.snapshot import Snapshot
from sdctl.terminal.console import lively
from sdctl.terminal.prose import Prose


@contextmanager
def progress(console: Console, quiet: bool, *, tiers: Collection[str] = ()) -> Iterator[Progress]:
    """A live view on a terminal, plain lines elsewhere, nothing with ``--json``. With ``tiers`` it
    speaks of these alone, and of others only when they are not ready."""
    if quiet:
        yield Silent()
    elif lively(console):
        view = _LiveProgress(tiers)
        with Live(view, console=console, refresh_per_second=8, transient=True):
            yield view
        view.close(console)
    else:
        yield _PlainProgress(console, tiers)


SILENT_S = 5.0
_AWAY = "the observer does not answer now: until it does, nothing is known of the other nodes"


def _away(snapshot: Snapshot, *, knew: bool) -> bool:
    """Whether nobody can be asked about the nodes any more. In a stack that only begins nobody can
    be asked yet, and that its nodes are not ready is no wonder."""
    return knew and observation.blind(snapshot) is not None


class _LiveProgress:
    """Finished stages with their time, the current one with what it waits for."""

    def __init__(self, tiers: Collection[str] = ()) -> None:
        self._tiers = tiers
        self._done: list[RenderableType] = []
        self._stage = ""
        self._began = time.monotonic()
        self._detail = ""
        self._parts: list[str] = []
        self._said: list[str] = []
        """Before the stage that runs."""
        self._snapshot: Snapshot | None = None
        self._waiting: Mapping[str, str] = {}
        self._spinner = Spinner("dots")

    def stage(self, name: str) -> None:
        self._finish()
        self._stage, self._began, self._detail = name, time.monotonic(), ""
        self._parts.clear()

    def done(self, text: str) -> None:
        self._parts.append(text)

    def detail(self, text: str) -> None:
        self._detail = text

    def say(self, text: str) -> None:
        self._said.append(text)

    def seen(self, snapshot: Snapshot, waiting: Mapping[str, str]) -> None:
        if _away(snapshot, knew=bool(self._tiers or self._snapshot)):
            self._snapshot, self._detail = None, _AWAY
            return
        if self._detail == _AWAY:
            self._detail = ""
        self._snapshot, self._waiting = snapshot, waiting

    def close(self, console: Console) -> None:
        """What remains on the screen: each stage and its time."""
        self._finish()
        for text in self._done:
            console.print(text)

    def _finish(self) -> None:
        if self._stage:
            took = format_duration(time.monotonic() - self._began)
            self._done.append(Text.assemble(("✓ ", "green"), self._stage, (f"  {took}", "dim")))
        self._done += [Prose(f"  {line}", "dim") for line in self._said]
        self._said = []

    def __rich__(self) -> RenderableType:
        parts: list[RenderableType] = [*self._done]
        if self._stage:
            elapsed = format_duration(time.monotonic() - self._began)
            self._spinner.update(text=Text.assemble(self._stage, (f"  {elapsed}", "dim")))
            parts.append(self._spinner)
        parts += [Prose(f"  {line}", "dim") for line in self._said]
        parts += [
            Prose(part, head="  ✓ ", head_style="green", indent=4) for part in list(self._parts)
        ]
        if self._detail:
            parts.append(Text(f"  {shortened(self._detail, 76)}", style="dim"))
        if self._snapshot is not None and not self._snapshot.healthy:
            parts.append(_tiers(self._snapshot, self._waiting, self._tiers))
        return Group(*parts)


_WHY = 160
"""Characters of why a node is waited for: two lines."""


def _tiers(snapshot: Snapshot, waiting: Mapping[str, str], only: Collection[str]) -> Table:
    grid = Table.grid(padding=(0, 1))
    for name, tier in snapshot.tiers.items():
        if only and name not in only and tier.healthy:
            continue
        good = sum(node.health == "ok" for node in tier.nodes)
        first = next((node.name for node in tier.nodes if node.name in waiting), None)
        why = Prose("ready", "green")
        if first is not None:
            why = Prose(f"{first}: {shortened(waiting[first], _WHY)}", "yellow")
        grid.add_row(f"  {name}", f"{good}/{len(tier.nodes)}", why)
    return grid


class _PlainProgress:
    """A line whenever something changes, for pipes and logs."""

    def __init__(self, console: Console, tiers: Collection[str] = ()) -> None:
        self._console = console
        self._tiers = tiers
        self._began = self._said_at = time.monotonic()
        self._ready: dict[str, bool] = {}
        self._blind = False

    def stage(self, name: str) -> None:
        self._line(name)

    def detail(self, text: str) -> None:
        """Left out: a build's output is long, and an error repeats its end."""

    def done(self, text: str) -> None:
        self._line(f"  {text}")

    def say(self, text: str) -> None:
        self._line(f"  {text}")

    def seen(self, snapshot: Snapshot, waiting: Mapping[str, str]) -> None:
        """Which tier is ready; and after a silence, who is waited for. While the observer is made
        anew nothing is known of the nodes, and nothing is said of them."""
        if _away(snapshot, knew=bool(self._tiers or self._ready)):
            if not self._blind or time.monotonic() - self._said_at >= SILENT_S:
                self._line(f"  {_AWAY}")
            self._blind = True
            return
        self._blind = False
        for name, tier in snapshot.tiers.items():
            # of the others one expects that they are ready, and that needs no word
            expected = bool(self._tiers) and name not in self._tiers
            if self._ready.get(name, expected) != tier.healthy:
                self._ready[name] = tier.healthy
                self._line(f"  {name} {'ready' if tier.healthy else 'not ready'}")
        if waiting and time.monotonic() - self._said_at >= SILENT_S:
            self._line(f"  waiting for {nodes(waiting)}")

    def _line(self, text: str) -> None:
        self._said_at = time.monotonic()
        self._console.print(f"{self._said_at - self._began:6.1f} s  {text}", soft_wrap=True)
