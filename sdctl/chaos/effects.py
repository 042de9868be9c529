"""The effect of a fault that is on, measured: what it asked for beside what is so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from sdctl.chaos import node_states
from sdctl.faults.effect import Effect
from sdctl.faults.fault_plan import FaultPlan
from sdctl.foundation import waiting
from sdctl.foundation.errors import SdctlError
from sdctl.judge.seen_effect import SeenAtEnd, SeenEffect
from sdctl.targets.operations import Op
from sdctl.targets.target import Output, Target

_AT_ONCE = 8
_LAST_S = 60.0
"""Nobody looks longer than that at the end of a fault."""
_GRACE_S = 1.0
"""So much longer than the first look another one may take."""
_OVER_S = 0.3
"""So often it is asked whether a fault is over while a look at its effect waits for an answer."""


@dataclass(frozen=True, kw_only=True)
class SeenEffects:
    """The effects of a fault that is on."""

    seen: tuple[SeenEffect, ...] = ()
    look_s: float = 0.0
    """How long a look at all of them took."""
    at: float = 0.0
    """When that was over, a moment of ``time.monotonic()``."""

    @property
    def refuted(self) -> bool:
        """Whether one of them was seen not to hold."""
        return any(effect.holds is False for effect in self.seen)


def measure(
    engine: Target, plan: FaultPlan, tell: Callable[[str], None] = lambda what: None
) -> SeenEffects:
    """Each effect of a plan that has just been injected. What is measured is ``tell``-ed.

    A plan that names none is measured by what the engine says of each node that it stopped, killed
    or paused. One that lasts exactly its time is not: the question would take some of it. It is
    measured when it is over (``node_states.frozen_s``).
    """
    if plan.effects:
        looking = _Looking(
            engine=engine,
            tell=tell,
            read=lambda number, outputs: plan.effects[number].measured(outputs),
        )
        return looking.at(plan.effects)
    return SeenEffects(seen=() if plan.undo else node_states.measured(engine, plan.inject))


def measure_again(
    engine: Target,
    plan: FaultPlan,
    first: SeenEffects,
    tell: Callable[[str], None],
    *,
    late: float,
    ended: Callable[[], bool],
) -> SeenEffects:
    """The same effects shortly before the fault's end; again, where one does not hold, until it is
    ``late``, a moment of ``time.monotonic()``. A look that still waits for an answer is given up
    when the fault has ``ended``, or when it takes longer than the first: the fault is not to stay
    on for it, and what the effects were at its end is not known. The states of nodes are not asked
    again: who has started one meanwhile is told by ``early_end.py``."""
    if not plan.effects:
        return first
    found = list[SeenEffects]()
    given_up = threading.Event()
    looking = _Looking(
        engine=engine,
        tell=tell,
        read=lambda number, outputs: plan.effects[number].lasted(first.seen[number], outputs),
        over=lambda: given_up.is_set() or time.monotonic() >= late,
        given_up=given_up,
    )
    look = threading.Thread(target=lambda: found.append(looking.at(plan.effects)), daemon=True)
    look.start()

    def looked() -> bool:
        look.join(_OVER_S)
        return not look.is_alive()

    try:
        left_s = max(late - time.monotonic(), 0.0) + first.look_s + _GRACE_S
        waiting.until(looked, lambda done: done or ended(), timeout_s=left_s, every_s=0.0)
    finally:
        given_up.set()
    if found:
        return found[0]
    unknown = SeenAtEnd(seen=None, holds=None, why="the answer did not come in time")
    return replace(first, seen=tuple(replace(effect, at_end=unknown) for effect in first.seen))


def as_ended_early(seen: Sequence[SeenEffect]) -> tuple[SeenEffect, ...]:
    """Pure: the effects of a fault that was over before its time: of its own end nothing is
    known."""
    return tuple(replace(effect, at_end=None) for effect in seen)


def as_hidden(seen: Sequence[SeenEffect]) -> tuple[SeenEffect, ...]:
    """Pure: the effects of a fault that was over before its time. One that was not seen is then not
    one that the fault did not have."""
    return tuple(
        replace(effect, holds=None) if effect.holds is False else effect for effect in seen
    )


@dataclass(frozen=True, kw_only=True)
class _Looking:
    """How the effects of a fault are looked at."""

    engine: Target
    tell: Callable[[str], None]
    read: Callable[[int, Sequence[Output]], SeenEffect]
    """What the outputs of the operations of the effect of this number come to."""
    over: Callable[[], bool] | None = None
    """Whether it is too late for another look. None: each effect says how long it may take."""
    given_up: threading.Event = field(default_factory=threading.Event)

    def at(self, effects: Sequence[Effect]) -> SeenEffects:
        """Those that are read from the same operations are measured at once."""
        found: dict[int, SeenEffect] = {}
        look_s = 0.0
        for same in dict.fromkeys(effect.operations for effect in effects):
            alike = {n: effect for n, effect in enumerate(effects) if effect.operations == same}
            _, (seen, took_s) = waiting.until(
                partial(self._once, alike),
                self._is_enough,
                timeout_s=_LAST_S if self.over else max(e.within_s for e in alike.values()),
                every_s=0.2,
            )
            found |= seen
            look_s += took_s
        in_order = tuple(found[number] for number in sorted(found))
        return SeenEffects(seen=in_order, look_s=look_s, at=time.monotonic())

    def _once(self, alike: Mapping[int, Effect]) -> tuple[dict[int, SeenEffect], float]:
        """Effects with the same operations, looked at; and how long that took, in seconds."""
        first = next(iter(alike.values()))
        self.tell(f"measuring the effect: {first.what}")
        began = time.monotonic()
        outputs = self._outputs(first)
        return {number: self.read(number, outputs) for number in alike}, time.monotonic() - began

    def _is_enough(self, looked: tuple[Mapping[int, SeenEffect], float]) -> bool:
        stand = all(effect.stands for effect in looked[0].values())
        return stand or (self.over is not None and self.over())

    def _outputs(self, effect: Effect) -> Sequence[Output]:
        outputs: list[Output] = []
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            for step in effect.operations:
                if self.given_up.is_set():
                    break
                at_once = step if isinstance(step, tuple) else (step,)
                outputs += pool.map(partial(_output, self.engine), at_once)
        return outputs


def _output(engine: Target, operation: Op) -> Output:
    """What an operation says; one that fails says why."""
    try:
        return engine.apply(operation)
    except SdctlError as error:
        return Output(1, "", error.message)
