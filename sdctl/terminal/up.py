"""How `up` looks while it works, and what it says at the end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from rich.console import Console
from rich.text import Text

from sdctl.bringup.canary import Proof
from sdctl.bringup.lifecycle import Up
from sdctl.design import needs
from sdctl.design.topology import Topology
from sdctl.foundation.own_command import typed
from sdctl.foundation.own_processors import processors
from sdctl.foundation.units import format_duration
from sdctl.state.stack import Stack
from sdctl.terminal import left_out
from sdctl.terminal.console import lively
from sdctl.terminal.prose import Prose, say
from sdctl.terminal.screen import Screen


def scaled(
    screen: Screen,
    tier: str,
    was: Sequence[str],
    now: Sequence[str],
    made: Collection[str],
    done: Up,
) -> None:
    """The end of `scale`: its tier alone, by the names of its nodes. ``made``: those that were
    not there, and are."""
    took = format_duration(done.seconds)
    count = len(now)
    text = (
        f"{tier}: {len(was)} → {count} nodes" if was != now else f"{tier}: {count} nodes as before"
    )
    if again := [name for name in was if name in made]:
        text += f"; {', '.join(again)} made again, as somebody had removed {_it(again)}"
    screen.err.print(Text.assemble((text, "bold green"), f", all ready in {took}"))


def _it(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def to_see(screen: Screen, stack: Stack, topology: Topology, tiers: Iterable[str]) -> None:
    """The last line after a change of these tiers: which command shows what is in them now."""
    shown = [
        f"`{typed(f'inspect {tier}', stack.name)}`"
        for tier in dict.fromkeys(tiers)
        if tier in topology.tiers and topology.components[tier].figures
    ]
    if shown:
        say(screen.err, f"To see the effect: {', '.join(shown)}")


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
    count = f"{len(topology.nodes)} nodes ready"
    verb, ready = "is up", f"{count} in {took}"
    if not done.changed:
        verb, ready = "is up already", f"{count}; the command took {took}"
    console.print(
        Text.assemble(
            (f"{stack.name} ({topology.profile.name}) {verb}", "bold green"),
            f": {ready}",
        )
    )
    if done.proof:
        _proven(console, done.proof, told=not lively(console))
        for unproven in done.proof.not_waited:
            say(console, unproven)
    for line in left_out.lines(topology.profile.left_out):
        say(console, line)
    if done.url is None:
        return
    rate = needs.comfortable_rate(processors())
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
        say(console, Prose(f"{step.what}: {step.seen}", head=f"  {tier:<10} ", indent=13))
        said = step.tier
