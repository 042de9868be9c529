"""How long a fault should take, from the settings that run: a band, and how it comes about."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.components.band import Band
from sdctl.components.component import Component
from sdctl.design.profile import Profile


def predict(
    profile: Profile, components: Mapping[str, Component], tier: str, how: str | None
) -> Band | None:
    """The band of a fault that hits a tier's leader. None: the settings alone do not tell, or there
    is nobody to take over."""
    component = components.get(tier)
    if component is None or component.predict is None or how is None:
        return None
    return component.predict(profile.settings[tier].in_effect(profile.tiers), how)
