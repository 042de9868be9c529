"""Every setting at its least and at its greatest at once, with what those must agree in."""

from __future__ import annotations

from typing import Any

from annotated_types import Ge, Le

from sdctl.components.component import all_components
from sdctl.design import setting_texts

_AGREED = {
    "least": {
        # who waits must not have less patience than who answers; what is kept must fit
        "gateway.max_connections": "256",
        "lb.max_connections": "256",
        "database.loop_wait": "1s",
    },
    "greatest": {
        "database.retry_timeout": "270s",
        "documents.retry_timeout": "270s",
        "database.shared_buffers": "200gb",
        "documents.shared_buffers": "200gb",
        "cache.max_memory": "200gb",
        # in memory, beside the buffers
        "database.volume_size": "50gb",
        "documents.volume_size": "50gb",
        "app.pool_size": "40",
        "worker.pool_size": "40",
        "documents.pool_size": "90",
        # a node's ports follow one another
        "cache.port": "60000",
        "database.port": "61000",
        "documents.port": "62000",
        "queue.port": "63000",
        "search.port": "64000",
        "metrics.port": "64001",
        "gateway.port": "65535",
        "dashboards.port": "65000",
        "dashboards.kibana_port": "65001",
    },
}  # fmt: skip


def bound_of(field: Any, end: str) -> str | None:
    """The text of a field's least or greatest value; None for what has no such thing."""
    kind, name = (Ge, "ge") if end == "least" else (Le, "le")
    found = [getattr(rule, name) for rule in field.metadata if isinstance(rule, kind)]
    return setting_texts.text_of(field, found[0]) if found else None


def settings_at(end: str) -> list[str]:
    """``--set`` for every setting that has a least (or greatest) value."""
    chosen = dict(_AGREED[end])
    for tier, component in all_components().items():
        for name, field in component.settings.model_fields.items():
            path = f"{tier}.{name}"
            # a least port is one that needs rights on some machines, and any two would collide
            if "port" not in name and (text := bound_of(field, end)) is not None:
                chosen.setdefault(path, text)
    return [f"{path}={text}" for path, text in chosen.items()]
