"""A tier's section in a profile, and the types of its fields."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

from sdctl import units

Duration = Annotated[float, BeforeValidator(units.duration)]
"""A field in seconds, written as a duration."""

Size = Annotated[int, BeforeValidator(units.size)]
"""A field in bytes, written as a size."""


class Settings(BaseModel):
    """A tier's section in a profile. Fields are its settings; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)

    scales_by: ClassVar[str | None] = None
    """The field that ``sdctl scale`` sets; None: the tier cannot be scaled while it runs."""

    memory: Size
    """Memory limit of one node."""

    expose: bool = False
    """Publish the tier's entry point on 127.0.0.1."""

    @property
    def count(self) -> int:
        """How many nodes these settings ask for."""
        return int(getattr(self, self.scales_by)) if self.scales_by else 1
