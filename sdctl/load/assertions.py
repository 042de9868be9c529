"""What a run must reach, such as ``p99<100ms`` or ``failed<=0``: one grammar for everything that is
measured. Which figures there are, a ``Grammar`` says."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdctl.load.result import LoadResult

_EXPRESSION = re.compile(
    r"(?P<metric>[a-z_0-9.]+)\s*(?P<sign><=|>=|==|=|<|>)\s*(?P<limit>\d+(?:\.\d+)?)"
    r"\s*(?P<unit>ms|us|s|%)?"
)
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "=": operator.eq,
}  # fmt: skip
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_PERCENTILES = ("p50", "p90", "p95", "p99", "p999", "max")


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """The figures that can be compared, by what their limit is."""

    times: tuple[str, ...] = ()
    """Limits with a unit of time."""
    counts: tuple[str, ...] = ()
    rates: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()
    allowed: str
    """Examples and names, for people."""

    def with_(self, more: Grammar) -> Grammar:
        """The figures of both."""
        return Grammar(
            times=self.times + more.times,
            counts=self.counts + more.counts,
            rates=self.rates + more.rates,
            shares=self.shares + more.shares,
            allowed=f"{more.allowed}; {self.allowed}",
        )


LOAD = Grammar(
    times=tuple(f"{clock}{name}" for clock in ("", "response.", "service.")
                for name in _PERCENTILES),
    counts=("sent", "ok", "failed", "unknown"),
    rates=("achieved", "offered"),
    shares=("error_rate",),
    allowed=(
        "write p99<100ms, response.p99<1s, service.max<500ms "
        "(p50 p90 p95 p99 p999 max, with a unit), "
        "failed<=0 (sent ok failed unknown), achieved>=495 (achieved offered), error_rate<1%"
    ),
)  # fmt: skip
"""The figures of a load's result. Percentiles without ``service.`` are of the response time.
``error_rate`` is the share of requests that failed or stayed unknown."""


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """A comparison of one figure with a limit."""

    expr: str
    metric: str
    sign: str
    limit: float
    """Milliseconds, a count, a number a second, or a share from 0 to 1."""
    counts: bool
    """Whether it is about how requests and writes ended, which is a fact whatever the times are."""

    def compare(self, value: float | None) -> bool | None:
        """Whether a figure satisfies it; None: it was not measured."""
        return None if value is None else _SIGNS[self.sign](value, self.limit)

    def holds(self, result: LoadResult) -> bool | None:
        """Whether a load's result satisfies it; None also where it is about times and they do not
        count."""
        counts = self.counts or result.limit is None
        return self.compare(figure(self.metric, result)) if counts else None


class NotAsserted(ValueError):
    """A text that is no assertion: ``said``, and ``allowed``, which is long."""

    def __init__(self, said: str, allowed: str) -> None:
        super().__init__(f"{said}; {allowed}")
        self.said = said


def parse(expr: str, grammar: Grammar = LOAD) -> Assertion:
    """An assertion from its text. Raises ``NotAsserted`` with what is allowed."""
    match = _EXPRESSION.fullmatch(expr.strip())
    if match is None:
        raise NotAsserted(f"not an assertion: {expr!r}", grammar.allowed)
    metric, sign, unit = match["metric"], match["sign"], match["unit"]
    limit = float(match["limit"])
    if metric in grammar.times:
        if unit not in _MILLISECONDS:
            raise NotAsserted(f"{expr!r} needs a unit of time (ms, s, us)", grammar.allowed)
        limit *= _MILLISECONDS[unit]
    elif metric in grammar.shares:
        if unit not in ("%", None):
            raise NotAsserted(f"{expr!r} needs a share (1% or 0.01)", grammar.allowed)
        limit /= 100 if unit == "%" else 1
    elif metric in grammar.counts + grammar.rates:
        if unit is not None:
            raise NotAsserted(f"{expr!r} takes a plain number", grammar.allowed)
    else:
        raise NotAsserted(f"there is no figure {metric!r}", grammar.allowed)
    return Assertion(
        expr=expr,
        metric=metric,
        sign=sign,
        limit=limit,
        counts=metric in grammar.counts + grammar.shares,
    )


def figure(metric: str, result: LoadResult) -> float | None:
    """A figure of ``LOAD`` in a load's result."""
    clock, _, name = metric.rpartition(".")
    if name in _PERCENTILES:
        latency = result.service if clock == "service" else result.response
        value: float | None = getattr(latency, name)
        return value
    if metric in LOAD.counts:
        return float(getattr(result, metric))
    if metric == "error_rate":
        return result.error_rate
    return float(getattr(result, f"{metric}_rps"))
