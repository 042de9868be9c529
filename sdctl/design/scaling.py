"""``app=5`` → the setting that makes it so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sdctl.components.settings import Settings
from sdctl.design.absent_tier import no_tier
from sdctl.design.profile import Profile
from sdctl.design.topology import Topology
from sdctl.foundation.errors import UsageError


def parsed(counts: Sequence[str]) -> list[tuple[str, str]]:
    """``app=5`` as tier and count. Raises ``UsageError``; no stack is needed for that."""
    pairs: list[tuple[str, str]] = []
    for text in counts:
        tier, equals, count = text.partition("=")
        if not tier or not equals or not re.fullmatch("[0-9]{1,9}", count):
            raise UsageError(f"{text!r} is not tier=count", hint="For example: `sdctl scale app=5`")
        if tier in dict(pairs):
            raise UsageError(f"{tier} is given twice", hint="Name each tier once.")
        pairs.append((tier, count))
    return pairs


def without_standby(topology: Topology, tiers: Iterable[str]) -> list[str]:
    """A line for each of the tiers whose leader is its only node: nobody takes over."""
    only_nodes = (
        topology.tiers[tier][0].name
        for tier in tiers
        if topology.components[tier].leads and len(topology.tiers[tier]) == 1
    )
    return [
        f"no standby is left: when {node} fails, nobody takes over until it is back"
        for node in only_nodes
    ]


def _otherwise(tier: str, profile: Profile) -> str:
    """How a tier that is not scaled comes to another number of nodes."""
    if type(profile.settings[tier]).count is Settings.count:
        return f"There is always one {tier}."
    return f"For {tier}: `sdctl up --set {tier}.…`."


def overrides(profile: Profile, counts: Sequence[str]) -> tuple[str, ...]:
    """``tier.field=count`` for each ``tier=count``. Raises ``UsageError`` or ``NoSuchTarget``."""
    changes = []
    for tier, count in parsed(counts):
        if tier not in profile.settings:
            raise no_tier(tier, profile.tiers, left_out=profile.left_out)
        field = profile.settings[tier].scales_by
        if field is None:
            able = sorted(n for n, s in profile.settings.items() if s.scales_by is not None)
            raise UsageError(
                f"{tier} cannot be scaled while it runs",
                hint=f"These can: {', '.join(able)}. {_otherwise(tier, profile)}",
            )
        settings = profile.settings[tier].model_copy(update={field: int(count)})
        if settings.count != int(count):
            raise UsageError(
                f"{tier} is {getattr(settings, 'server', 'a server')} here, which is "
                f"always {settings.count} node",
                hint=f"`sdctl inspect {tier}` shows it; docs/decisions.md says why.",
            )
        changes.append(f"{tier}.{field}={count}")
    return tuple(changes)
