"""Where the templates, profiles and scripts are: beside a checkout's package, or in a wheel."""

from __future__ import annotations

import os
from pathlib import Path

from sdctl.foundation.places import real

_PACKAGE = Path(__file__).parent.parent


def root() -> Path:
    """The folder that holds ``templates/``, ``profiles/`` and ``gamedays/``."""
    installed = _PACKAGE / "_assets"
    return installed if installed.is_dir() else _PACKAGE.parent


def package() -> Path:
    """The folder of the ``sdctl`` package itself (parts of it are copied into images)."""
    return _PACKAGE


def plugin_roots() -> tuple[Path, ...]:
    """Extra folders named by ``SDCTL_PLUGINS`` (``:`` between), each laid out like the package:
    ``components/``, ``faults/``, ``workloads/`` with one file each, and ``templates/``."""
    named = os.environ.get("SDCTL_PLUGINS", "")
    return tuple(real(Path(part)) for part in named.split(os.pathsep) if part)


def template_roots() -> tuple[Path, ...]:
    """Folders to look a component's templates up in, plug-ins first."""
    return (*(plugin / "templates" for plugin in plugin_roots()), root() / "templates")


def profiles() -> Path:
    """The folder of the profiles that come with sdctl."""
    return root() / "profiles"


def game_days() -> Path:
    """The folder of the game days that come with sdctl."""
    return root() / "gamedays"


def measured() -> Path:
    """The record of what was measured; a checkout that never measured has none."""
    installed = _PACKAGE / "_assets" / "measured.json"
    return installed if installed.is_file() else _PACKAGE.parent / "docs" / "measured.json"


def state_home() -> Path:
    """Where stacks keep their bundles, secrets and history (``SDCTL_HOME`` overrides)."""
    if override := os.environ.get("SDCTL_HOME"):
        return Path(override)
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "sdctl"


def stacks() -> Path:
    """Where each stack has a folder by its name."""
    return state_home() / "stacks"
