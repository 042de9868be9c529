"""``--set tier.setting=value``: what it changes, before anybody knows whether that may be."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sdctl.design import plain_yaml
from sdctl.design.absent_tier import how_to_have
from sdctl.foundation.errors import Problem
from sdctl.foundation.units import shown

_WRITE = "write --set tier.setting=value"


def apply(
    raw: Mapping[str, Any], overrides: Sequence[str], whole: Sequence[str], problems: list[Problem]
) -> dict[str, Any]:
    """Pure: ``raw`` with each override in it. ``whole``: keys that may be set as they are, without
    a setting below them."""
    merged = {key: dict(value) if isinstance(value, dict) else value for key, value in raw.items()}
    seen: dict[str, str] = {}
    for override in overrides:
        name, equals, text = override.partition("=")
        path = path_of(name)
        keys = path.split(".")
        if not equals or not all(name.strip().split(".")) or (len(keys) == 1) != (path in whole):
            problems.append(Problem(_cut(path), _WRITE))
            continue
        if path in seen:
            problems.append(Problem(path, f"is set twice: {shown(seen[path])}, {shown(text)}"))
            continue
        seen[path] = text
        value, wrong = _value(text, path)
        problems += wrong
        if wrong:
            continue
        if len(keys) == 1:
            merged[path] = value
            continue
        section = merged.get(keys[0])
        if section is None:
            section = merged[keys[0]] = {}
        if isinstance(section, dict):
            section[keys[1]] = value
    return merged


def idle(
    overrides: Sequence[str], known: Collection[str], there: Collection[str], why: Mapping[str, str]
) -> list[Problem]:
    """Pure: the overrides that would change nothing, as their tier is known and not ``there``.
    ``why``: why tiers were left out, as far as they were."""
    problems = []
    for override in overrides:
        path = path_of(override.partition("=")[0])
        tier = path.partition(".")[0]
        if tier not in known or tier in there:
            continue
        said = (
            f"{tier} is left out here: {why[tier]}; mend that, or leave this setting out"
            if tier in why
            else f"{tier} is off: this profile's `tiers` do not name it. {how_to_have(tier)}"
        )
        problems.append(Problem(path, said))
    return problems


def path_of(name: str) -> str:
    """Pure: a setting's name as it is known: a name of two words may be written with a dot, so
    ``app.autoscale.max`` is ``app.autoscale_max``."""
    first, *rest = name.strip().split(".")
    return f"{first}.{'_'.join(rest)}" if rest else first


def _value(text: str, path: str) -> tuple[Any, list[Problem]]:
    """A list or a mapping in brackets, or else the text as it stands; and what is wrong with it."""
    plain = text.strip()
    if path == "description" or (plain[:1], plain[-1:]) not in (("[", "]"), ("{", "}")):
        return plain, []
    document = plain_yaml.read(text)
    return document.value, [Problem(path, problem.message) for problem in document.problems]


def _cut(path: str) -> str:
    return path if len(path) <= 60 and path.isprintable() else shown(path)
