"""What was done, to what, and when."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sdctl.foundation.units import for_people

if TYPE_CHECKING:
    from sdctl.state.fault_record import Record


@dataclass(frozen=True, kw_only=True)
class FaultFacts:
    """What was done, to what, when; the moments as RFC 3339 text."""

    id: str
    kind: str
    how: str | None
    tier: str | None
    target: str | None
    started_at: str
    """When its operations began."""
    healed_at: str | None
    healed_by: str | None = None
    asked: str = ""
    """Its arguments, as they were typed: ``database:leader rest``."""

    @classmethod
    def of(cls, record: Record) -> FaultFacts:
        """What a record says of its fault."""
        return cls(
            id=record.id,
            kind=record.kind,
            how=record.how,
            tier=record.tier,
            target=record.target,
            started_at=record.began,
            healed_at=record.healed_at,
            healed_by=record.healed_by,
            asked=record.asked,
        )

    def __str__(self) -> str:
        """For people: ``f-3 kill-leader database kill``."""
        how = for_people(self.how or "")
        return " ".join(word for word in (self.id, self.kind, self.asked, how) if word)

    def to_json(self) -> dict[str, str | None]:
        """As ``fault`` in the JSON."""
        return asdict(self)
