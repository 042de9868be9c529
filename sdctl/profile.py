"""What the user asked for, validated; nothing derived.

A profile is a YAML file: ``description``, ``tiers`` (which, in display order), ``images``,
``registry`` (where images are pulled from), and one section of settings per tier. ``--set
tier.setting=value`` changes a value; all problems are reported at once, each with its path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import yaml
from pydantic import BaseModel, ValidationError

from sdctl import assets
from sdctl.errors import InvalidProfile, Problem, no_such
from sdctl.versions import Registry

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.settings import Settings

ImageMode = Literal["auto", "registry", "local"]
DEFAULT = "standard"
_RESERVED = ("description", "tiers", "images", "registry")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A validated profile. ``settings`` holds one section for every tier in ``tiers``."""

    name: str
    description: str
    tiers: tuple[str, ...]
    images: ImageMode
    settings: Mapping[str, Settings]
    registry: Registry = field(default_factory=Registry)

    def to_json(self) -> dict[str, Any]:
        """The profile with every default filled in; :func:`validate` takes it back."""
        sections = {tier: self.settings[tier].model_dump(mode="json") for tier in self.tiers}
        return {
            "description": self.description,
            "tiers": list(self.tiers),
            "images": self.images,
            "registry": self.registry.model_dump(mode="json"),
            **sections,
        }


def names() -> tuple[str, ...]:
    """The profiles that come with sdctl."""
    return tuple(sorted(path.stem for path in assets.profiles().glob("*.yaml")))


def load(name: str, components: Mapping[str, Component], overrides: Sequence[str] = ()) -> Profile:
    """The profile ``name`` (one that comes with sdctl, or a path to a YAML file).

    ``overrides`` are ``tier.setting=value``. Raises ``InvalidProfile`` with every problem, or
    ``NoSuchTarget`` for an unknown name.
    """
    path = Path(name) if name.endswith((".yaml", ".yml")) else assets.profiles() / f"{name}.yaml"
    if not path.is_file():
        raise no_such("profile", name, (*names(), "or a path to a .yaml file"))
    try:
        raw = yaml.safe_load(path.read_text()) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidProfile(name, [Problem("(file)", f"not YAML: {error}")]) from None
    if not isinstance(raw, dict):
        raise InvalidProfile(name, [Problem("(file)", "the top level must be a mapping")])
    return validate(path.stem, raw, components, overrides)


def validate(
    name: str,
    raw: Mapping[str, Any],
    components: Mapping[str, Component],
    overrides: Sequence[str] = (),
) -> Profile:
    """A profile from its raw mapping; raises ``InvalidProfile`` with every problem at once."""
    problems: list[Problem] = []
    merged = _merge(raw, overrides, problems)
    for key in merged:
        if key not in _RESERVED and key not in components:
            known = ", ".join((*_RESERVED, *components))
            problems.append(Problem(str(key), f"no such tier or setting; there is: {known}"))
    tiers = _tiers(merged.get("tiers", list(components)), components, problems)
    images = merged.get("images", "auto")
    if images not in get_args(ImageMode):
        problems.append(Problem("images", f"{images!r} is none of auto, registry, local"))
    registry = _registry(merged.get("registry") or {}, problems)
    settings = {}
    for tier, component in components.items():
        section = merged.get(tier) or {}
        if not isinstance(section, dict):
            problems.append(Problem(tier, "must be a mapping of settings"))
            continue
        try:
            model = component.settings.model_validate(section)
        except ValidationError as error:
            problems.extend(_explain(tier, component.settings, error))
        else:
            if tier in tiers:
                settings[tier] = model
    if problems:
        raise InvalidProfile(f"profile {name}", sorted(set(problems)))
    return Profile(
        name=name,
        description=str(merged.get("description", "")),
        tiers=tiers,
        images=images,
        settings=settings,
        registry=registry,
    )


def _registry(section: object, problems: list[Problem]) -> Registry:
    from sdctl.components.component import every_component

    try:
        registry = Registry.model_validate(section)
    except ValidationError as error:
        problems.extend(_explain("registry", Registry, error))
        return Registry()
    known = ["debian", *(each.name for each in every_component() if each.registry)]
    for name in registry.images:
        if name not in known:
            there = ", ".join(known)
            problems.append(Problem(f"registry.images.{name}", f"no such image; there is: {there}"))
    return registry


def _merge(
    raw: Mapping[str, Any], overrides: Sequence[str], problems: list[Problem]
) -> dict[str, Any]:
    merged = {key: dict(value) if isinstance(value, dict) else value for key, value in raw.items()}
    for override in overrides:
        path, equals, text = override.partition("=")
        keys = path.strip().split(".")
        if not equals or not all(keys):
            problems.append(Problem(override, "write --set tier.setting=value"))
            continue
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError:
            value = text
        if len(keys) == 1 and keys[0] in _RESERVED:
            merged[keys[0]] = value
        elif len(keys) == 2 and isinstance(merged.setdefault(keys[0], {}), dict):
            merged[keys[0]][keys[1]] = value
        else:
            problems.append(Problem(path, "write --set tier.setting=value"))
            if merged.get(keys[0]) == {}:
                del merged[keys[0]]
    return merged


def _tiers(
    wanted: object, components: Mapping[str, Component], problems: list[Problem]
) -> tuple[str, ...]:
    if isinstance(wanted, str):
        wanted = [part.strip() for part in wanted.split(",")]
    if not isinstance(wanted, list) or not wanted:
        problems.append(Problem("tiers", "must be a list of tiers"))
        return ()
    for index, tier in enumerate(wanted):
        if tier not in components:
            known = ", ".join(components)
            problems.append(Problem(f"tiers[{index}]", f"no such tier {tier!r}; there is: {known}"))
        elif wanted.index(tier) != index:
            problems.append(Problem(f"tiers[{index}]", f"{tier} is named twice"))
    tiers = tuple(dict.fromkeys(tier for tier in wanted if tier in components))
    for tier in tiers:
        for need in components[tier].needs:
            if need not in tiers:
                problems.append(Problem("tiers", f"{tier} needs {need}, which is not in the list"))
    return tiers


def _explain(section: str, model: type[BaseModel], error: ValidationError) -> list[Problem]:
    problems = []
    for detail in error.errors():
        path = ".".join((section, *(str(part) for part in detail["loc"])))
        message = detail["msg"].removeprefix("Value error, ")
        if detail["type"] == "extra_forbidden":
            known = ", ".join(model.model_fields)
            message = f"no such setting; there is: {known}"
        elif detail["type"] != "value_error":
            message = f"{message[0].lower()}{message[1:]}, not {detail['input']!r}"
        problems.append(Problem(path, message))
    return problems
