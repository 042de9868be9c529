"""Who took over from a leader, and how far behind it was, where that cost acknowledged writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sdctl.foundation.units import format_duration, format_size, milliseconds
from sdctl.judge.ledger import Write


@dataclass(frozen=True, kw_only=True)
class Takeover:
    """The next leader, and what it lacked."""

    node: str
    lacked_s: float | None
    """From the acknowledgement of the first lost write to the last one before writes stopped; None:
    they were not seen to stop."""
    lag_bytes: int | None = None
    """What it lacked of its leader's log when the fault began; None: not known."""
    lag_seconds: float | None = None
    """How old its data were then; None: not known."""

    @classmethod
    def of(
        cls,
        node: str,
        lost: Collection[str],
        writes: Iterable[Write],
        stopped_at: float | None,
        facts: Mapping[str, Any],
    ) -> Takeover | None:
        """Pure: what ``node`` lacked. ``facts``: of it when the fault began. None: no write of the
        run is ``lost``."""
        gone = [write.done_at for write in writes if write.key in lost]
        if not gone:
            return None
        return cls(
            node=node,
            lacked_s=None if stopped_at is None else max(stopped_at, *gone) - min(gone),
            lag_bytes=facts.get("lag_bytes"),
            lag_seconds=facts.get("lag_seconds"),
        )

    def __str__(self) -> str:
        said = []
        if self.lacked_s is not None:
            said.append(f"lacked writes of the last {format_duration(self.lacked_s)}")
        lag = [format_size(self.lag_bytes)] if self.lag_bytes else []
        lag += [format_duration(self.lag_seconds)] if self.lag_seconds else []
        if lag:
            said.append(f"was {' and '.join(lag)} behind when the fault began")
        return f"{self.node}, which {' and '.join(said) or 'lacked the lost writes'}"

    def to_json(self) -> dict[str, Any]:
        """As ``took_over`` in the JSON."""
        return {
            "node": self.node,
            "lacked_ms": milliseconds(self.lacked_s),
            "lag_bytes": self.lag_bytes,
            "lag_seconds": self.lag_seconds,
        }

    @classmethod
    def of_json(cls, value: Mapping[str, Any] | None) -> Takeover | None:
        """Of a run's ``verdict.json``."""
        if value is None:
            return None
        lacked = value["lacked_ms"]
        return cls(
            node=value["node"],
            lacked_s=None if lacked is None else lacked / 1000,
            lag_bytes=value["lag_bytes"],
            lag_seconds=value["lag_seconds"],
        )


def leaders(before: str, after: str | None) -> str:
    """Who led before a fault, and who leads after it, for people."""
    if before == after:
        return f"{before}: nobody took over"
    return f"{before} → {after or 'not known'}"
