"""A tier's section in a profile, and the types of its fields.

A field says all there is to say of a setting: its unit by its type, its least and greatest value
by ``Field(default, ge=..., le=...)``, what it is for in the text below it; ``conflicts`` says what
it must agree with. ``design/setting_texts.py`` makes of that what errors, `sdctl profiles` and
docs/settings.md say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from sdctl.app.bounds import Bounds
from sdctl.foundation import units
from sdctl.foundation.errors import Problem

Duration = Annotated[float, BeforeValidator(units.duration)]
"""A field in seconds, written as a duration."""

Size = Annotated[int, BeforeValidator(units.size)]
"""A field in bytes, written as a size."""

Count = Annotated[int, BeforeValidator(units.count)]
"""A whole number. Plain ``int`` would take ``true`` for 1."""

Flag = Annotated[bool, BeforeValidator(units.flag)]
"""True or false. Plain ``bool`` would take 1 for true."""

Cores = Annotated[float, BeforeValidator(units.cores)]
"""A field in processors, written as ``0.5`` or ``500m``."""

PORT_MOST, FIRST_PORT_MOST = 65535, 65000

HostPort = Annotated[Count, Field(ge=1, le=PORT_MOST)]
"""A port of this machine."""

FirstHostPort = Annotated[Count, Field(ge=1, le=FIRST_PORT_MOST)]
"""The first of several in a row, one for each node."""

MEMORY_MOST = 256 * 1024**3
_MEMORY_LEAST = 6 * 1024**2
"""Nothing runs with less."""


def within(default: Any, bounds: Bounds) -> Any:
    """A field with bounds that the service keeps as well, see ``bounds.py``."""
    return Field(default, ge=bounds.least, le=bounds.most)


class Settings(BaseModel):
    """A tier's section in a profile. Fields are its settings; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    scales_by: ClassVar[str | None] = None
    """The field that ``sdctl scale`` sets; None: the tier cannot be scaled while it runs."""

    autoscales_by: ClassVar[tuple[str, ...]] = ()
    """The metrics by which its nodes can come and go under load, as none of them keeps anything.
    How many there are is then what runs, not what the stack was made with."""

    memory: Size
    """Memory limit of one node."""

    expose: Flag = False
    """Publish the tier's entry point on this machine alone."""

    @field_validator("memory")
    @classmethod
    def _enough_for_any(cls, value: int) -> int:
        if not _MEMORY_LEAST <= value <= MEMORY_MOST:
            least, most = units.write_size(_MEMORY_LEAST), units.write_size(MEMORY_MOST)
            raise ValueError(f"no container has {units.write_size(value)}: {least} … {most}")
        return value

    @property
    def count(self) -> int:
        """How many nodes these settings ask for."""
        return int(getattr(self, self.scales_by)) if self.scales_by else 1

    @property
    def disk_at_most(self) -> int:
        """Bytes that the tier's data is let grow to; 0: the settings do not say."""
        return 0

    @property
    def disk_free_least(self) -> int:
        """Bytes that must be free on the disk, or the tier takes no more; 0: as it comes."""
        return 0

    def in_effect(self, tiers: Collection[str]) -> Self:
        """These settings as they are in a stack that has these tiers: what needs another tier has
        no effect without it."""
        return self

    def conflicts(self, others: Mapping[str, Settings]) -> Iterator[Problem]:
        """Each setting here that does not go with another, with both named. ``others`` are the
        sections of the profile's other tiers, less those with problems of their own."""
        yield from ()
