"""fail-messages: the workers fail a share of their messages for a while."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, ClassVar

from sdctl.app import contract
from sdctl.faults.ending import Ending, FaultOn, Seen
from sdctl.faults.fault import Fault, option
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.selector import leader_of
from sdctl.faults.teaching import Before, Course, Prediction
from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady, UsageError, no_such
from sdctl.foundation.units import duration, share
from sdctl.targets.operations import Exec, Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.state.snapshot import Snapshot


_KNOWN_S = 10.0
_NOTICE_S = 3.0
"""Workers look each second: so much longer the order stands, to last its time from then on."""


def _exec(node: str, statement: contract.Statement, cause: str) -> Exec:
    return Exec(node=node, command=statement.command, cause=cause, told=cause)


class UntilMessagesAreThrough(Ending):
    """For its time, which runs from when every worker knows of the fault. No write waits for the
    messages behind it: each must get through in the end."""

    stops_writes = False

    def wait(self, fault: FaultOn) -> Seen:
        """Raises ``NotReady`` when the workers never know."""
        fault.say("waiting until every worker knows")
        known, _ = waiting.until(
            fault.snapshot, lambda seen: know(seen) or fault.over(), timeout_s=_KNOWN_S
        )
        if not known:
            raise NotReady(
                f"the workers did not take the order to fail messages within {_KNOWN_S:g} s",
                hint="It is taken back. `sdctl logs worker` may tell why.",
            )
        fault.begins_now()
        plan = fault.plan
        end = time.monotonic() + plan.for_s
        doing = f"the workers fail {plan.how} of their messages"
        fault.say(f"{doing} for {plan.for_s:g} s")

        def look() -> bool:
            now = time.monotonic()
            fault.now(
                f"{doing}, for {max(end - now, 0):.0f} s more{_so_far(before, _counts(fault))}"
            )
            return now >= end or fault.over()

        before = _counts(fault)
        waiting.until(look, bool, timeout_s=plan.for_s + 1, every_s=0.5)
        return Seen()


def _counts(fault: FaultOn) -> Mapping[str, float]:
    """Of all workers together."""
    status = fault.snapshot().tiers.get("worker")
    facts = [node.facts for node in status.nodes] if status else []
    return {
        name: sum(value for fact in facts if isinstance(value := fact.get(name), int))
        for name in ("failed", "dead")
    }


def _so_far(before: Mapping[str, float], now: Mapping[str, float]) -> str:
    """Pure; empty where the workers were not seen or began anew."""
    failed, dead = (now[name] - before[name] for name in ("failed", "dead"))
    return f"; so far {failed} attempts failed, {dead} dead letters" if failed > 0 <= dead else ""


def know(seen: Snapshot) -> bool:
    """Pure: whether every worker that is well has been told to fail messages."""
    status = seen.tiers.get("worker")
    workers = [node for node in status.nodes if node.health == "ok"] if status else []
    return bool(workers) and all(node.facts.get("fault_rate") for node in workers)


ATTEMPTS, DEAD, UNTOLD = "attempts failed", "dead letters", "never notified"
_STANDS_S = 3.0
"""The workers look each second, so they fail messages for so much longer at the most."""
_DEVIATIONS = 4.0
"""Each attempt fails by chance: a Poisson count lies so many standard deviations around its mean in
all but 1 of 10,000 runs."""


def failures(rate: float, for_s: float, delays: Sequence[float]) -> list[tuple[float, float]]:
    """Pure: for each attempt of a message, the share of messages at which it fails, as all before
    it, and the seconds of the fault in which a message must be sent for that."""
    ends = accumulate(delays, initial=0.0)
    return [(rate ** (1 + number), max(for_s - end, 0.0)) for number, end in enumerate(ends)]


def _around(
    least: Sequence[tuple[float, float]], most: Sequence[tuple[float, float]], per_s: float
) -> tuple[float, float]:
    """Pure: from how many failures to how many, with chance."""
    low, high = (per_s * sum(part * seconds for part, seconds in sums) for sums in (least, most))
    low, high = low - _DEVIATIONS * math.sqrt(low), high + _DEVIATIONS * math.sqrt(high)
    return max(math.floor(low), 0), math.ceil(high)


def _sum(attempts: Sequence[tuple[float, float]], per_s: float | None) -> str:
    parts = " + ".join(f"{share:.3g} × {seconds:g} s" for share, seconds in attempts if seconds)
    return f"{'writes' if per_s is None else f'{per_s:.0f} writes'}/s × ({parts}), give or take"


def _counted(what: str, course: Course) -> float | None:
    return None if course.messages is None else float(course.messages[what])


@dataclass(frozen=True, kw_only=True)
class FailMessages(Fault):
    """The workers fail this share of their messages on purpose; each is tried again after
    `worker.retry_delays`, and is a dead letter after the last attempt. No write waits for that, and
    none may be lost. The workers find the order to fail in the database, together with its end, so
    the fault ends by itself even if `sdctl` is killed."""

    kind: ClassVar[str] = "fail-messages"
    summary: ClassVar[str] = "make workers fail a share of their messages"
    example: ClassVar[str] = "sdctl chaos fail-messages --rate 60% --for 12s"
    ending: ClassVar[Ending] = UntilMessagesAreThrough()
    figures: ClassVar[Mapping[str, str]] = {
        ATTEMPTS: "Attempts to work on a message that failed. A message whose attempt failed waits "
        "for the next of `worker.retry_delays` and is tried again, so some fail more than once.",
        DEAD: "Messages of which every attempt failed. They are not lost: `sdctl dlq list` shows "
        "them, and `sdctl dlq replay --all` sends them again.",
        UNTOLD: "Acknowledged orders whose user was not told how they ended. 0 means: the set that "
        "was sent is the set that was delivered.",
    }
    next_step: ClassVar[str] = (
        "Try `sdctl dlq replay --all`: every dead letter is worked on again, and no user is told "
        "twice."
    )

    rate: float = option(0.2, "The share that fails, such as 20%.", parse=share)
    for_: float = option(30.0, "How long, such as 30s.", parse=duration)

    def check(self, components: Mapping[str, Component]) -> None:
        """Its time."""
        if not 0 < self.for_ <= 3600:
            raise UsageError(f"--for must be above 0 and at most 1h, not {self.for_:g}s")

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """An entry in the table that every worker reads each second."""
        if "worker" not in snapshot.tiers:
            raise no_such("tier", "worker", snapshot.tiers)
        self.check(components)
        leader = leader_of(snapshot, "database").name
        statement = contract.fail_messages(self.rate, self.for_ + _NOTICE_S)
        count = len(snapshot.tiers["worker"].nodes)
        return FaultPlan(
            tier="worker",
            target="1 worker" if count == 1 else f"{count} workers",
            how=f"{self.rate:.0%}",
            inject=(
                _exec(
                    leader,
                    statement,
                    f"tell the workers to fail {self.rate:.0%} of messages for {self.for_:g} s",
                ),
            ),
            for_s=self.for_,
            spare_s=_NOTICE_S + 2,
        )

    def expects(self, before: Before) -> Iterable[Prediction]:
        """By the rate of writes, the share that fails and the delays between attempts."""
        delays, per_s = before.setting("worker", "retry_delays") or (), before.writes_per_s
        least = failures(self.rate, self.for_, delays)
        most = failures(self.rate, self.for_ + _STANDS_S, delays)
        for what, counted, first in ((ATTEMPTS, "failed", 0), (DEAD, "dead", len(delays))):
            low, high = (
                (None, None) if per_s is None else _around(least[first:], most[first:], per_s)
            )
            yield Prediction(
                what=what,
                low=low,
                high=high,
                why=_sum(least[first:], per_s) if least[first][1] else self._too_short(delays),
                measure=partial(_counted, counted),
            )
        yield Prediction(
            what=UNTOLD,
            low=0,
            high=0,
            why="the outbox sends every message until the queue has it, and an inbox tells once",
            measure=lambda course: (
                None if course.audit is None else float(len(course.audit.undelivered))
            ),
        )

    def _too_short(self, delays: Sequence[float]) -> str:
        last = sum(delays)
        return (
            f"the last attempt comes {last:g} s after the first, when the fault is over: "
            f"--for {last + 9:.0f}s shows some"
        )

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """Take the entry back."""
        leader = leader_of(snapshot, "database").name
        return (
            _exec(
                leader,
                contract.FAIL_NO_MORE,
                "tell the workers to fail no more messages",
            ),
        )


FAULT = FailMessages
