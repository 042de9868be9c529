"""What makes each thing that the service does take longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sdctl.faults._in_service import InService
from sdctl.faults.fault import option
from sdctl.foundation.errors import UsageError
from sdctl.foundation.units import delay, format_duration

if TYPE_CHECKING:
    from sdctl.components.component import Component

_LEAST_S = 0.001


@dataclass(frozen=True, kw_only=True)
class Slower(InService):
    """So much longer each time. Subclasses say what, and the most that can be asked for."""

    most_s: ClassVar[float]

    delay: float = option(0.1, "How much longer, such as 100ms.", parse=delay)

    @property
    def amount(self) -> float:
        """Seconds."""
        return self.delay

    @property
    def how(self) -> str:
        """As people write it."""
        return format_duration(self.delay)

    def check(self, components: Mapping[str, Component]) -> None:
        """Its time and its delay."""
        super().check(components)
        if not _LEAST_S <= self.delay <= self.most_s:
            raise UsageError(f"--delay must be from 1ms to {self.most_s:g}s, not {self.delay:g}s")
