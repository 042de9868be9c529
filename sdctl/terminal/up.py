"""How `up` looks while it works, and what it says at the end."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from sdctl.bringup.canary import Proof
from sdctl.bringup.lifecycle import Up
from sdctl.bringup.progress import Progress, Silent
from sdctl.chaos.live_line import nodes
from sdctl.design import needs
from sdctl.design.topology import Topology
from sdctl.foundation.own_command import typed
from sdctl.foundation.units import format_duration
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.terminal import left_out
from sdctl.terminal.console import lively
from sdctl.terminal.prose import say
from sdctl.terminal.screen import Screen


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


_SILENT_S = 5.0


class _LiveProgress:
    """Finished stages with their time, the current one with what it waits for."""

    def __init__(self, tiers: Collection[str] = ()) -> None:
        self._tiers = tiers
        self._done: list[Text] = []
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
        self._done += [Text(f"  {line}", style="dim") for line in self._said]
        self._said = []

    def __rich__(self) -> RenderableType:
        parts: list[RenderableType] = [*self._done]
        if self._stage:
            elapsed = format_duration(time.monotonic() - self._began)
            self._spinner.update(text=Text.assemble(self._stage, (f"  {elapsed}", "dim")))
            parts.append(self._spinner)
        parts += [Text(f"  {line}", style="dim") for line in self._said]
        parts.extend(Text.assemble(("  ✓ ", "green"), part) for part in list(self._parts))
        if self._detail:
            parts.append(Text(f"  {self._detail[:76]}", style="dim"))
        if self._snapshot is not None and not self._snapshot.healthy:
            parts.append(_tiers(self._snapshot, self._waiting, self._tiers))
        return Group(*parts)


def _tiers(snapshot: Snapshot, waiting: Mapping[str, str], only: Collection[str]) -> Table:
    grid = Table.grid(padding=(0, 1))
    for name, tier in snapshot.tiers.items():
        if only and name not in only and tier.healthy:
            continue
        good = sum(node.health == "ok" for node in tier.nodes)
        first = next((node.name for node in tier.nodes if node.name in waiting), None)
        why = Text("ready", style="green")
        if first is not None:
            why = Text(f"{first}: {waiting[first]}"[:52], style="yellow")
        grid.add_row(f"  {name}", f"{good}/{len(tier.nodes)}", why)
    return grid


class _PlainProgress:
    """A line whenever something changes, for pipes and logs."""

    def __init__(self, console: Console, tiers: Collection[str] = ()) -> None:
        self._console = console
        self._tiers = tiers
        self._began = self._said_at = time.monotonic()
        self._ready: dict[str, bool] = {}

    def stage(self, name: str) -> None:
        self._line(name)

    def detail(self, text: str) -> None:
        """Left out: a build's output is long, and an error repeats its end."""

    def done(self, text: str) -> None:
        self._line(f"  {text}")

    def say(self, text: str) -> None:
        self._line(f"  {text}")

    def seen(self, snapshot: Snapshot, waiting: Mapping[str, str]) -> None:
        """Which tier is ready; and after a silence, who is waited for."""
        for name, tier in snapshot.tiers.items():
            # of the others one expects that they are ready, and that needs no word
            expected = bool(self._tiers) and name not in self._tiers
            if self._ready.get(name, expected) != tier.healthy:
                self._ready[name] = tier.healthy
                self._line(f"  {name} {'ready' if tier.healthy else 'not ready'}")
        if waiting and time.monotonic() - self._said_at >= _SILENT_S:
            self._line(f"  waiting for {nodes(waiting)}")

    def _line(self, text: str) -> None:
        self._said_at = time.monotonic()
        self._console.print(f"{self._said_at - self._began:6.1f}s {text}", soft_wrap=True)


def scaled(screen: Screen, tier: str, was: int, now: int, done: Up) -> None:
    """The end of `scale`: its tier alone."""
    took = format_duration(done.seconds)
    text = f"{tier}: {was} → {now} nodes" if was != now else f"{tier}: {now} nodes as before"
    screen.err.print(Text.assemble((text, "bold green"), f", all ready in {took}"))


def result(screen: Screen, stack: Stack, topology: Topology, done: Up) -> None:
    """The end: addresses, key, what to try next; with ``--json`` one value."""
    if screen.json:
        steps = [step.to_json() for step in done.proof.steps] if done.proof else None
        screen.print_json(
            {
                "stack": stack.name,
                "profile": topology.profile.name,
                "healthy": done.snapshot.healthy,
                "changed": done.changed,
                "seconds": round(done.seconds, 2),
                "proof": steps,
                "left_out": dict(topology.profile.left_out),
            }
        )
        return
    console = screen.err
    took = format_duration(done.seconds)
    verb = "is up" if done.changed else "is up already"
    console.print(
        Text.assemble(
            (f"{stack.name} ({topology.profile.name}) {verb}", "bold green"),
            f": {len(topology.nodes)} nodes ready in {took}",
        )
    )
    if done.proof:
        _proven(console, done.proof, told=not lively(console))
    for line in left_out.lines(topology.profile.left_out):
        say(console, line)
    if done.url is None:
        return
    rate = needs.comfortable_rate(len(os.sched_getaffinity(0)))
    tries = (
        *("status --watch", "tour", f"load --rps {rate}"),
        *("chaos kill-leader", "chaos list", "down"),
    )
    following = "".join(f"\n  {typed(words, stack.name)}" for words in tries)
    console.print(
        f"\n  gateway   {done.url}  (/docs describes the API)"
        f"\n  API key   {stack.secrets()['api_key']}"
        f"\n\nTry next:{following}",
        soft_wrap=True,
    )


def _proven(console: Console, proof: Proof, *, told: bool) -> None:
    """What the order showed, a step a line, unless each was ``told`` when it was seen; a tier's
    name once."""
    took = format_duration(max(step.took_s for step in proof.steps))
    console.print(f"Proven by one order, in {took}{'.' if told else ':'}")
    if told:
        return
    said = ""
    for step in proof.steps:
        tier = "" if step.tier == said else step.tier
        line = Text.assemble(f"  {tier:<10} {step.what}: ", (step.seen, "dim"))
        console.print(line, soft_wrap=True)
        said = step.tier
