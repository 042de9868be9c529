"""loss: a share of what a node sends never arrives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sdctl.faults import promises
from sdctl.faults._limits import outside
from sdctl.faults._link import LinkFault, machine_full, measuring, told
from sdctl.faults.effect import Effect
from sdctl.faults.fault import option
from sdctl.faults.teaching import Before, Course, Prediction
from sdctl.foundation.errors import SdctlError
from sdctl.foundation.units import format_share, number, share

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.state.snapshot import Snapshot
    from sdctl.targets.target import Output

_DATAGRAMS = 5_000

SLOWEST = "the slowest write"
_AGAIN_MS = 200.0
"""Linux, TCP_RTO_MIN (include/net/tcp.h): a fifth of a second."""


def percent(text: object) -> float:
    """A share from ``20%``, ``20`` or ``0.2``."""
    try:
        plain = number(text)
    except ValueError:
        return share(text)
    return share(text if plain < 1 else f"{text}%")


@dataclass(frozen=True, kw_only=True)
class Loss(LinkFault):
    """This share of the packets that the node sends is lost, each by chance, and nobody is told.
    TCP sends them again, so clients see no error and wait longer. That is why the loss itself is
    measured with datagrams, which nobody sends again."""

    kind: ClassVar[str] = "loss"
    summary: ClassVar[str] = "lose a share of what a node sends"
    example: ClassVar[str] = "sdctl chaos loss database:leader --percent 20"

    figures: ClassVar[Mapping[str, str]] = {
        **promises.FIGURES,
        SLOWEST: "The longest that an acknowledged write took while the fault was on. Who sends a "
        "packet again waits for 200 ms at least, where no later packet tells that it is lost.",
    }
    next_step: ClassVar[str] = (
        "Try `sdctl chaos slow database:leader`: every write waits, not only the unlucky ones."
    )

    percent: float = option(
        0.2,
        "The share that is lost, such as 20%.",
        parse=percent,
        write=format_share,
        value="PERCENT",
    )

    @property
    def told(self) -> str:
        """``20%``."""
        return format_share(self.percent)

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """A share that can be seen, and leaves something."""
        yield from super().wrong(components)
        lets_none = "`sdctl chaos partition` lets nothing through."
        yield from outside("percent", self.percent, 0.001, 0.9, format_share, hint=lets_none)

    def spoiled(self) -> Mapping[str, Any]:
        """The share."""
        return {"loss": self.percent}

    def expects(self, before: Before) -> Iterable[Prediction]:
        """TCP makes a delay of a loss, for one write in many."""
        yield from super().expects(before)
        hit = [before.seen.nodes()[op.node] for op in before.plan.inject]
        store = before.components.get(before.plan.tier)
        if store and store.keeps_writes and any(node.role == "leader" for node in hit):
            yield Prediction(
                what=SLOWEST,
                low=_AGAIN_MS,
                high=None,
                unit="ms",
                why=f"TCP sends a lost packet again after {_AGAIN_MS:g} ms or more",
                measure=_slowest,
            )

    def effects(self, node: str, snapshot: Snapshot) -> tuple[Effect, ...]:
        """Of 5,000 datagrams that the node sends back. By chance alone the share that is seen
        differs by √(p(1 − p)/5000): 0.4 points at 10%, 0.7 at most. The tolerance is more than
        twice that at its worst."""

        def lost(outputs: Sequence[Output]) -> float:
            return told(outputs, "lost_percent")

        return (
            Effect(
                what=f"datagrams from {node} lost",
                asked=self.percent * 100,
                unit="%",
                operations=(
                    measuring(snapshot, "measure its loss", "loss", node, str(_DATAGRAMS)),
                ),
                read=lost,
                doubt=machine_full,
                doubted="above",
                least=1.5 if self.percent <= 0.15 else 2.5,
            ),
        )


def _slowest(course: Course) -> float | None:
    took = [
        write.done_at - write.sent_at
        for write in course.writes
        if write.outcome == "acknowledged"
        and course.injected_at <= write.sent_at <= course.healed_at
    ]
    return max(took) * 1000 if took else None


FAULT = Loss
