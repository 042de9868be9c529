"""What is wrong with a section's settings, in sentences that also say what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from sdctl.design.setting_texts import allows, in_words, unit_of
from sdctl.foundation import units
from sdctl.foundation.errors import Problem
from sdctl.foundation.nearest import meant

_PLAIN = {
    (units.duration, True): ("second", ()),
    (units.duration, False): ("second", ("ms",)),
    (units.size, True): ("byte", ("mb", "kb")),
    (units.size, False): ("byte", ()),
}
"""What a number without a unit counts, by whether it is too little; and the units that were
probably meant, the likeliest first."""


def explain(
    section: str, model: type[BaseModel], raw: Any, error: ValidationError
) -> list[Problem]:
    """One sentence for each thing that is wrong in a section, which was written as ``raw``."""
    problems: dict[str, Problem] = {}
    details = error.errors(include_url=False)
    deeper = {detail["loc"][0] for detail in details if len(detail["loc"]) > 1}
    for detail in details:
        loc = detail["loc"]
        if detail["type"] == "too_short" and loc[0] in deeper:
            # it counts those that are right
            continue
        path = ".".join((section, *map(str, loc)))
        field = model.model_fields.get(str(loc[0])) if loc else None
        problems.setdefault(path, Problem(path, _sentence(detail, field, model, _at(raw, loc))))
    return list(problems.values())


def _at(raw: Any, loc: tuple[int | str, ...]) -> Any:
    for part in loc:
        inside = isinstance(raw, Mapping) and part in raw
        if not inside and not (isinstance(raw, list | tuple) and isinstance(part, int)):
            return None
        raw = raw[part]
    return raw


def _sentence(detail: Any, field: FieldInfo | None, model: type[BaseModel], value: Any) -> str:
    kind, given = detail["type"], units.shown(value)
    if kind == "extra_forbidden":
        return f"no such setting{meant(str(detail['loc'][-1]), model.model_fields)}"
    if field is None:
        return f"must be a mapping of settings, not {given}"
    allowed = f"allowed is {in_words(field, of_item=len(detail['loc']) > 1)}"
    if value is None:
        return f"has no value; {allowed}"
    if kind in ("greater_than_equal", "less_than_equal"):
        said = _beyond(field, str(value).strip(), low=kind == "greater_than_equal")
        return f"{said}; {allowed}"
    if kind == "multiple_of":
        return f"{given} is no whole number of seconds; {allowed}"
    if kind in ("too_short", "too_long"):
        much = "few" if kind == "too_short" else "many"
        return f"{len(value)} are too {much}; {allowed}"
    if kind == "value_error":
        said = str(detail["msg"]).removeprefix("Value error, ")
        # how it is written, and what it may be
        return f"{said}; {allowed}" if said.startswith(_NOT_READ) else said
    return f"{given} is not allowed; {allowed}"


def _beyond(field: FieldInfo, text: str, *, low: bool) -> str:
    """That a value is too little or too much; a number without a unit is told with its own, and
    with the one that was probably meant, where that is allowed."""
    counted, likely = _PLAIN.get((unit_of(field), low), ("", ()))
    if not counted or not text.replace(".", "", 1).isdigit() or float(text) == 0:
        return f"{text} is too {'little' if low else 'much'}"
    said = f"{text} would be {text} {counted}{'' if text == '1' else 's'}"
    meant = next((f"{text}{unit}" for unit in likely if allows(field, f"{text}{unit}")), None)
    return f"{said}, write {meant} if you mean that" if meant else said


_NOT_READ = ("not a duration", "not a size", "not a whole number")
