"""Which node, and which client, `sdctl shell` means."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.components.component import Component
from sdctl.design.absent_tier import no_tier
from sdctl.foundation.errors import NoSuchTarget
from sdctl.state.snapshot import NodeStatus, Snapshot

_PLAIN = ("sh",)


def note(node: str, words: tuple[str, ...], where: str) -> str:
    """What is said as ``words`` open in ``node``; empty: they are a client, which says that itself.
    ``where``: what the user asked for."""
    if len(words) != 1 or words[0] not in ("sh", "bash"):
        return ""
    return (
        f"this is a plain shell in {node}: `exit` leaves it. `sdctl shell {where} -- COMMAND` asks "
        "what runs there; `sdctl shell --help` has examples"
    )


def resolve(
    snapshot: Snapshot,
    components: Mapping[str, Component],
    where: str,
    command: tuple[str, ...],
) -> tuple[str, tuple[str, ...]]:
    """The node and the words to run in it. ``where`` is a tier or a node; a tier means its leader,
    or its first running node. Raises ``NoSuchTarget``."""
    tier = where if where in snapshot.tiers else snapshot.tier_of(where)
    if tier is None:
        raise no_tier(where, snapshot.tiers, snapshot.nodes(), snapshot.left_out)
    nodes = [node for node in snapshot.tiers[tier].nodes if node.name == where or tier == where]
    node = _pick(tier, nodes, components[tier].shell_role if where == tier else None)
    component = components[tier].part_of(node)
    if not command:
        return node, component.shell
    prefix = component.shell if component.shell_command is None else component.shell_command
    if component.shell_command is None and prefix == _PLAIN:
        prefix = ()  # a plain shell would take the first word for a script's name
    return node, (*prefix, *command)


def _pick(tier: str, nodes: list[NodeStatus], role: str | None) -> str:
    running = [node for node in nodes if node.state == "running"]
    if not running:
        seen = ", ".join(f"{node.name} {node.word}" for node in nodes)
        raise NoSuchTarget(f"no node of {tier} is running: {seen}", hint="`sdctl up` repairs it.")
    if role is None:
        return running[0].name
    leading = [node for node in running if node.role == role]
    if not leading:
        raise NoSuchTarget(
            f"the {tier} has no {role} right now",
            hint=f"Name a node: {', '.join(node.name for node in running)}.",
        )
    return leading[0].name
