"""Values that a setting can have besides its default: what `sdctl explain` proposes to try."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from sdctl.components.settings import FIRST_PORT_MOST, PORT_MOST
from sdctl.design import setting_texts

_PORTS = (PORT_MOST, FIRST_PORT_MOST)
"""The greatest value of a setting that is a port."""


def others(field: FieldInfo) -> Iterator[str]:
    """Pure: as they are written in YAML, the best first; none where nothing can be proposed.

    Of words each other one. Of numbers twice the default, which changes something that can be
    seen, then half of it; the next one of ports. Which of them goes with the other settings is for
    the caller to ask.
    """
    default = field.get_default(call_default_factory=True)
    usual = setting_texts.text_of(field, default)
    values = field.examples or setting_texts.choices(field) or _numbers(field, default)
    for value in values:
        text = value if isinstance(value, str) else setting_texts.text_of(field, value)
        if text not in ("auto", usual):
            yield text


def _numbers(field: FieldInfo, default: Any) -> Iterator[Any]:
    if get_origin(field.annotation) is tuple:
        yield tuple(part * 2 for part in default)
        return
    least, most = (setting_texts.bound(field, kind) for kind in (Ge, Le))
    if least is None or most is None:
        return
    if most in _PORTS:
        wanted = [default + 1]
    elif default:
        wanted = [default * 2, type(default)(default / 2)]
    else:  # nothing yet: a share of the most
        wanted = [type(default)(most / 4**part) for part in range(1, 8)]
    yield from (value for value in wanted if least <= value <= most)
