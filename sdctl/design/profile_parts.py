"""Each part of a profile, from what was written; what is wrong goes to ``problems``."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import ValidationError

from sdctl.components.component import Component, every_component
from sdctl.components.versions import Registry
from sdctl.design import setting_errors
from sdctl.design.delivery import FROM, Delivery
from sdctl.design.profile import ImageMode
from sdctl.foundation.errors import Problem
from sdctl.foundation.nearest import meant
from sdctl.foundation.units import shown

_LONGEST_DESCRIPTION = 200


def section(tier: str, model: Any, raw: Any, problems: list[Problem]) -> Any:
    """A section's settings; where some are wrong, without those."""
    written = {} if raw is None else raw
    try:
        return model.model_validate(written)
    except ValidationError as error:
        problems += setting_errors.explain(tier, model, written, error)
        wrong = {detail["loc"][0] for detail in error.errors() if detail["loc"]}
    right = written.items() if isinstance(written, Mapping) else ()
    return model.model_validate({key: value for key, value in right if key not in wrong})


def images(raw: object, before: object, problems: list[Problem]) -> tuple[ImageMode, Delivery]:
    """The mode, and how images come to a cluster; who says the mode alone (``--images local``)
    leaves the rest as it was ``before``."""
    written = dict(raw) if isinstance(raw, Mapping) else {}
    if raw is not None and not isinstance(raw, Mapping):
        written = {**(before if isinstance(before, Mapping) else {}), FROM: raw}
    mode = written.pop(FROM, "auto")
    if mode not in get_args(ImageMode):
        problems.append(Problem("images", f"{shown(mode)} is none of auto, registry, local"))
        mode = "auto"
    delivery: Delivery = section("images", Delivery, written, problems)
    if delivery.push and delivery.load:
        problems.append(Problem("images", "push and load are two ways; say one of them"))
    return mode, delivery


def registry(raw: object, problems: list[Problem]) -> Registry:
    registry: Registry = section("registry", Registry, raw, problems)
    known = ["debian", *(component.name for component in every_component() if component.registry)]
    for name in registry.images:
        if name not in known:
            message = f"no such image{meant(name, known)}"
            problems.append(Problem(f"registry.images.{name}", message))
    return registry


def description(raw: object, problems: list[Problem]) -> str:
    """One line of text."""
    if raw is not None and not isinstance(raw, str):
        problems.append(Problem("description", f"must be a text, not {shown(raw)}"))
        return ""
    text = " ".join((raw or "").split())
    if len(text) > _LONGEST_DESCRIPTION:
        problems.append(
            Problem("description", f"{len(text)} characters, more than {_LONGEST_DESCRIPTION}")
        )
    elif any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        problems.append(Problem("description", "it contains a control character"))
    return text


def tiers(
    wanted: object, components: Mapping[str, Component], problems: list[Problem]
) -> tuple[str, ...]:
    if isinstance(wanted, str):
        wanted = [part.strip() for part in wanted.split(",")]
    if not isinstance(wanted, list) or not wanted:
        problems.append(Problem("tiers", "must be a list of tiers"))
        return ()
    tiers: dict[str, int] = {}
    for index, tier in enumerate(wanted):
        if not isinstance(tier, str) or tier not in components:
            message = f"no such tier {shown(tier)}{meant(tier, components)}"
            problems.append(Problem(f"tiers.{index}", message))
        elif tier in tiers:
            problems.append(Problem(f"tiers.{index}", f"{tier} is named twice"))
        else:
            tiers[tier] = index
    for tier in tiers:
        for need in components[tier].needs:
            if need not in tiers:
                problems.append(Problem("tiers", f"{tier} needs {need}, which is not in the list"))
    return tuple(tiers)
