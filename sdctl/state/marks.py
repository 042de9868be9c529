"""The marks of clusters (``Secret.kind``) that were made since the stack was last made as it is
said to be. A change that did not come to its end may have nodes of each of them: where the same
members are wanted again, they have the same mark again.

<state home>/stacks/<name>/marks.json    by name, the marks; there is none beside a finished change
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sdctl.foundation import files, json_files
from sdctl.targets import dotenv

if TYPE_CHECKING:
    from sdctl.components.node import Secret

_NAME = "marks.json"


def taken_up(folder: Path, wanted: Sequence[Secret], known: Mapping[str, str]) -> dict[str, str]:
    """The ``known`` secrets, where each mark of other members than are wanted gives way to the one
    that these had already, where there is one. The one that gives way is kept in ``folder``, a
    stack's."""
    kept, chosen = _read(folder), dict(known)
    for secret in wanted:
        value = known.get(secret.name)
        if value is None or dotenv.fits(value, secret):
            continue
        made = kept.setdefault(secret.name, [])
        if value not in made:
            made.append(value)
        chosen[secret.name] = next((mark for mark in made if dotenv.fits(mark, secret)), value)
    if kept != _read(folder):
        files.write_whole(folder / _NAME, json.dumps(kept))
    return chosen


def settle(folder: Path) -> None:
    """The stack has been made so: of other members than it has now, no mark is taken up again."""
    (folder / _NAME).unlink(missing_ok=True)


def _read(folder: Path) -> dict[str, list[str]]:
    with suppress(OSError, ValueError, AttributeError, TypeError):
        value = json_files.json_of(files.regular(folder / _NAME))
        return {str(name): [str(mark) for mark in marks] for name, marks in value.items()}
    return {}
