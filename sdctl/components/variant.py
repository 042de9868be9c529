"""The setting that says which of several components a tier is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from sdctl.components.component import every_component
from sdctl.foundation import units

AUTO: Final = "auto"
"""It is decided when the stack is made."""


def either(names: tuple[str, ...]) -> str:
    """``a, b or c``."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


@dataclass(frozen=True)
class VariantSetting:
    """Marks a setting that takes the ``server`` of one of a tier's components: whatever components
    there are, those of plug-ins too."""

    tier: str
    auto: bool = True
    """Whether it may also be left open."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the setting can be; a vendor's own first."""
        known = [
            component
            for component in every_component()
            if component.tier == self.tier and component.server
        ]
        known.sort(key=lambda component: not component.registry)
        found = tuple(str(component.server) for component in known)
        return (AUTO, *found) if self.auto else found

    def check(self, value: str) -> str:
        """The value. Raises ``ValueError`` with what it can be."""
        if value not in self.names:
            raise ValueError(f"{units.shown(value)} cannot be; allowed is {either(self.names)}")
        return value

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """For pydantic: text that passes the check."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))
