"""Whether the process that wrote something down still lives. Its id alone does not say that: the
kernel gives it to another process later."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_DEAD = ("Z", "X")
"""It has ended, and nobody has asked yet how."""
_BORN = 18
"""Where the kernel tells when it began, counted from what follows its state."""


def this() -> dict[str, int | None]:
    """This process, as ``lives`` reads it: its id, and when it began in the kernel's ticks since
    the machine did."""
    return {"pid": os.getpid(), "born": _born(os.getpid())}


def lives(said: Mapping[str, Any]) -> bool:
    """Whether the process that wrote ``this()`` into ``said`` still lives, whoever's it is. An
    older sdctl wrote the id alone: then any process that has it counts."""
    pid = said.get("pid")
    born = _born(pid) if isinstance(pid, int) else None
    return born is not None and said.get("born") in (None, born)


def _born(pid: int) -> int | None:
    """When a process began; None: there is none."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        # its name, which may hold anything, ends with the last bracket
        state, *rest = told.rpartition(")")[2].split()
        return None if state in _DEAD else int(rest[_BORN])
    except (OSError, ValueError, IndexError):
        return None
