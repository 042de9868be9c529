"""Which target a stack has, and where: said once, at the first `up`, and kept in its state folder.

<state home>/stacks/<name>/target.json
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sdctl.foundation import assets, files, json_files
from sdctl.foundation.errors import UsageError

_NAME = "target.json"


@dataclass(frozen=True)
class Placement:
    """A target by its name, and what it must know to find the stack there."""

    target: str
    options: Mapping[str, str] = field(default_factory=dict)


def read(stack: str) -> Placement | None:
    """What was chosen for a stack; None: nothing, so it has the usual target."""
    try:
        value = json_files.json_of(files.regular(_file(stack)))
        options = {str(key): str(option) for key, option in value["options"].items()}
        return Placement(str(value["target"]), options)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def keep(stack: str, choice: Placement) -> None:
    """For all later commands."""
    path = _file(stack)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    files.write_whole(path, json.dumps(asdict(choice)))


def forget(stack: str) -> None:
    """With the stack."""
    _file(stack).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        _file(stack).parent.rmdir()


def changed(
    stack: str, target: str | None, options: Mapping[str, str], *, exists: bool, usual: str
) -> Placement | None:
    """What the stack has when a user says ``target`` and ``options``; None: nothing was ever said.

    ``exists``: whether there is a stack of that name, which keeps its target. What is empty was not
    said. Raises ``UsageError`` where it would be another place.
    """
    said = {key: value for key, value in options.items() if value}
    before = read(stack)
    if before is None and target is None and not said:
        return None
    if before is None and exists:
        before = Placement(usual)
    if before is None:
        return Placement(target or usual, said)
    if target not in (None, before.target):
        raise _elsewhere(stack, f"on {before.target}", f"--target {target}")
    for key, value in said.items():
        if key != _MAY_CHANGE and before.options.get(key, value) != value:
            raise _elsewhere(stack, f"at the {key} {before.options[key]}", f"--{key} {value}")
    return Placement(before.target, {**before.options, **said})


_MAY_CHANGE = "expose"


def _elsewhere(stack: str, where: str, said: str) -> UsageError:
    return UsageError(
        f"the stack {stack!r} is {where}, so {said} cannot be",
        hint="`sdctl down` removes it there. Or name another stack: --stack NAME.",
    )


def _file(stack: str) -> Path:
    return assets.stacks() / stack / _NAME
