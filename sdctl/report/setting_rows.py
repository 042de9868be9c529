"""A stack's settings as rows, with values as people write them: ``256mb``, ``15s``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdctl.components.component import every_component
from sdctl.design import profile_keys, setting_texts
from sdctl.judge.flat_json import flat
from sdctl.report.html import Rows, written


def setting_rows(values: Mapping[str, Any] | None) -> Rows:
    """Of a profile's JSON. What this sdctl does not know, such as a plug-in's, stands as it is."""
    models: dict[str, Any] = {component.tier: component.settings for component in every_component()}
    models |= profile_keys.SECTIONS
    rows: Rows = []
    for name, value in flat(values or {}).items():
        tier, _, key = name.partition(".")
        field = models[tier].model_fields.get(key) if tier in models else None
        rows.append((name, _known(field, value) or written(value)))
    return rows


def _known(field: Any, value: object) -> str | None:
    """As its setting writes it; None where it is no value of that setting, as somebody may have
    changed the file."""
    if value is None or field is None:
        return None
    try:
        return setting_texts.text_of(field, value)
    except (TypeError, ValueError, AttributeError):
        return None
