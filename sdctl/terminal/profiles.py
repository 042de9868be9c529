"""A profile as people read and write it: every setting with its unit, and what else it can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import yaml

from sdctl.design import profile_keys, setting_texts, variants
from sdctl.design.delivery import FROM
from sdctl.design.profile import Profile
from sdctl.design.topology import expand

if TYPE_CHECKING:
    from sdctl.design.variants import Resolved

_COLUMN = 34


def counts(profile: Profile) -> tuple[Resolved, int, int]:
    """How many nodes `up` makes without a registry, and with one that offers every image; and what
    it says without. Nobody is asked: which of the two holds is for the registry to say."""
    without = variants.resolve(profile, (), lambda reference: False)
    offered = variants.resolve(profile, (), lambda reference: True)
    return without, _nodes(without.profile), _nodes(offered.profile)


def _nodes(profile: Profile) -> int:
    return len(expand("", profile).nodes)


def summary(profile: Profile) -> dict[str, object]:
    """One entry of the list of profiles, as JSON."""
    _, without, offered = counts(profile)
    return {
        "name": profile.name,
        "description": profile.description,
        "nodes": {"without_registry": without, "with_registry": offered},
    }


def how_many(profile: Profile) -> str:
    """``28 nodes, 32 with a registry``."""
    _, without, offered = counts(profile)
    more = f", {offered} with a registry" if offered != without else ""
    return f"{without} nodes{more}"


def page(profile: Profile) -> str:
    """YAML that `sdctl up FILE` takes, each setting with its bounds in a comment."""
    said, without, offered = counts(profile)
    lines = [f"# {profile.name}: {without} nodes where no registry offers the vendors' images."]
    lines += [f"#   {line}" for line in said.said]
    if offered != without:
        lines.append(f"# With a registry that offers them all: {offered} nodes.")
    lines += [
        f"description: {_quoted(profile.description)}",
        f"tiers: [{', '.join(profile.tiers)}]",
        "images:",
        _noted(f"  {FROM}: {profile.images}", profile_keys.KEYS["images"].allowed),
        *_settings(profile.delivery),
        "registry:",
        *_settings(profile.registry),
    ]
    for tier in profile.tiers:
        lines += [f"{tier}:", *_settings(profile.settings[tier])]
    return "\n".join(lines) + "\n"


def _settings(section: object) -> Iterator[str]:
    for name, field in type(section).model_fields.items():  # type: ignore[attr-defined]
        value = getattr(section, name)
        free = type(section) in profile_keys.SECTIONS.values()
        text = _quoted(value) if free else setting_texts.text_of(field, value)
        yield _noted(f"  {name}: {text}", setting_texts.allowed_of(field))


def _noted(text: str, note: str) -> str:
    return f"{text:<{_COLUMN}}  # {note}"


def _quoted(value: object) -> str:
    return (
        yaml.safe_dump(value, width=10_000, default_flow_style=True).removesuffix("\n...\n").strip()
    )
