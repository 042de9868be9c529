"""The image that all others are built on: pulled, or made from Debian's packages where no registry
is reached. The work is one shell script, so that it also runs without sdctl."""

from __future__ import annotations

from collections.abc import Callable

from sdctl.components.versions import DEBIAN
from sdctl.design.profile import ImageMode
from sdctl.foundation import assets
from sdctl.foundation.errors import BringUpFailed
from sdctl.targets.compose import tool
from sdctl.targets.compose.docker import Docker


def ensure(
    docker: Docker, mode: ImageMode, report: Callable[[str], None], *, source: str = DEBIAN
) -> None:
    """Have the base image; ``source`` is what is pulled for it.

    Raises ``BringUpFailed`` with the script's last lines."""
    if mode == "auto" and not docker.missing_images([DEBIAN]):
        return
    script = assets.root() / "scripts" / "base-image.sh"
    ended = tool.run(["sh", str(script), mode, source], report)
    if ended.code:
        raise BringUpFailed(
            f"the base image {DEBIAN} can be neither pulled nor made",
            hint="Log in to a registry, or install mmdebstrap and run as root.",
            details=ended.lines[-10:],
        )
