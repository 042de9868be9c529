"""Opens what runs a stack. Nobody else chooses a target.

A target is a folder beside this file, or a plug-in's ``targets/<name>.py``. It defines ``TARGET``,
a function from a stack's name to a ``Target``. What else it takes are the options of `sdctl up` for
it.
"""

from __future__ import annotations

import inspect
import os
import pkgutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from sdctl import targets
from sdctl.foundation import plugins
from sdctl.foundation.errors import UsageError
from sdctl.targets import placement
from sdctl.targets.placement import Placement

if TYPE_CHECKING:
    from sdctl.targets.target import Target

_USUAL = "compose"


def open_target(stack: str, chosen: Placement | None = None) -> Target:
    """The target of a stack, by the stack's name: the ``chosen`` one, else the one that is kept as
    the stack's, else the usual one. Nothing is asked of it yet. Raises ``UsageError`` for
    a target that is not there, and for an option that it does not have."""
    known = all_targets()
    place = chosen or kept(stack)
    if place.target not in known:
        raise UsageError(
            f"there is no target {place.target!r}",
            hint=f"There is: {', '.join(known)}. Is it one of a plug-in (SDCTL_PLUGINS)?",
        )
    target = known[place.target]
    for option in place.options:
        if option not in inspect.signature(target).parameters:
            raise UsageError(f"the target {place.target} has no --{option}")
    return target(stack, **place.options)


def kept(stack: str) -> Placement:
    """What was chosen for a stack before, else the usual target."""
    return placement.read(stack) or Placement(usual())


def usual() -> str:
    """The target of a stack for which none was chosen: the one that ``SDCTL_TARGET`` names, else
    Compose."""
    return os.environ.get("SDCTL_TARGET") or _USUAL


def all_targets() -> dict[str, Callable[..., Target]]:
    """What can run a stack, by name."""
    shared = {info.name for info in pkgutil.iter_modules(targets.__path__) if not info.ispkg}
    return plugins.discover("sdctl.targets", "TARGET", besides=shared, fits=_fits)


def _fits(value: object) -> None:
    if not callable(value):
        raise TypeError("its TARGET is no function (sdctl/targets/opening.py)")
