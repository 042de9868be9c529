"""What makes each thing that the service does take longer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sdctl.faults._in_service import InService
from sdctl.faults._limits import outside
from sdctl.faults.fault import option
from sdctl.foundation.errors import SdctlError
from sdctl.foundation.units import delay, write_duration

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
        return write_duration(self.delay)

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """Its time and its delay."""
        yield from super().wrong(components)
        yield from outside("delay", self.delay, _LEAST_S, self.most_s)
