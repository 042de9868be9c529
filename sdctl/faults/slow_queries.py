"""slow-queries: the service's statements take longer, and hold their connections meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from sdctl.faults import promises
from sdctl.faults._in_service import WhileTheyDoIt
from sdctl.faults._slower import Slower
from sdctl.faults.fault import option
from sdctl.faults.teaching import Before, Prediction
from sdctl.foundation.units import duration


@dataclass(frozen=True, kw_only=True)
class SlowQueries(Slower):
    """Each time that the service uses the database, it holds the connection longer by `--delay`,
    as with a statement that lacks an index. A write takes longer by this. Each replica has
    `app.pool_size` connections, so when more requests come than these can carry, they wait."""

    kind: ClassVar[str] = "slow-queries"
    summary: ClassVar[str] = "make the service's database statements take longer"
    example: ClassVar[str] = "sdctl chaos slow-queries --delay 100ms --for 15s"
    ending: ClassVar[WhileTheyDoIt] = WhileTheyDoIt(
        "app",
        "queries_slowed_seconds",
        "the service holds a connection to the database {how} longer",
        "replicas that hold connections longer",
    )
    figures: ClassVar[Mapping[str, str]] = {
        **promises.SLOWER,
    }
    most_s: ClassVar[float] = 2.0
    """The service gives up a statement later."""
    next_step: ClassVar[str] = (
        "Try `sdctl chaos slow-queries --delay 500ms`: more requests come than the connections "
        "carry, and they wait for one another."
    )

    for_: float = option(15.0, "How long, such as 15s.", parse=duration)

    def expects(self, before: Before) -> Iterable[Prediction]:
        """The delay, and more where the connections do not carry what comes (Little's law)."""
        asked = self.delay * 1000
        spare = promises.spare_ms(asked)
        crowded = promises.crowded(before, promises.STORE, self.delay)
        yield Prediction(
            what=promises.LONGER,
            low=asked - spare,
            high=None if crowded else asked + spare,
            unit="ms",
            why=f"each write uses the database once, {self.how} longer{crowded}",
            measure=promises.longer,
        )


FAULT = SlowQueries
