"""lag: followers fall behind their leader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sdctl.app.contract import READ_MAX_LAG_S
from sdctl.faults import promises
from sdctl.faults._on_nodes import WorseNodes
from sdctl.faults.effect import Effect
from sdctl.faults.ending import Ending, FaultOn, ForItsTime
from sdctl.faults.fault import option
from sdctl.faults.teaching import Before, Prediction
from sdctl.foundation.errors import SdctlError, UsageError
from sdctl.foundation.units import duration, format_duration
from sdctl.targets.operations import Exec, Op

if TYPE_CHECKING:
    from sdctl.components.under_fault import Delay
    from sdctl.state.snapshot import NodeStatus, Snapshot

BEHIND = "behind in the end"
STALE = "stale reads"
_LOOKS_S = 1.5
"""By so much a look may be late on a busy machine."""


class WithTheLagInTheEnd(ForItsTime):
    """For its time; how old the followers' data is then is asked just before it is healed."""

    def measure(self, fault: FaultOn) -> Mapping[str, float]:
        """Of the one that is furthest behind. One that does not answer tells nothing."""
        ages = []
        for operation in fault.plan.inject:
            with suppress(SdctlError, ValueError):
                said = fault.apply(_ask(operation.node))
                ages.append(_told(said.stdout)[2])
        return {BEHIND: max(ages)} if ages else {}


@dataclass(frozen=True, kw_only=True)
class LagFollowers(WorseNodes):
    """The follower goes on receiving what its leader writes, and does not apply it: what it answers
    gets older and older. The service must notice and read elsewhere. Nothing is lost: after `--for`
    it shows all that it has, and until then it cannot take over."""

    kind: ClassVar[str] = "lag"
    summary: ClassVar[str] = "let followers fall behind their leader"
    example: ClassVar[str] = "sdctl chaos lag follower --for 15s"
    ending: ClassVar[Ending] = WithTheLagInTheEnd()
    figures: ClassVar[Mapping[str, str]] = {
        **promises.FIGURES,
        BEHIND: "How old the data of the follower became that was kept behind. Its answers lack "
        "what was written in that time.",
        STALE: "Reads that did not show what the same client had written. None may come: the "
        "service does not read from a follower that is too far behind, and asks the leader for "
        "what a follower does not have.",
    }
    does: ClassVar[str] = "kept behind"
    next_step: ClassVar[str] = (
        "Try `sdctl status`: the lag of each follower is beside its name, also while a fault is on."
    )

    where: str = option(
        "follower",
        "follower, sync-follower, a follower's name, or documents:follower.",
        argument=True,
    )
    for_: float = option(15.0, "How long, such as 15s.", parse=duration)

    def effects(self, node: str, snapshot: Snapshot) -> tuple[Effect, ...]:
        """The server's own word."""
        return (
            Effect(
                what=f"{node} applies what it receives",
                asked="paused",
                operations=(_ask(node),),
                read=lambda outputs: _told(outputs[0].stdout)[0],
                more=lambda outputs: {"bytes_behind": _told(outputs[0].stdout)[1]},
                within_s=5.0,
            ),
        )

    def expects(self, before: Before) -> Iterable[Prediction]:
        """It gets older by a second each second."""
        yield from super().expects(before)
        yield Prediction(
            what=BEHIND,
            low=max(self.for_ * 0.9 - _LOOKS_S, 0.0),
            high=self.for_ * 1.1 + _LOOKS_S,
            unit="s",
            why=f"it applies nothing for {format_duration(self.for_)}, and writes go on",
            measure=lambda course: course.figures.get(BEHIND),
        )
        if before.plan.tier == promises.STORE:
            yield self._read_elsewhere(before)

    def _read_elsewhere(self, before: Before) -> Prediction:
        behind = {operation.node for operation in before.plan.inject}
        nodes = before.seen.tiers[before.plan.tier].nodes
        others = ", ".join(node.name for node in nodes if node.name not in behind)
        return Prediction(
            what=STALE,
            low=0,
            high=0,
            why=f"once {before.plan.target} is {READ_MAX_LAG_S:g} s behind, the service reads from "
            f"{others}",
            measure=lambda course: course.stale_reads,
        )

    def begins(self, node: NodeStatus, cause: str) -> Op:
        """It applies nothing more. Raises ``UsageError`` for who does not follow, or cannot."""
        if node.role != "follower":
            raise UsageError(
                f"{node.name} follows nobody: it is {node.role or node.word}",
                hint="`sdctl status` shows who follows.",
            )
        told = f"let {node.name} fall behind: {cause}"
        return Exec(node=node.name, command=_delay(node.name).begin, cause=cause, told=told)

    def ends(self, node: str, cause: str) -> Op:
        """It applies all that it has."""
        told = f"let {node} catch up: {cause}"
        return Exec(node=node, command=_delay(node).end, cause=cause, told=told)


def _told(text: str) -> tuple[str, float, float]:
    """What ``Delay.shows`` printed. Raises ``ValueError``."""
    *words, behind, age = text.split()
    return " ".join(words), float(behind), float(age)


def _ask(node: str) -> Exec:
    return Exec(node=node, command=_delay(node).shows, cause="measure the effect")


def _delay(node: str) -> Delay:
    from sdctl.components.component import every_component

    able = {kind.name: kind.delay for kind in every_component() if kind.delay is not None}
    name = node.rpartition("-")[0]
    if name not in able:
        raise UsageError(
            f"{node} cannot be kept behind: {name} has no way to receive and not apply",
            hint=f"Nodes of {', '.join(sorted(able))} can.",
        )
    return able[name]


FAULT = LagFollowers
