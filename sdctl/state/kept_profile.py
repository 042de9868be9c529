"""The profile of a stack that was taken down and keeps its data, so that the next `up` makes the
same stack again.

<state home>/stacks/<name>/kept.json
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdctl.foundation import assets, files

if TYPE_CHECKING:
    from sdctl.design.profile import Profile

_NAME = "kept.json"


@dataclass(frozen=True)
class KeptProfile:
    """A profile as it was when the stack ran: with every setting, and every count of nodes."""

    name: str
    settings: Mapping[str, Any]
    """As ``Profile.to_json`` has it."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """What it asked for and the machine could not have, and why."""


def kept(stack: str) -> KeptProfile | None:
    """Of a stack whose data are kept; None: none are, or nobody knows of which profile."""
    try:
        value = json.loads(files.regular(_file(stack)).read_text())
        left_out = {str(name): str(why) for name, why in value["left_out"].items()}
        return KeptProfile(str(value["name"]), dict(value["settings"]), left_out)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def keep(stack: str, profile: Profile) -> None:
    """Until the stack runs again, or its data go too."""
    path = _file(stack)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    value = KeptProfile(profile.name, profile.to_json(), profile.left_out)
    files.write_whole(path, json.dumps({**asdict(value), "left_out": dict(profile.left_out)}))


def forget(stack: str) -> None:
    """What runs says it itself, or the data are gone."""
    _file(stack).unlink(missing_ok=True)


def _file(stack: str) -> Path:
    return assets.stacks() / stack / _NAME
