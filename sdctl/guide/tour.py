"""The tour: its steps, taken one act after the other, each promise checked against what came."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sdctl.design.absent_tier import how_to_have
from sdctl.foundation import plugins, waiting
from sdctl.foundation.errors import no_such
from sdctl.foundation.http_messages import HttpAnswer, HttpRequest
from sdctl.guide import curl
from sdctl.guide.tour_commands import Came, Command, Curl, Inspect, Logs, Shell, Status
from sdctl.guide.tour_step import FIRST, SOON_S, Act, Promise, TourStep, Trail, placed, placing

_EVERY_S = 0.2


class TouredStack(Protocol):
    """What makes the commands real: a running stack."""

    url: str

    def curl(self, request: HttpRequest) -> HttpAnswer:
        """What the gateway answers."""

    def headers(self, request: HttpRequest) -> Mapping[str, str]:
        """What is sent with a request: the key is in it."""

    def inspect(self, tier: str) -> Sequence[Mapping[str, Any]]:
        """A tier's tables."""

    def logs(self, request_id: str) -> Sequence[Mapping[str, Any]]:
        """A request's lines, from the search tier."""

    def shell(self, node: str, command: str) -> str:
        """What a node's own client prints."""

    def states(self) -> Mapping[str, str]:
        """The health of each node by name."""


@dataclass(frozen=True, kw_only=True)
class Done:
    """An act that was taken, or was left out."""

    line: str
    """The command, as a user types it."""
    came: Came = field(default_factory=Came)
    kept: tuple[tuple[str, bool], ...] = ()
    """Each promise, and whether it held."""
    took_s: float = 0.0
    """From the first try until the promises held, or the end of trying."""
    left_out: str = ""
    """Why it was not taken; empty: it was."""

    def to_json(self) -> dict[str, Any]:
        """As in ``sdctl tour --json``."""
        return {
            "command": self.line,
            "left_out": self.left_out or None,
            "took_s": round(self.took_s, 3),
            "promises": [{"says": says, "holds": holds} for says, holds in self.kept],
            "answers": [
                {"status": answer.status, "headers": dict(answer.headers), "body": answer.value}
                for answer in self.came.answers
            ],
            "tables": [dict(table) for table in self.came.tables],
            "lines": [dict(line) for line in self.came.lines],
            "text": self.came.text or None,
            "states": None if self.came.states is None else dict(self.came.states),
        }


def all_steps() -> dict[str, TourStep]:
    """Every step by name, in the order of the tour."""
    found = plugins.discover("sdctl.guide.steps", "STEP", fits=_fits)
    return dict(sorted(found.items(), key=lambda pair: pair[1].place))


def _fits(value: Any) -> None:
    if not isinstance(value, TourStep):
        raise TypeError("its STEP is no TourStep (sdctl/guide/tour_step.py)")


def chosen(given: str | None) -> dict[str, TourStep]:
    """The steps that a user asked for: all, or one by its name or number. Raises
    ``NoSuchTarget``."""
    steps = all_steps()
    if given is None:
        return steps
    found = {n: step for n, step in steps.items() if given.lower() in (n, str(step.place))}
    if not found:
        raise no_such("step", given, (f"{step.place} {name}" for name, step in steps.items()))
    return found


class Tour:
    """A way through a stack. What earlier acts left, later ones find in ``trail``."""

    def __init__(self, toured: TouredStack, stack: str, trail: Trail) -> None:
        self._toured = toured
        self._stack = stack
        self.trail = trail

    def acts(self, step: TourStep) -> tuple[Act, ...]:
        """The acts of a step; before them an order, where it needs one and there is none."""
        first = (_ORDER,) if step.needs_order and not self.trail.order_id else ()
        return (*first, *step.acts)

    def line(self, act: Act) -> str:
        """The command of an act, as a user types it."""
        return act.does(self.trail).line(self._stack) if not self.left_out(act) else ""

    def plainly(self, act: Act) -> str:
        """The same with plain curl and the key, where the act asks for it; else empty."""
        command = act.does(self.trail)
        if not isinstance(command, Curl) or not command.plainly:
            return ""
        return curl.plain(self._toured.url, self._toured.headers(command.request), command.request)

    def left_out(self, act: Act) -> str:
        """Why an act cannot be taken here; empty: it can."""
        missing = next((tier for tier in act.tiers if tier not in self.trail.nodes), None)
        if missing is not None:
            where = how_to_have(missing, self.trail.left_out)
            return f"this stack has no tier {missing}. {where}"
        return act.unless(self.trail)

    def take(self, act: Act) -> Done:
        """Give the command, and check what came."""
        if why := self.left_out(act):
            return Done(line="", left_out=why)
        command = act.does(self.trail)
        began = time.monotonic()
        _, came = waiting.until(
            lambda: self._give(command),
            lambda came: all(self._holds(promise, came) for promise in act.promises),
            timeout_s=act.within_s,
            every_s=_EVERY_S,
        )
        took_s = time.monotonic() - began
        kept = tuple(
            (promise.told(self.trail), self._holds(promise, came)) for promise in act.promises
        )
        done = Done(line=command.line(self._stack), came=came, kept=kept, took_s=took_s)
        if all(holds for _, holds in kept):
            self.trail = act.keeps(self.trail, came)
        return done

    def _holds(self, promise: Promise, came: Came) -> bool:
        """What came may be of any shape, such as an error in place of an order."""
        try:
            return promise.holds(self.trail, came)
        except (LookupError, TypeError, ValueError, AttributeError):
            return False

    def _give(self, command: Command) -> Came:
        match command:
            case Curl():
                asked = (self._toured.curl(command.request) for _ in range(command.times))
                return Came(answers=tuple(asked))
            case Inspect():
                tables = self._toured.inspect(command.tier)
                wanted = [t for t in tables if not command.titles or t["title"] in command.titles]
                return Came(tables=wanted)
            case Logs():
                return Came(lines=self._toured.logs(command.request_id))
            case Shell():
                return Came(text=self._toured.shell(command.node, command.command))
            case Status():
                return Came(states=self._toured.states())


_ORDER = Act(
    does=lambda trail: placing(trail, FIRST),
    keeps=placed,
    within_s=SOON_S,
    promises=(
        Promise(
            says="First an order, to look at: 202, accepted.",
            holds=lambda trail, came: came.answer.status == 202,
        ),
    ),
)
