"""What people are told of settings, all of it from the settings' own types, bounds and texts: for
errors, `sdctl profiles NAME`, and docs/settings.md."""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen, MultipleOf
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo

from sdctl.components.variant import VariantSetting, either
from sdctl.foundation import units

_WRITERS = {
    units.duration: units.write_duration,
    units.size: units.write_size,
    units.cores: units.write_cores,
}


def allowed_of(field: FieldInfo, *, of_item: bool = False) -> str:
    """``48mb … 256gb``, ``1, 3 or 5``, ``true or false``: what a setting can be.

    For a list: what the whole list can be, or one item of it (``of_item``).
    """
    if get_origin(field.annotation) is not tuple:
        return _allowed(field.annotation, _items(field))
    item = get_args(field.annotation)[0]
    value = _allowed(get_args(item)[0], _items(field))
    short, long = _constraint(field.metadata, MinLen), _constraint(field.metadata, MaxLen)
    return value if of_item else f"a list of {short} to {long}, each {value}"


def _allowed(annotation: Any, metadata: list[Any]) -> str:
    if get_origin(annotation) is Annotated:
        annotation, *metadata = get_args(annotation)
    variant = next((rule for rule in metadata if isinstance(rule, VariantSetting)), None)
    if variant is not None:
        return either(variant.names)
    if get_origin(annotation) is Literal:
        return either(tuple(map(str, get_args(annotation))))
    if get_origin(annotation) in (Union, types.UnionType):
        return ", or ".join(_allowed(member, []) for member in get_args(annotation))
    if get_origin(annotation) is tuple:
        return f"a list of {_allowed(get_args(annotation)[0], [])}"
    if get_origin(annotation) is Mapping:
        return "names, each with a text"
    if annotation is bool:
        return "true or false"
    unit = _unit(metadata)
    least, most_ = _constraint(metadata, Ge), _constraint(metadata, Le)
    if least is not None and most_ is not None:
        whole = " in whole seconds" if _constraint(metadata, MultipleOf) else ""
        return f"{_write(unit, least)} … {_write(unit, most_)}{whole}"
    if annotation is int and unit is units.size:
        return "a size, such as 64mb"
    return {int: "a whole number", float: "a number", str: "text"}.get(annotation, "a value")


def choices(field: FieldInfo) -> tuple[str, ...]:
    """What a setting can be, where that can be listed."""
    variant = next((rule for rule in field.metadata if isinstance(rule, VariantSetting)), None)
    if variant is not None:
        return variant.names
    if get_origin(field.annotation) is Literal:
        return tuple(map(str, get_args(field.annotation)))
    return ("true", "false") if field.annotation is bool else ()


_KINDS = {
    units.duration: "a duration, such as 500ms, 30s, 5m or 1h",
    units.size: "a size, such as 64kb, 64mb or 1gb",
    units.count: "a whole number",
}


def in_words(field: FieldInfo, *, of_item: bool = False) -> str:
    """What a setting can be, as a sentence's end: ``a size from 4mb to 256gb``, ``1, 3 or 5``.
    ``of_item``: one item of a list."""
    said = allowed_of(field, of_item=of_item).replace(" … ", " to ")
    kind = _KINDS.get(unit_of(field), "").partition(",")[0]
    ranged = " to " in said and (of_item or not _is_list(field))
    return f"{kind} from {said}" if kind and ranged else said


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


def notes(model: type[Any]) -> dict[str, str]:
    """By setting what it is for: the text below each field, as its source has it."""
    ancestors: tuple[Any, ...] = model.__mro__
    return {name: note for kind in reversed(ancestors) for name, note in _notes(kind).items()}


@cache
def _notes(model: Any) -> Mapping[str, str]:
    if not model.__module__.startswith("sdctl"):
        return {}
    [definition] = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(definition, ast.ClassDef)
    found = {}
    for field, after in zip(definition.body, definition.body[1:], strict=False):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=note)):
                found[name] = " ".join(str(note).split()).replace("``", "`")
    return found


def text_of(field: FieldInfo, value: Any) -> str:
    """A setting's value as people write it in YAML."""
    unit = unit_of(field)
    if isinstance(value, tuple | list):
        return f"[{', '.join(_write(unit, part) for part in value)}]"
    return _write(unit, value)


def _write(unit: Any, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if unit in _WRITERS:
        return _WRITERS[unit](value)
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _items(field: FieldInfo) -> list[Any]:
    """What constrains a value, or each value of a list."""
    if get_origin(field.annotation) is tuple:
        item = get_args(field.annotation)[0]
        return _flat(getattr(item, "__metadata__", ()))
    return _flat(field.metadata)


def _flat(metadata: Any) -> list[Any]:
    return [
        rule
        for part in metadata
        for rule in (part.metadata if isinstance(part, FieldInfo) else (part,))
    ]


def unit_of(field: FieldInfo) -> Any:
    """The function that reads the value, or each value of a list; None: no unit."""
    return _unit(_items(field))


def _unit(metadata: list[Any]) -> Any:
    return next((rule.func for rule in metadata if isinstance(rule, BeforeValidator)), None)


def allows(field: FieldInfo, text: str) -> bool:
    """Whether a value with its unit, or such an item of a list, is within the bounds."""
    value, rules = unit_of(field)(text), _items(field)
    least, most = _constraint(rules, Ge), _constraint(rules, Le)
    return (least is None or value >= least) and (most is None or value <= most)


def bound(field: FieldInfo, kind: type[Ge] | type[Le]) -> Any:
    """The least or greatest value of a setting; None: it has no such bound."""
    return _constraint(field.metadata, kind)


def _constraint(metadata: Any, kind: type) -> Any:
    attribute = {Ge: "ge", Le: "le", MinLen: "min_length", MaxLen: "max_length"}.get(
        kind, "multiple_of"
    )
    return next((getattr(rule, attribute) for rule in metadata if isinstance(rule, kind)), None)
