"""What the user asked for, validated; nothing derived.

A profile is a YAML file: ``description``, ``tiers`` (which, in display order), ``images`` (of which
kind, and how they come to a cluster), ``registry`` (where images are pulled from), and one section
of settings per tier. ``extends: lite`` begins with what that profile says: a section's settings are
laid over its own, all else replaces it. ``--set tier.setting=value`` changes a value. All problems
are reported at once, each with path and line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sdctl.components.versions import Registry
from sdctl.design.delivery import Delivery, joined
from sdctl.design.yaml_files import names_in
from sdctl.foundation import assets

if TYPE_CHECKING:
    from sdctl.components.settings import Settings

ImageMode = Literal["auto", "registry", "local"]
DEFAULT = "standard"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A validated profile. ``settings`` holds one section for every tier in ``tiers``."""

    name: str
    description: str
    tiers: tuple[str, ...]
    images: ImageMode
    settings: Mapping[str, Settings]
    registry: Registry = field(default_factory=Registry)
    delivery: Delivery = field(default_factory=Delivery)
    left_out: Mapping[str, str] = field(default_factory=dict)
    """What was asked for and cannot be had on this machine, and why; found out by ``variants``."""

    def to_json(self) -> dict[str, Any]:
        """The profile with every default filled in; :func:`validate` takes it back."""
        sections = {tier: self.settings[tier].model_dump(mode="json") for tier in self.tiers}
        return {
            "description": self.description,
            "tiers": list(self.tiers),
            "images": joined(self.images, self.delivery),
            "registry": self.registry.model_dump(mode="json"),
            **sections,
        }

    def lasting(self) -> dict[str, Any]:
        """The same without how many nodes an elastic tier has: what runs says that."""
        value = self.to_json()
        for tier in self.tiers:
            settings = self.settings[tier]
            if settings.autoscales_by and settings.scales_by is not None:
                del value[tier][settings.scales_by]
        return value


def shown_by(name: str, base: object = None) -> str:
    """The profile that comes with sdctl and shows the settings of the profile ``name``, which may
    be a user's own that extends ``base``: `sdctl profiles` knows no other by its name."""
    return next((str(known) for known in (name, base) if known in names()), DEFAULT)


def names() -> tuple[str, ...]:
    """The profiles that come with sdctl."""
    return names_in(assets.profiles())
