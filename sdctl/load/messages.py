"""What a ``LoadRunner`` and its process say to each other."""

from __future__ import annotations

from dataclasses import dataclass

from sdctl.ledger import Rows
from sdctl.load.result import LoadResult
from sdctl.load.tally import Tick


@dataclass(frozen=True, kw_only=True)
class Job:
    """What the process is to do."""

    module: str
    """Where the workload's class is, and the file to load if that cannot be imported: a plug-in's
    module is known only to the process that found it."""
    file: str | None
    plan: bytes
    """Pickled apart, because it can be read only once the module is there."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A tick, and what the ledger noted since the one before."""

    tick: Tick
    rows: Rows


@dataclass(frozen=True, kw_only=True)
class Broke:
    """The run ended with an error."""

    text: str


Report = Progress | LoadResult | Broke
