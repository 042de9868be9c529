"""What a user wrote → a Profile, or every problem at once, each with path and line."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

from pydantic import ValidationError

from sdctl.components.component import Component, all_components, every_component
from sdctl.components.versions import Registry
from sdctl.design import overrides, plain_yaml, setting_errors
from sdctl.design.agreement import disagreements
from sdctl.design.delivery import FROM, Delivery, spread
from sdctl.design.profile import ImageMode, Profile, names
from sdctl.foundation import assets
from sdctl.foundation.errors import InvalidProfile, Problem, no_such
from sdctl.foundation.units import shown

_RESERVED = ("description", "tiers", "images", "registry")
_EXTENDS = "extends"
_LONGEST_DESCRIPTION = 200


def load(name: str, changes: Sequence[str] = ()) -> Profile:
    """The profile ``name`` (one that comes with sdctl, or a path to a YAML file).

    ``changes`` are ``tier.setting=value``. Raises ``InvalidProfile`` with every problem, or
    ``NoSuchTarget`` for an unknown name.
    """
    is_file = name.endswith((".yaml", ".yml"))
    if not is_file and name not in names():
        raise no_such("profile", name, (*names(), "or a path to a .yaml file"))
    path = Path(name) if is_file else assets.profiles() / f"{name}.yaml"
    try:
        document = plain_yaml.read(plain_yaml.text_of(path))
    except FileNotFoundError:
        raise no_such("profile", name, (*names(), "or a path to a .yaml file")) from None
    except OSError as error:
        why = Problem("(file)", f"cannot be read: {(error.strerror or str(error)).lower()}")
        raise InvalidProfile(name, [why]) from None
    except ValueError as error:
        raise InvalidProfile(name, [Problem("(file)", str(error))]) from None
    problems = list(document.problems)
    if not problems and not isinstance(document.value, dict):
        what = "the file is empty" if document.value is None else "the top level must be a mapping"
        problems.append(Problem("(file)", what))
    raw = document.value if isinstance(document.value, dict) else {}
    profile, found = _check(path.stem, _extended(raw, document, problems), changes)
    if problems or found:
        known = {problem.path for problem in problems}
        options = tuple(change.partition("=")[0].strip() for change in changes)
        problems += [
            problem
            if problem.path.startswith(options)
            else replace(problem, line=document.line(problem.path))
            for problem in found
            if raw and problem.path not in known
        ]
        raise InvalidProfile(
            name, sorted(set(problems), key=lambda problem: (problem.line, problem))
        )
    return profile


def shipped(profile: Profile | None) -> Profile | None:
    """What the profile of this name says that comes with sdctl; None where none has it."""
    return load(profile.name) if profile is not None and profile.name in names() else None


def _extended(
    raw: Mapping[str, Any], document: plain_yaml.Document, problems: list[Problem]
) -> Mapping[str, Any]:
    """A profile's own words laid over those of the one that it extends, which comes with sdctl."""
    if _EXTENDS not in raw:
        return raw
    own = {key: value for key, value in raw.items() if key != _EXTENDS}
    base = raw[_EXTENDS]
    if not isinstance(base, str) or base not in names():
        there = ", ".join(names())
        message = f"no such profile {shown(base)}; there is: {there}"
        problems.append(Problem(_EXTENDS, message, document.line(_EXTENDS)))
        return own
    text = plain_yaml.text_of(assets.profiles() / f"{base}.yaml")
    merged = dict(plain_yaml.read(text).value)
    for key, value in own.items():
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            value = {**before, **value}
        merged[key] = value
    return merged


def heeded(profile: Profile, changes: Sequence[str]) -> Profile:
    """The profile, in which each change of a user must come to something. Raises
    ``InvalidProfile`` for a setting of a tier that was left out."""
    components = all_components()
    if problems := overrides.idle(changes, components, profile.tiers, profile.left_out):
        raise InvalidProfile(f"profile {profile.name}", problems, hint=_HOW_TO_SWITCH_ON)
    return profile


_HOW_TO_SWITCH_ON = (
    "Nothing was changed. The profiles standard and ha have every tier; in a profile of your own, "
    "`tiers` lists them."
)


def validate(
    name: str,
    raw: Mapping[str, Any],
    changes: Sequence[str] = (),
    left_out: Mapping[str, str] | None = None,
) -> Profile:
    """A profile from its raw mapping; raises ``InvalidProfile`` with every problem at once.
    ``left_out``: tiers that were, and why."""
    profile, problems = _check(name, raw, changes, left_out or {})
    if problems:
        raise InvalidProfile(f"profile {name}", sorted(set(problems)))
    return profile


def _check(
    name: str,
    raw: Mapping[str, Any],
    changes: Sequence[str],
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Profile, list[Problem]]:
    """The profile, with defaults wherever something is wrong, and all that is wrong."""
    components = all_components()
    problems: list[Problem] = []
    merged = overrides.apply(spread(raw), changes, _RESERVED, problems)
    for key in merged:
        if key not in _RESERVED and key not in components:
            known = ", ".join((*_RESERVED, _EXTENDS, *components))
            problems.append(Problem(key, f"no such tier or setting; there is: {known}"))
    before = len(problems)
    tiers = _tiers(merged.get("tiers", list(components)), components, problems)
    complete = len(problems) == before
    images, delivery = _images(merged.get("images"), raw.get("images"), problems)
    sections: dict[str, Any] = {}
    for tier, component in components.items():
        section = _section(tier, component.settings, merged.get(tier), problems)
        if tier in tiers:
            sections[tier] = section
    profile = Profile(
        name=name,
        description=_description(merged.get("description"), problems),
        tiers=tiers,
        images=images,
        settings=sections,
        registry=_registry(merged.get("registry"), problems),
        delivery=delivery,
    )
    if complete:
        problems += overrides.idle(changes, components, tiers, left_out)
        ill = {problem.path.partition(".")[0] for problem in problems}
        problems += disagreements(profile, [tier for tier in tiers if tier not in ill])
    return profile, problems


def _section(tier: str, model: Any, raw: Any, problems: list[Problem]) -> Any:
    """A section's settings; where some are wrong, without those."""
    section = {} if raw is None else raw
    try:
        return model.model_validate(section)
    except ValidationError as error:
        problems += setting_errors.explain(tier, model, section, error)
        wrong = {detail["loc"][0] for detail in error.errors() if detail["loc"]}
    right = section.items() if isinstance(section, Mapping) else ()
    return model.model_validate({key: value for key, value in right if key not in wrong})


def _images(raw: object, before: object, problems: list[Problem]) -> tuple[ImageMode, Delivery]:
    """The mode, and how images come to a cluster; who says the mode alone (``--images local``)
    leaves the rest as it was ``before``."""
    section = dict(raw) if isinstance(raw, Mapping) else {}
    if raw is not None and not isinstance(raw, Mapping):
        section = {**(before if isinstance(before, Mapping) else {}), FROM: raw}
    mode = section.pop(FROM, "auto")
    if mode not in get_args(ImageMode):
        problems.append(Problem("images", f"{shown(mode)} is none of auto, registry, local"))
        mode = "auto"
    delivery: Delivery = _section("images", Delivery, section, problems)
    if delivery.push and delivery.load:
        problems.append(Problem("images", "push and load are two ways; say one of them"))
    return mode, delivery


def _registry(raw: object, problems: list[Problem]) -> Registry:
    registry: Registry = _section("registry", Registry, raw, problems)
    known = ["debian", *(component.name for component in every_component() if component.registry)]
    for name in registry.images:
        if name not in known:
            there = ", ".join(known)
            problems.append(Problem(f"registry.images.{name}", f"no such image; there is: {there}"))
    return registry


def _description(raw: object, problems: list[Problem]) -> str:
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


def _tiers(
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
            known = ", ".join(components)
            problems.append(
                Problem(f"tiers[{index}]", f"no such tier {shown(tier)}; there is: {known}")
            )
        elif tier in tiers:
            problems.append(Problem(f"tiers[{index}]", f"{tier} is named twice"))
        else:
            tiers[tier] = index
    for tier in tiers:
        for need in components[tier].needs:
            if need not in tiers:
                problems.append(Problem("tiers", f"{tier} needs {need}, which is not in the list"))
    return tuple(tiers)
