"""The nodes that a stack is to have, as `up`, `scale` or `autoscale` made it last. So one that
somebody removed by hand is missed, and comes back.

<state home>/stacks/<name>/nodes.json
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sdctl.foundation import assets, files
from sdctl.foundation.own_command import typed
from sdctl.targets.target import Instance, Target

if TYPE_CHECKING:
    from sdctl.design.topology import Topology

_NAME = "nodes.json"
_Wanted = Mapping[str, tuple[str, str]]
"""By node: its tier and its component."""


def missing(engine: Target, stack: str, there: Iterable[Instance]) -> Sequence[Instance]:
    """Each node that is wanted and not ``there``, as one that is down. None where the target brings
    and takes replicas by itself."""
    if "scale by load" in engine.abilities:
        return ()
    present = {instance.node for instance in there}
    status = f"somebody removed it; `{typed('up', stack)}` makes it again"
    return tuple(
        Instance(node=node, tier=tier, component=component, state="down", shown="missing",
                 status=status)
        for node, (tier, component) in _kept(stack).items()
        if node not in present
    )  # fmt: skip


def changing(stack: str, topology: Topology) -> None:
    """Before the stack is made so: what goes is not wanted any more. What comes is not missed
    before it is there."""
    _write(stack, {node: of for node, of in _kept(stack).items() if node in _of(topology)})


def changed(stack: str, topology: Topology) -> None:
    """The stack has been made so."""
    _write(stack, _of(topology))


def forget(stack: str) -> None:
    """The stack is gone."""
    _file(stack).unlink(missing_ok=True)


def _of(topology: Topology) -> _Wanted:
    return {node.name: (node.tier, node.component) for node in topology.nodes}


def _kept(stack: str) -> _Wanted:
    try:
        value = json.loads(files.regular(_file(stack)).read_text())
        return {str(node): (str(tier), str(part)) for node, (tier, part) in value.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(stack: str, wanted: _Wanted) -> None:
    if wanted != _kept(stack):
        path = _file(stack)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.write_whole(path, json.dumps(wanted))


def _file(stack: str) -> Path:
    return assets.stacks() / stack / _NAME
