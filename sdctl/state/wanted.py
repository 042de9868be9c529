"""What a stack is to be, as `up`, `scale` or `autoscale` made it last: its profile with every
setting, and its nodes. What runs says by its labels what it was made from. This is asked where no
label says it: the node that has them was removed, or nothing runs and the data are kept.

<state home>/stacks/<name>/wanted.json
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdctl.foundation import assets, files, json_files, output
from sdctl.foundation.errors import InvalidProfile
from sdctl.foundation.own_command import typed
from sdctl.state.snapshot import MISSING
from sdctl.state.stack import Stack
from sdctl.targets.target import Instance, Target

if TYPE_CHECKING:
    from sdctl.design.profile import Profile
    from sdctl.design.topology import Topology

_NAME = "wanted.json"
_NAMED = re.compile(r"[^/\x00-\x1f\x7f]{1,255}")
"""The name of a file, as a profile's is."""


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
    """One that this sdctl could make. None: nothing was ever made so, or its data are gone, or the
    file is damaged or another version's: then it is named, and what runs says what it is."""
    kept = _written(stack)
    try:
        if kept is not None:
            _must_be_ours(stack, kept)
    except json_files.Damaged as why:
        _pass_over(stack, why)
        return None
    return kept


def _must_be_ours(stack: str, kept: WantedStack) -> None:
    """Raises ``Damaged`` for what this sdctl would not have made."""
    from sdctl.design import topology, validation

    try:
        whole = validation.validate(kept.profile, kept.settings, (), kept.left_out)
    except InvalidProfile as error:
        raise json_files.Damaged(f"this sdctl makes no such stack ({error.details[0]})") from None
    tiers = {node.name: node.tier for node in topology.expand(stack, whole).nodes}
    for node, (tier, _) in kept.nodes.items():
        if tiers.get(node) != tier:
            raise json_files.Damaged(f"its settings make no {node} of {tier}")


def profile(stack: str, overrides: Sequence[str] = ()) -> Profile | None:
    """The profile that is kept, with ``overrides``; None as ``of``."""
    from sdctl.design import validation

    kept = of(stack)
    if kept is None:
        return None
    found = validation.validate(kept.profile, kept.settings, overrides, kept.left_out)
    return replace(found, left_out=kept.left_out)


def with_profile(stack: str, there: Sequence[Instance]) -> Sequence[Instance]:
    """The same nodes. Where no label of theirs says the profile, the first one is given what is
    kept."""
    if not there or any(instance.settings for instance in there) or (kept := of(stack)) is None:
        return there
    settings, left_out = json.dumps(dict(kept.settings)), json.dumps(dict(kept.left_out))
    first = replace(there[0], profile=kept.profile, settings=settings, left_out=left_out)
    return (first, *there[1:])


def missing(engine: Target, stack: str, there: Iterable[Instance]) -> Sequence[Instance]:
    """Each node that is wanted and not ``there``, as one that is down. None where the target brings
    and takes replicas by itself."""
    kept = _written(stack)
    if kept is None or "scale by load" in engine.abilities:
        return ()
    present = {instance.node for instance in there}
    if kept.nodes.keys() <= present or of(stack) is None:
        return ()
    who = Stack(stack).changed_by_other
    status = f"somebody removed it; `{typed('up', stack)}` makes it again"
    if who:  # it may be `down`
        status = f"it is not there, and {who} is working on the stack"
    return tuple(
        Instance(node=node, tier=tier, component=component, state="down", shown=MISSING,
                 status=status)
        for node, (tier, component) in kept.nodes.items()
        if node not in present
    )  # fmt: skip


def changing(stack: str, topology: Topology) -> None:
    """Before the stack is made so: what goes is not wanted any more. What comes is not missed
    before it is there."""
    kept = _written(stack)
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


def _written(stack: str) -> WantedStack | None:
    """What the file says, as far as its form goes: most commands need no more, and the whole takes
    long to look at."""
    try:
        return _read(_file(stack))
    except FileNotFoundError:
        return None
    except (OSError, json_files.Damaged) as why:
        _pass_over(stack, why)
        return None


def _read(path: Path) -> WantedStack:
    value = json_files.read_object(files.regular(path))
    try:
        kept = WantedStack(
            str(value["profile"]),
            dict(value["settings"]),
            {str(name): str(why) for name, why in value["left_out"].items()},
            {str(node): (str(tier), str(part)) for node, (tier, part) in value["nodes"].items()},
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        raise json_files.Damaged("it does not hold what it should") from None
    if "tiers" not in kept.settings:
        raise json_files.Damaged("its settings name no tiers")
    if not _NAMED.fullmatch(kept.profile):
        raise json_files.Damaged("no profile can have the name that it says")
    return kept


def _pass_over(stack: str, why: Exception) -> None:
    said = f"{_file(stack)} is passed over: "
    if isinstance(why, PermissionError):
        output.warn(f"{said}this user may not read it")
        return
    output.warn(
        f"{said}{getattr(why, 'strerror', None) or why}. It is damaged, "
        f"or another version's. `{typed('up', stack)}` writes it anew"
    )


def _write(stack: str, wanted: WantedStack) -> None:
    if wanted != _written(stack):
        path = _file(stack)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        files.write_whole(path, json.dumps(asdict(wanted)))


def _file(stack: str) -> Path:
    return assets.stacks() / stack / _NAME
