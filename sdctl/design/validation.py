"""What a user wrote → a Profile, or every problem at once, each with path and line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sdctl.components.component import all_components
from sdctl.design import overrides, plain_yaml
from sdctl.design import profile_parts as parts
from sdctl.design.agreement import disagreements
from sdctl.design.delivery import spread
from sdctl.design.profile import Profile, names, shown_by
from sdctl.design.profile_keys import EXTENDS, WRITABLE
from sdctl.design.yaml_files import SUFFIXES, read_file
from sdctl.foundation import assets
from sdctl.foundation.errors import WHOLE, InvalidProfile, Problem
from sdctl.foundation.nearest import meant
from sdctl.foundation.units import shown


def load(name: str, changes: Sequence[str] = ()) -> Profile:
    """The profile ``name`` (one that comes with sdctl, or a path to a YAML file).

    ``changes`` are ``tier.setting=value``. Raises ``InvalidProfile`` with every problem, or
    ``NoSuchTarget`` for an unknown name.
    """
    stem, document = read_file(name, "profile", assets.profiles())
    problems = list(document.problems)
    if not problems and not isinstance(document.value, dict):
        what = "the file is empty" if document.value is None else "the top level must be a mapping"
        problems.append(Problem(WHOLE, what))
    raw = document.value if isinstance(document.value, dict) else {}
    profile, found = _check(stem, _extended(raw, document, problems), changes)
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
        in_order = sorted(set(problems), key=lambda problem: (problem.line, problem))
        valid = not document.problems and not _check(stem, _extended(raw, document, []), ())[1]
        changed = bool(changes) and bool(raw) and valid
        base = raw.get(EXTENDS)
        raise _invalid(name, in_order, changed=changed, profile=stem, base=base)
    return profile


def _invalid(
    source: str,
    problems: Sequence[Problem],
    *,
    changed: bool,
    profile: str,
    base: object = None,
    hint: str = "",
) -> InvalidProfile:
    """``source``: a profile's name, or its file. ``changed``: the profile is as it should be, and
    what a user changes in it is not. ``base``: what it extends."""
    whole = source if source.endswith(SUFFIXES) else f"profile {source}"
    said = f"the change to {source}" if changed else whole
    return InvalidProfile(said, problems, profile=shown_by(profile, base), hint=hint)


def shipped(profile: Profile | None) -> Profile | None:
    """What the profile of this name says that comes with sdctl; None where none has it."""
    return load(profile.name) if profile is not None and profile.name in names() else None


def _extended(
    raw: Mapping[str, Any], document: plain_yaml.Document, problems: list[Problem]
) -> Mapping[str, Any]:
    """A profile's own words laid over those of the one that it extends, which comes with sdctl."""
    if EXTENDS not in raw:
        return raw
    own = {key: value for key, value in raw.items() if key != EXTENDS}
    base = raw[EXTENDS]
    if not isinstance(base, str) or base not in names():
        message = f"no such profile {shown(base)}{meant(base, names())}"
        problems.append(Problem(EXTENDS, message, document.line(EXTENDS)))
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
        raise _invalid(
            profile.name,
            problems,
            changed=True,
            profile=profile.name,
            hint=_HOW_TO_SWITCH_ON,
        )
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
        valid = not _check(name, raw, (), left_out or {})[1]
        raise _invalid(name, sorted(set(problems)), changed=valid, profile=name)
    return profile


_THERE = f"; there is: {', '.join((EXTENDS, *WRITABLE))}, and each tier"
"""Where nothing is near."""


def _check(
    name: str,
    raw: Mapping[str, Any],
    changes: Sequence[str],
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Profile, list[Problem]]:
    """The profile, with defaults wherever something is wrong, and all that is wrong."""
    components = all_components()
    problems: list[Problem] = []
    merged = overrides.apply(spread(raw), changes, WRITABLE, problems)
    for key in merged:
        if key not in WRITABLE and key not in components:
            near = meant(key, (*WRITABLE, EXTENDS, *components)) or _THERE
            problems.append(Problem(key, f"no such tier or setting{near}"))
    before = len(problems)
    tiers = parts.tiers(merged.get("tiers", list(components)), components, problems)
    complete = len(problems) == before
    images, delivery = parts.images(merged.get("images"), raw.get("images"), problems)
    sections: dict[str, Any] = {}
    for tier, component in components.items():
        section = parts.section(tier, component.settings, merged.get(tier), problems)
        if tier in tiers:
            sections[tier] = section
    profile = Profile(
        name=name,
        description=parts.description(merged.get("description"), problems),
        tiers=tiers,
        images=images,
        settings=sections,
        registry=parts.registry(merged.get("registry"), problems),
        delivery=delivery,
    )
    if complete:
        idle = overrides.idle(changes, components, tiers, left_out)
        # whether its value would do is beside the point
        unused = {problem.path for problem in idle}
        problems = [problem for problem in problems if problem.path not in unused] + idle
        ill = {problem.path.partition(".")[0] for problem in problems}
        problems += disagreements(profile, [tier for tier in tiers if tier not in ill])
    return profile, problems
