"""The contract: how a component's log lines tell of its failover. Each file beside this one is
named after a component and defines ``PHASES``, a function from lines to a ``Failover``.

Pure: reading the logs is ``chaos/failover.py``'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sdctl.foundation import plugins
from sdctl.judge.fault_timing import PHASE_NAMES

SKEW_S = 0.05
"""By so much a log's stamp and a client's clock may disagree on one machine."""


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line that a node wrote, at a moment of ``time.monotonic()``."""

    node: str
    at: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Failover:
    """When a tier got its next leader, by its own logs: moments of ``time.monotonic()``. None: no
    line tells."""

    detected: float | None = None
    """Somebody noticed that the leader is gone."""
    revoked: float | None = None
    """What kept everybody else from leading was taken from the dead leader; None: it ran out, or
    nothing did."""
    elected: float | None = None
    """It was settled who leads next."""
    promoted: float | None = None
    """That node was ready to lead: it takes writes."""
    gone: float | None = None
    """The engine saw the node end, before anybody else did."""
    leader: str | None = None
    """Who leads next; the old leader itself when it came back ``in_place``."""
    in_place: bool = False
    """The old leader was back before anyone was elected. So nothing was elected, and ``promoted``
    is when it took writes again."""

    def explains(self, since: float, until: float) -> bool:
        """Whether what the logs tell lies, in order, within an outage: clients waited for it."""
        known = [edge for edge in self._edges(since, until) if edge is not None]
        return all(later >= earlier - SKEW_S for earlier, later in pairwise(known))

    def phases(self, since: float, until: float) -> Mapping[str, float | None]:
        """The seconds of each phase of an outage from ``since`` (the last acknowledgement) to
        ``until`` (the first durable one). None: not told, or there was none.

        The phases that are told add up to no more than the outage, and to all of it when the only
        one that is not told did not happen. An outage that ended before the failover did, or began
        after it, has another reason: none of its phases is told.
        """
        seconds: dict[str, float | None] = dict.fromkeys(PHASE_NAMES)
        if not self.explains(since, until):
            return seconds
        edges: list[float | None] = []
        latest = since
        for at in self._edges(since, until):
            # clocks that differ a little must not make two phases overlap
            latest = latest if at is None else min(max(at, latest), until)
            edges.append(None if at is None else latest)
        names = [name for name in PHASE_NAMES if not (self.in_place and name == "elect")]
        for name, (begin, end) in zip(names, pairwise(edges), strict=True):
            if begin is not None and end is not None:
                seconds[name] = max(0.0, end - begin)
        return seconds

    def seconds(self, injected_at: float, *, single: bool = True) -> float | None:
        """Until there was a leader again, whether or not clients waited for it: from the node's
        end, or, where it lives on or hands over first, from the fault at ``injected_at``. A fault
        that is not ``single`` counts from its own beginning: another one may have ended the node.
        """
        if self.promoted is None:
            return None
        return self.promoted - (injected_at if self.gone is None or not single else self.gone)

    def revoked_after(self, since: float, until: float) -> float | None:
        """Into an outage, what kept others from leading was revoked."""
        if self.revoked is None or not self.explains(since, until):
            return None
        return max(0.0, self.revoked - since)

    def remark(self, since: float, until: float) -> str | None:
        """For people: why phases are not told; None when all are."""
        if self == Failover():
            return "the servers' logs tell of no failover"
        if not self.explains(since, until):
            return self._unexplained(since, until)
        if self.in_place:
            return f"{self.leader} came back in place: nobody was elected"
        if None in (self.detected, self.elected, self.promoted):
            return "the servers' logs do not tell all of it"
        return None

    def _unexplained(self, since: float, until: float) -> str:
        """How the outage lies to the failover, where it is not within it."""
        _, *inner, _ = self._edges(since, until)
        known = [edge for edge in inner if edge is not None]
        if any(later < earlier - SKEW_S for earlier, later in pairwise(known)):
            return "not known: the moments in the servers' logs are not in order"
        if known[-1] > until:
            return "none: writes were back before the failover was over"
        if known[-1] < since:
            return "none: the longest stop of writes came after the failover was over"
        return "not known: the failover had begun before writes stopped"

    def _edges(self, since: float, until: float) -> list[float | None]:
        inner = [self.detected, self.promoted]
        if not self.in_place:
            inner.insert(1, self.elected)
        return [since, *inner, until]


Reader = Callable[[Sequence[LogLine], str], Failover]
"""From the lines of a tier's nodes since the fault, by moment, and the node that it hit."""


def matching(lines: Iterable[LogLine], *patterns: str) -> Iterator[tuple[LogLine, re.Match[str]]]:
    """The lines in which one of the patterns is found, each with its match."""
    pattern = re.compile("|".join(patterns))
    for line in lines:
        if (match := pattern.search(line.text)) is not None:
            yield line, match


def first(lines: Iterable[LogLine], *patterns: str) -> LogLine | None:
    """The first line in which one of the patterns is found."""
    return next((line for line, _ in matching(lines, *patterns)), None)


def moment(line: LogLine | None) -> float | None:
    """A line's moment, if there is a line."""
    return None if line is None else line.at


def all_phases() -> dict[str, Reader]:
    """Every component whose logs can be read for its failover, by name."""
    return plugins.discover("sdctl.chaos.phases", "PHASES", besides=("phases",), fits=_fits)


def _fits(value: object) -> None:
    if not callable(value):
        raise TypeError("its PHASES is no function (sdctl/chaos/phases/phases.py)")
