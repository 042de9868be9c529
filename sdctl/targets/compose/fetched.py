"""What images need from elsewhere than Debian's packages: Python's wheels, Go binaries, jars.

An image's folder may hold ``fetch.sh``. It runs on the host before the build, as ``sh fetch.sh
FOLDER``, because a host that reaches the sources may sit behind a proxy with a certificate of its
own that no image knows. What it puts into the folder is in the build context as ``fetched/``. Its
result is kept for all stacks, until the script or a ``*.lock`` beside it changes. The script finds
the Python that runs sdctl, which has pip, in ``SDCTL_PYTHON``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from sdctl.foundation.errors import BringUpFailed
from sdctl.foundation.files import copy_folder
from sdctl.targets.bundle import FETCH_SCRIPT, FETCHED
from sdctl.targets.compose import surroundings, tool


def images(files: Iterable[str]) -> tuple[str, ...]:
    """Pure: the images among a bundle's files that need something fetched."""
    parts = (path.split("/") for path in files)
    return tuple(p[1] for p in parts if p[0] == "images" and p[2:] == [FETCH_SCRIPT])


def ensure(context: Path, report: Callable[[str], None]) -> None:
    """Have ``fetched/`` in an image's build context, if its folder asks for it.

    Raises ``BringUpFailed`` with the script's last lines, and ``OSError``.
    """
    script = context / FETCH_SCRIPT
    if not script.is_file():
        return
    follows = b"\0".join(path.read_bytes() for path in (script, *sorted(context.glob("*.lock"))))
    kept = _cache() / f"{context.name}-{hashlib.sha256(follows).hexdigest()[:12]}"
    if not kept.is_dir():
        _run(script, context.name, kept, report)
    place = context / FETCHED
    shutil.rmtree(place, ignore_errors=True)
    copy_folder(kept, place)
    for path in (place, *place.rglob("*")):
        # what was kept under another umask is read in an image by a user of its own
        path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _run(script: Path, image: str, kept: Path, report: Callable[[str], None]) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    # whole or not at all: an interrupted one is not taken for the result
    with tempfile.TemporaryDirectory(dir=kept.parent) as temporary:
        folder = Path(temporary) / FETCHED
        folder.mkdir()
        command = ["sh", str(script.resolve()), str(folder)]
        ended = tool.run(
            command,
            lambda line: report(f"{image}: {line}"),
            folder=folder,
            environment={**surroundings.variables(), "SDCTL_PYTHON": sys.executable},
        )
        if ended.code:
            raise BringUpFailed(
                f"the files for the image {image} could not be fetched",
                hint="With -v, the same command shows all that was said.",
                details=ended.lines[-10:],
            )
        folder.chmod(0o755)
        try:
            folder.rename(kept)
        except OSError:
            if not kept.is_dir():
                raise
            # another sdctl fetched the same meanwhile


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "sdctl" / FETCHED
