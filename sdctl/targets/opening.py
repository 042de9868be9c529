"""Opens what runs a stack. Nobody else chooses a target.

A target is a folder beside this file, or a plug-in's ``targets/<name>.py``. It defines ``TARGET``,
a function from a stack's name to a ``Target``.
"""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from sdctl import targets
from sdctl.foundation import plugins
from sdctl.foundation.errors import no_such

if TYPE_CHECKING:
    from sdctl.targets.target import Target

_USUAL = "compose"


def open_target(stack: str, name: str | None = None) -> Target:
    """The target of a stack, by the stack's name: the one called ``name``, else the one that
    ``SDCTL_TARGET`` names, else Compose. Nothing is asked of it yet. Raises ``NoSuchTarget``."""
    known = all_targets()
    chosen = name or os.environ.get("SDCTL_TARGET") or _USUAL
    if chosen not in known:
        raise no_such("target", chosen, known)
    return known[chosen](stack)


def all_targets() -> dict[str, Callable[[str], Target]]:
    """What can run a stack, by name."""
    shared = {info.name for info in pkgutil.iter_modules(targets.__path__) if not info.ispkg}
    return plugins.discover("sdctl.targets", "TARGET", besides=shared, fits=_fits)


def _fits(value: object) -> None:
    if not callable(value):
        raise TypeError("its TARGET is no function (sdctl/targets/opening.py)")
