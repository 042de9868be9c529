"""What a stack is to be, as `up`, `scale` or `autoscale` made it last: its profile with every
setting, and its nodes. What runs says by its labels what it was made from. This is asked where no
label says it: the node that has them was removed, or nothing runs and the data are kept.

<state home>/stacks/<name>/wanted.json
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdctl.foundation import assets, files
from sdctl.foundation.own_command import typed
from sdctl.state.snapshot import MISSING
from sdctl.targets.target import Instance, Target

if TYPE_CHECKING:
    from sdctl.design.profile import Profile
    from sdctl.design.topology import Topology

_NAME = "wanted.json"


@dataclass(frozen=True)
class WantedStack:
    """A profile with every setting and every count, and the nodes that are missed when they are
    not there."""

    profile: str
    settings: Mapping[str, Any]
    """As ``Profile.to_json`` has it."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """What it asked for and the machine could not have, and why."""
    nodes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By node: its tier and its component."""


def of(stack: str) -> WantedStack | None:
    """None: nothing was ever made so, or its data are gone, or the file is spoilt."""
    try:
        value = json.loads(files.regular(_file(stack)).read_text())
        return WantedStack(
            str(value["profile"]),
            dict(value["settings"]),
            {str(name): str(why) for name, why in value["left_out"].items()},
            {str(node): (str(t), str(part)) for node, (t, part) in value["nodes"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def profile(stack: str, overrides: Sequence[str] = ()) -> Profile | None:
    """The profile that is kept, with ``overrides``; None as ``of``."""
    from sdctl.design import validation

    kept = of(stack)
    if kept is None:
        return None
    found = validation.validate(kept.profile, kept.settings, overrides, kept.left_out)
    return replace(found, left_out=kept.left_out)


def told(stack: str, there: Sequence[Instance]) -> Sequence[Instance]:
    """The same nodes. Where no label of theirs says the profile, the first one is given what is
    kept."""
    kept = of(stack)
    if kept is None or not there or any(instance.settings for instance in there):
        return there
    settings, left_out = json.dumps(dict(kept.settings)), json.dumps(dict(kept.left_out))
    first = replace(there[0], profile=kept.profile, settings=settings, left_out=left_out)
    return (first, *there[1:])


def missing(engine: Target, stack: str, there: Iterable[Instance]) -> Sequence[Instance]:
    """Each node that is wanted and not ``there``, as one that is down. None where the target brings
    and takes replicas by itself."""
    kept = of(stack)
    if kept is None or "scale by load" in engine.abilities:
        return ()
    present = {instance.node for instance in there}
    status = f"somebody removed it; `{typed('up', stack)}` makes it again"
    return tuple(
        Instance(node=node, tier=tier, component=component, state="down", shown=MISSING,
                 status=status)
        for node, (tier, component) in kept.nodes.items()
        if node not in present
    )  # fmt: skip


def changing(stack: str, topology: Topology) -> None:
    """Before the stack is made so: what goes is not wanted any more. What comes is not missed
    before it is there."""
    kept = of(stack)
    coming = _nodes(topology)
    staying = {node: coming[node] for node in (kept.nodes if kept else ()) if node in coming}
    _write(stack, _wanted(topology.profile, staying))


def changed(stack: str, topology: Topology) -> None:
    """The stack has been made so."""
    _write(stack, _wanted(topology.profile, _nodes(topology)))


def taken_down(stack: str, made_of: Profile | None) -> None:
    """No node is missed any more, and the data are kept: so is what the stack was
    ``made_of``; None: nobody says another profile than the kept one."""
    if made_of is not None:
        _write(stack, _wanted(made_of, {}))
    elif kept := of(stack):
        _write(stack, replace(kept, nodes={}))


def forget(stack: str) -> None:
    """The stack is gone, and its data too."""
    _file(stack).unlink(missing_ok=True)


def _wanted(profile: Profile, nodes: Mapping[str, tuple[str, str]]) -> WantedStack:
    return WantedStack(profile.name, profile.to_json(), dict(profile.left_out), nodes)


def _nodes(topology: Topology) -> dict[str, tuple[str, str]]:
    return {node.name: (node.tier, node.component) for node in topology.nodes}


def _write(stack: str, wanted: WantedStack) -> None:
    if wanted != of(stack):
        path = _file(stack)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.write_whole(path, json.dumps(asdict(wanted)))


def _file(stack: str) -> Path:
    return assets.stacks() / stack / _NAME
