"""Ways between nodes: how they are cut, and how it is seen which of them are open."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import TYPE_CHECKING

from sdctl.faults._calls import call, came
from sdctl.faults._groups import Group
from sdctl.faults._link import OBSERVER, SPARE_S, measuring
from sdctl.faults.effect import Effect
from sdctl.foundation.errors import UsageError
from sdctl.targets.network_operations import Connect, Impair
from sdctl.targets.operations import THIS_FAULT

if TYPE_CHECKING:
    from sdctl.components.node import Ability
    from sdctl.state.snapshot import Snapshot
    from sdctl.targets.operations import Op
    from sdctl.targets.target import Output

Way = tuple[str, str]
"""From one node to another."""


def cut(
    node: str, there: Group, *, cause: str, for_s: float, goes: bool = True, comes: bool = True
) -> Impair:
    """A node whose ways to (``goes``) or from (``comes``) a group are cut."""
    others = tuple(name for name in there.nodes if name != node)
    if not others and not there.outside:
        raise UsageError(f"{node} cannot be cut off from itself", hint="Name another group.")
    return Impair(
        node=node,
        cause=cause,
        for_s=for_s + SPARE_S,
        cut_to=others if goes else (),
        cut_from=others if comes else (),
        outside=there.outside and comes,
    )


def reachability(snapshot: Snapshot, inject: Sequence[Impair]) -> Effect:
    """Who reaches whom, measured: from every node that is cut off to every other one that shares a
    network with it, and back.

    The helper of a node and each of its peers call one another, and each counts the calls that it
    hears. So each way is seen at its own end, and none needs the way back. Between two helpers
    nobody else calls.
    """
    cutters = [op.node for op in inject]
    peers = [
        node.name
        for tier, status in snapshot.tiers.items()
        for node in status.nodes
        if tier != OBSERVER and node.state == "running"
    ]
    calls = tuple(call(peer, cutters) for peer in peers if peer not in cutters)
    called = [op.node for op in calls]
    return effect_of(
        inject,
        [*called, *cutters],
        operations=(
            measuring(snapshot, "let helpers call", "call", THIS_FAULT, *cutters),
            calls,
            measuring(snapshot, "ask who was heard", "heard", THIS_FAULT, *cutters),
        ),
        seen=lambda outputs: ways(cutters, called, outputs[1:]),
        requires="change the network of",
        otherwise=_connections(inject, peers),
    )


def _connections(inject: Sequence[Impair], peers: Sequence[str]) -> Effect:
    """The same, where no helper is in a node's network: who can open a connection to whom."""
    cutters = [op.node for op in inject]
    asked = {op.node: [peer for peer in peers if peer != op.node] for op in inject}
    for peer in peers:
        if called := [node for node in cutters if node != peer]:
            asked[peer] = [*asked.get(peer, ()), *called]
    calls = tuple(
        Connect(node=node, others=tuple(dict.fromkeys(others)), cause="see whom it reaches")
        for node, others in asked.items()
    )

    def seen(outputs: Sequence[Output]) -> dict[Way, bool]:
        return {
            (call.node, other): open_
            for call, output in zip(calls, outputs, strict=True)
            if not output.code  # else it could not be asked, so nothing is known of its ways
            for other, open_ in json.loads(output.stdout).items()
        }

    return effect_of(inject, peers, operations=(calls,), seen=seen)


def effect_of(
    inject: Sequence[Impair],
    peers: Sequence[str],
    *,
    operations: tuple[Op | tuple[Op, ...], ...],
    seen: Callable[[Sequence[Output]], dict[Way, bool]],
    requires: Ability | None = None,
    otherwise: Effect | None = None,
) -> Effect:
    """That the ways are as they were asked for, as they are ``seen`` in what the operations say.
    Between the cut nodes and ``peers``."""
    asked = _asked(inject, peers)

    def read(outputs: Sequence[Output]) -> str:
        found = seen(outputs)
        if not found:
            raise ValueError("no way could be measured")
        wrong = {way: open_ for way, open_ in found.items() if open_ != asked[way]}
        return _told(wrong) if wrong else text

    def note(outputs: Sequence[Output]) -> str:
        found = seen(outputs)
        closed = sum(not open_ for open_ in found.values())
        return f"{closed} of {len(found)} ways closed"

    def more(outputs: Sequence[Output]) -> Mapping[str, object]:
        return {"reached": matrix(seen(outputs))}

    text = "cut off" if all(op.cut_to and op.cut_from for op in inject) else "cut off one way"
    return Effect(
        what="who reaches whom",
        asked=text,
        operations=operations,
        read=read,
        note=note,
        more=more,
        requires=requires,
        otherwise=otherwise,
        within_s=5.0,
    )


def _asked(inject: Sequence[Impair], peers: Sequence[str]) -> dict[Way, bool]:
    """Between the nodes that are cut off and all peers, by way whether it is to be open."""
    closed = {(op.node, peer) for op in inject for peer in op.cut_to}
    closed |= {(peer, op.node) for op in inject for peer in op.cut_from}
    pairs = [(op.node, peer) for op in inject for peer in peers if op.node != peer]
    return {way: way not in closed for pair in pairs for way in (pair, pair[::-1])}


_TOLD = 4


def _told(ways: Mapping[Way, bool]) -> str:
    told = [f"{sender} → {receiver} {'open' if open_ else 'closed'}"
            for (sender, receiver), open_ in ways.items()]  # fmt: skip
    return "; ".join([*told[:_TOLD], *([f"{len(told) - _TOLD} more"] if told[_TOLD:] else [])])


def ways(
    cutters: Sequence[str], peers: Sequence[str], outputs: Sequence[Output]
) -> dict[Way, bool]:
    """Pure: by way whether it is open. ``outputs``: of each peer without a helper whom it heard,
    and last whom the helpers heard, by the node, of each peer that shares a network with it."""
    heard: Mapping[str, Mapping[str, int]] = json.loads(outputs[-1].stdout)
    found: dict[Way, bool] = {}
    for peer, output in zip(peers, outputs, strict=False):
        if output.code:
            continue  # it could not be asked, so nothing is known of its ways
        calls = came(output)
        for node in cutters:
            if peer in heard[node]:
                found[node, peer] = calls[node] > 0
                found[peer, node] = heard[node][peer] > 0
    for sender, receiver in permutations(cutters, 2):
        if sender in heard[receiver]:
            found[sender, receiver] = heard[receiver][sender] > 0
    return found


def matrix(found: Mapping[Way, bool]) -> dict[str, dict[str, bool]]:
    """Pure: the same, by who sends and who is to receive."""
    rows: dict[str, dict[str, bool]] = {}
    for (sender, receiver), open_ in found.items():
        rows.setdefault(sender, {})[receiver] = open_
    return rows
