"""Bundle: the files of a stack as text, before any of them touches a disk."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from sdctl.components.node import Image

FETCH_SCRIPT, FETCHED = "fetch.sh", "fetched"
"""In an image's folder: what gets the things that its build needs, and the folder of those."""


@dataclass(frozen=True)
class Bundle:
    """Path → text, relative to the bundle's folder; and a digest of each node's specification."""

    files: Mapping[str, str]
    specs: Mapping[str, str] = field(default_factory=dict)

    def digest(self, prefix: str) -> str:
        """12 hex digits over all files below ``prefix``: equal when nothing there changed."""
        hasher = hashlib.sha256()
        for path in sorted(self.files):
            if path.startswith(prefix):
                hasher.update(f"{path}\0{self.files[path]}\0".encode())
        return hasher.hexdigest()[:12]


def image_tag(bundle: Bundle, image: Image) -> str:
    """A vendor image's own name; else a local one whose tag follows its content, so that stacks
    share builds."""
    if image.reference is not None:
        return image.reference
    return f"sdctl/{image.name}:{bundle.digest(f'images/{image.name}/')}"


def is_fetched(path: str) -> bool:
    """Whether a path of a bundle (``images/ferretdb/fetched/ferretdb``) was fetched."""
    parts = path.split("/")
    return len(parts) > 3 and parts[0] == "images" and parts[2] == FETCHED


def fetched_by(path: str) -> str:
    """Where what a bundle's script (``images/ferretdb/fetch.sh``) fetched is; empty: it is none."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/{FETCHED}" if name == FETCH_SCRIPT else ""
