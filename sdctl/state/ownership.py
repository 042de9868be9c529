"""Whose a stack is. Each state folder has an owner's mark for each of its stacks, beside the
secrets; everything of the stack carries it.

A stack that carries another mark was made from another state folder (another user's, another
``SDCTL_HOME``) or without sdctl from a rendered bundle. Its secrets are not here, so nothing
said of it would be true and nothing done to it would end well: it is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sdctl.foundation import assets
from sdctl.foundation.errors import UsageError
from sdctl.targets import dotenv, strangers

if TYPE_CHECKING:
    from sdctl.state.stack import Stack
    from sdctl.targets.target import Target

UNMARKED = ""
"""The mark of what a version of sdctl made that knew no owners: it is whose secrets are here."""
Owners = Mapping[str, str | None]
"""By the target's own name of a thing: its owner's mark; None: it is not sdctl's at all."""


def check(engine: Target, stack: Stack) -> None:
    """Raise ``UsageError`` when anything under the stack's name is another's."""
    owners = engine.owners()
    strange = [name for name, mark in owners.items() if mark is None]
    if strange:
        raise strangers.refused(stack.name, strange)
    if not belongs(owners, stack.secrets()):
        raise UsageError(
            f"the stack {stack.name!r} was made from another state folder: its passwords are not "
            f"in {assets.state_home()}; nothing was touched",
            hint="Use the folder that made it (SDCTL_HOME, or the user who made it), or another "
            "stack: --stack NAME.",
            details=[*_damaged(stack)],
        )


def _damaged(stack: Stack) -> Iterator[str]:
    """That the file of the passwords is there all the same, without the mark."""
    file = stack.bundle / dotenv.NAME
    if os.path.lexists(file) and dotenv.OWNER not in stack.secrets():
        yield f"{file} is there, but does not say whose the stack is: it may be damaged"


def belongs(owners: Owners, secrets: Mapping[str, str]) -> bool:
    """Pure: whether all of it is whose ``secrets`` these are."""
    own = secrets.get(dotenv.OWNER)
    return all(bool(secrets) if mark == UNMARKED else mark == own for mark in owners.values())
