"""The names by which Docker, Compose and the CLI know the parts of a stack.

Labels are the truth about what runs: ``sdctl.stack``, ``sdctl.tier``, ``sdctl.component``,
``sdctl.node``; ``sdctl.owner``, the mark of the state folder that made it, on volumes too;
``sdctl.spec``, a digest of how the node was made; and, on the observer only (so
that a changed profile does not touch nodes it does not concern), ``sdctl.profile``,
``sdctl.settings``, and ``sdctl.left_out``: what this machine cannot have, and why.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

LABEL = "sdctl."


def project(stack: str) -> str:
    """Compose's project of a stack, and the prefix of its containers' names."""
    return stack if stack == "sdctl" else f"sdctl-{stack}"


def of_compose(project: str) -> str:
    """The label of all that Compose made for a project."""
    return f"com.docker.compose.project={project}"


def own_project(place: Path) -> str:
    """The project of a bundle that belongs to no stack, and the stack in its labels: its folder's
    name, as far as Compose takes it, and six digits of its whole path, so that two folders of one
    name are two projects. The underscore is in no stack's name."""
    name = re.sub(r"[^a-z0-9]+", "-", place.name.lower()).strip("-")[:24].strip("-")
    return f"{name or 'bundle'}_{hashlib.sha256(os.fsencode(place)).hexdigest()[:6]}"
