"""What the helper of a fault is told, and whom that hits. Pure, from the stack's containers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sdctl.foundation.errors import NoSuchTarget
from sdctl.targets.compose.answers import Container
from sdctl.targets.network_operations import Impair

TRIAL = "trial"
"""In the place of a fault, for what is only tried."""
_NOWHERE = "192.0.2.1"
"""An address that nobody has (RFC 5737): where the rules of a trial lead."""


def instructions(op: Impair, containers: Sequence[Container]) -> Mapping[str, Any]:
    """Pure: what the helper is told, see ``sdctl/observer/link/instructions.py``. The observer is
    no part of what is measured: nothing is done to what it asks."""
    near = {} if op.trial else near_of(one_of(containers, op.node), containers)
    observers = {container.node for container in containers if container.tier == "observer"}
    cut = {*op.cut_to, *op.cut_from}
    return {
        "fault": op.fault or TRIAL,
        "node": op.node,
        "for_s": op.for_s,
        "spare": [address for node in observers for address in near.get(node, ())],
        "peers": {node: [_NOWHERE] for node in sorted(cut)}
        if op.trial
        else {node: them for node, them in near.items() if node not in observers},
        "cut_to": list(op.cut_to),
        "cut_from": list(op.cut_from),
        "outside": op.outside,
        "latency_s": op.latency_s,
        "jitter_s": op.jitter_s,
        "loss": op.loss,
        "rate": op.rate,
    }


def cut_off(op: Impair, containers: Sequence[Container]) -> str:
    """Pure: the label of a helper that tells whom it cuts off, by which addresses."""
    near = {} if op.trial else near_of(one_of(containers, op.node), containers)
    return json.dumps({node: near[node] for node in near if node in {*op.cut_to, *op.cut_from}})


def moved(known: Mapping[str, Sequence[str]], now: Mapping[str, Sequence[str]]) -> list[str]:
    """Pure: the nodes that have addresses now which were not known. One that is away has none, and
    one that starts may not have all of them yet."""
    return [node for node in known if set(now.get(node, ())) - set(known[node])]


def near_of(target: Container, containers: Sequence[Container]) -> dict[str, list[str]]:
    """By node that is on a network of the target's, its addresses there."""
    found = {
        container.node: [
            address
            for network, address in sorted(container.inside.items())
            if network in target.networks and address
        ]
        for container in containers
        if container.node != target.node
    }
    return {node: addresses for node, addresses in found.items() if addresses}


def one_of(containers: Sequence[Container], node: str) -> Container:
    """The node's. Raises ``NoSuchTarget``."""
    for container in containers:
        if container.node == node:
            return container
    raise NoSuchTarget(
        f"there is no node {node!r} any more", hint="`sdctl status` shows what there is."
    )
