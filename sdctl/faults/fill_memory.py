"""memory: a share of the memory that nodes may use is taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from sdctl.faults import promises
from sdctl.faults._kernel import MEMORY, MemoryUse, fill_memory, memory
from sdctl.faults._on_nodes import TARGET, WorseNodes, answer
from sdctl.faults.effect import Effect
from sdctl.faults.ending import Ending, FaultOn, ForItsTime
from sdctl.faults.fault import Ask, option, recorded
from sdctl.faults.teaching import Before, Course, Prediction
from sdctl.foundation.errors import BadOption, SdctlError, UsageError
from sdctl.foundation.units import format_share, share
from sdctl.targets.operations import Exec, Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.state.snapshot import NodeStatus, Snapshot
    from sdctl.targets.target import Output

_FOLDER = "/tmp"
_FILE = f"{_FOLDER}/sdctl-fill"
"""In a folder that is in memory: it counts as the node's, and goes with the node."""
_KIND = ("stat", "-f", "-c", "%T", _FOLDER)
HIT, KILLED = "memory limit reached", "processes ended"
_SAFE = 0.9
"""With more than that in use, the next burst of the node's own may be too much."""
_MOST = 0.95
"""To undo it takes a process too, which must find room."""


class WithTheKernelsFigures(ForItsTime):
    """For its time; what the kernel counted by then is read just before it is healed."""

    def measure(self, fault: FaultOn) -> Mapping[str, float]:
        """Since each node was started. One that does not run tells nothing."""
        found: dict[str, float] = {}
        for operation in fault.plan.inject:
            with suppress(SdctlError, ValueError):
                said = _memory(operation.node, fault.apply)
                found |= {f"{HIT} {operation.node}": said.hit}
                found |= {f"{KILLED} {operation.node}": said.killed}
        return found


@dataclass(frozen=True, kw_only=True)
class FillMemory(WorseNodes):
    """A file in memory takes so much that this share of the node's limit is in use. When the node
    needs more than is left, the kernel first takes back what can be read again, and then it ends a
    process. It counts both, and the verdict shows its figures."""

    kind: ClassVar[str] = "memory"
    summary: ClassVar[str] = "fill a share of the memory that nodes may use"
    example: ClassVar[str] = "sdctl chaos memory worker:any --fill 90% --for 10s"
    ending: ClassVar[Ending] = WithTheKernelsFigures()
    figures: ClassVar[Mapping[str, str]] = {
        **promises.FIGURES,
        HIT: "How often a process of the node asked for memory when the node's limit was used up. "
        "The kernel then takes back what can be read again, and only then ends a process. This is "
        "its own count (`memory.events` or `memory.failcnt`).",
        KILLED: "Processes of the node that the kernel ended for want of memory (`oom_kill`), by "
        "its own count.",
    }
    does: ClassVar[str] = "filled"
    next_step: ClassVar[str] = (
        "Try `sdctl chaos memory database:leader --fill 95%`: when it needs more for a "
        "moment, there is none."
    )

    where: str = option("worker:any", TARGET, argument=True)
    fill: float = option(0.9, "The share of its limit, such as 90%.", parse=share)
    before: Mapping[str, list[int]] = recorded()

    @property
    def told(self) -> str:
        """``90%``."""
        return format_share(self.fill)

    def wrong(self, components: Mapping[str, Component]) -> Iterator[SdctlError]:
        """Its time and its share."""
        yield from super().wrong(components)
        if not 0 < self.fill <= _MOST:
            yield BadOption(
                "fill",
                f"must be above 0% and at most {format_share(_MOST)}, "
                f"not {format_share(self.fill)}",
                hint="Write such as 90%. To take it back takes some memory too.",
            )

    def pinned(self, snapshot: Snapshot, components: Mapping[str, Component], ask: Ask) -> Self:
        """With what the kernel has counted so far. Raises ``UsageError`` for a node without a
        folder in memory."""
        drawn = super().pinned(snapshot, components, ask)
        nodes = drawn.selected(snapshot, components).nodes
        for node in nodes:
            kind = ask(Exec(node=node.name, command=_KIND, cause="is /tmp in memory?")).stdout
            if kind.strip() != "tmpfs":
                raise UsageError(
                    f"the memory of {node.name} cannot be filled: its {_FOLDER} is not in memory "
                    f"({kind.strip() or 'it does not say where'})",
                    hint="Nothing was done. Name another node.",
                )
        counted = {node.name: _memory(node.name, ask) for node in nodes}
        before = {name: [said.hit, said.killed] for name, said in counted.items()}
        return dataclasses.replace(drawn, before=before)

    def expects(self, before: Before) -> Iterable[Prediction]:
        """Nobody is ended as long as some is left."""
        yield from super().expects(before)
        safe = self.fill <= _SAFE
        yield self._counted(HIT, 0, "how often depends on what the node does meanwhile")
        yield self._counted(
            KILLED,
            1,
            f"{format_share(1 - self.fill)} is left" if safe else "nearly nothing is left",
            high=0.0 if safe else None,
        )

    def _counted(self, what: str, place: int, why: str, high: float | None = None) -> Prediction:
        def measure(course: Course) -> float | None:
            now = {name: course.figures.get(f"{what} {name}") for name in self.before}
            told = [(count, self.before[name][place]) for name, count in now.items() if count]
            # a node that was started anew counts from 0
            more = [count - then if count >= then else count for count, then in told]
            return float(sum(more)) if now and None not in now.values() else None

        low = 0.0 if high is not None else None
        return Prediction(what=what, low=low, high=high, why=why, measure=measure)

    def begins(self, node: NodeStatus, cause: str) -> Op:
        """Write the file."""
        told = f"fill {format_share(self.fill)} of the memory of {node.name}: {cause}"
        command = fill_memory(_FILE, self.fill)
        return Exec(node=node.name, command=command, cause=cause, told=told)

    def ends(self, node: str, cause: str) -> Op:
        """Remove it."""
        return Exec(node=node, command=("rm", "-f", _FILE), cause=cause, told=f"{cause} of {node}")

    def effects(self, node: str, snapshot: Snapshot) -> tuple[Effect, ...]:
        """The kernel's own figures."""

        def excuse(outputs: Sequence[Output]) -> str:
            now, (_, killed) = memory(outputs[0].stdout), self.before.get(node, (0, 0))
            if now.share > self.fill * 100:
                return "it has taken more itself"
            return "the kernel has ended a process of it" if now.killed > killed else ""

        return (
            Effect(
                what=f"memory in use by {node}, of its limit",
                asked=self.fill * 100,
                unit="%",
                operations=(Exec(node=node, command=MEMORY, cause="measure the effect"),),
                read=lambda outputs: memory(outputs[0].stdout).share,
                least=5.0,
                excuse=excuse,
                more=lambda outputs: dataclasses.asdict(memory(outputs[0].stdout)),
            ),
        )


def _memory(node: str, ask: Ask) -> MemoryUse:
    question = Exec(node=node, command=MEMORY, cause="read the kernel's figures")
    return answer(ask(question), memory, f"the kernel's figures of {node} cannot be read")


FAULT = FillMemory
