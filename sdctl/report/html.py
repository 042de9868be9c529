"""What every report's page is made with: the template engine, and how values are written."""

from __future__ import annotations

from typing import Any

from sdctl.foundation import assets
from sdctl.foundation.units import format_duration

UNKNOWN = "not measured"
Rows = list[tuple[str, str]]


def render(template: str, **values: Any) -> str:
    """A template of ``templates/report``; every value is escaped, an undefined one is an error."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(assets.root() / "templates" / "report"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**values)


def written(value: object) -> str:
    """A value of a file as people write it: ``gateway, lb, app`` for a list."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def in_count(value: int | None) -> str:
    """Thousands apart."""
    return UNKNOWN if value is None else f"{value:,}".replace(",", " ")


def in_seconds(value: float | None) -> str:
    """A duration in seconds."""
    return UNKNOWN if value is None else format_duration(value)


def in_ms(value: float | None) -> str:
    """A duration in milliseconds."""
    return UNKNOWN if value is None else format_duration(value / 1000)
