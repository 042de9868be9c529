"""What a profile says beside its tiers' settings: each key, what it can be, and what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from pydantic import BaseModel

from sdctl.components.variant import either
from sdctl.components.versions import Registry
from sdctl.design.delivery import Delivery
from sdctl.design.profile import ImageMode

EXTENDS = "extends"


@dataclass(frozen=True, kw_only=True)
class Key:
    """One that is no section of settings."""

    text: str
    """What it is for, in at most three sentences."""
    allowed: str
    default: str = "empty"
    example: str = ""
    """A value to try."""


KEYS: Mapping[str, Key] = {
    "description": Key(
        text="What the profile is for. `sdctl profiles` shows it.",
        allowed="one line of text",
    ),
    EXTENDS: Key(
        text="The profile that this file changes. Only a file can have it.",
        allowed="the name of a profile that comes with sdctl",
    ),
    "tiers": Key(
        text="Which tiers the stack has. A tier that needs another one must have it beside it.",
        allowed="a list of tiers",
        default="all",
    ),
    "images": Key(
        text="auto: a vendor's own image where a registry offers it, else one that is built here. "
        "registry: only vendors' images, where a tier has one. local: only images that are built "
        "here.",
        allowed=either(tuple(get_args(ImageMode))),
        default="auto",
        example="local",
    ),
}
SECTIONS: Mapping[str, type[BaseModel]] = {"images": Delivery, "registry": Registry}
"""The sections that are of no tier."""
WRITABLE = tuple(key for key in dict.fromkeys((*KEYS, *SECTIONS)) if key != EXTENDS)
"""What may be set as it is, without a setting below it."""
