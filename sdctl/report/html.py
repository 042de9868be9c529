"""What every report's page is made with: the template engine, and how values are written."""

from __future__ import annotations

from typing import Any

from sdctl.foundation import assets
from sdctl.foundation.units import format_duration
from sdctl.judge.outage import NO_STOP

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
    environment.filters["told"] = _told
    return environment.get_template(template).render(**values)


def _told(text: str) -> Any:
    """A text that is escaped, with what stands between two backticks as a command."""
    import markupsafe

    parts = text.split("`")
    if len(parts) % 2 == 0:  # one of them has no second
        return text
    command = markupsafe.Markup("<code>{}</code>")
    return markupsafe.Markup("").join(
        command.format(part) if number % 2 else part for number, part in enumerate(parts)
    )


def written(value: object) -> str:
    """A value of a file as people write it: ``gateway, lb, app`` for a list."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def in_count(value: int | None) -> str:
    """As a card writes it."""
    return UNKNOWN if value is None else str(value)


def in_seconds(value: float | None) -> str:
    """A duration in seconds."""
    return UNKNOWN if value is None else format_duration(value)


def stopped_ms(value: float | None) -> str:
    """For how long writes stopped, from milliseconds; 0: they did not."""
    return NO_STOP if value == 0 else in_ms(value)


def in_ms(value: float | None) -> str:
    """A duration in milliseconds."""
    return UNKNOWN if value is None else format_duration(value / 1000)
