"""What a run must reach, such as ``p99<100ms`` or ``failed<=0``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdctl.load.result import LoadResult

_EXPRESSION = re.compile(
    r"(?P<metric>[a-z_0-9.]+)\s*(?P<sign><=|>=|==|<|>)\s*(?P<limit>\d+(?:\.\d+)?)(?P<unit>ms|us|s|%)?"
)
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
}  # fmt: skip
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_PERCENTILES = ("p50", "p90", "p95", "p99", "p999", "max")
_COUNTS = ("sent", "ok", "failed", "unknown")
_RATES = ("achieved", "offered")
_SHARES = ("error_rate",)
_ALLOWED = (
    "write p99<100ms, response.p99<1s, service.max<500ms (p50 p90 p95 p99 p999 max, with a unit), "
    "failed<=0 (sent ok failed unknown), achieved>=495 (achieved offered), error_rate<1%"
)


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """A comparison of one figure of a result with a limit.

    Percentiles without ``service.`` are of the response time. ``error_rate`` is the share of
    requests that failed or stayed unknown.
    """

    expr: str
    metric: str
    sign: str
    limit: float
    """Milliseconds, a count, requests per second, or a share from 0 to 1."""

    def holds(self, result: LoadResult) -> bool | None:
        """Whether ``result`` satisfies it; None: its figure was not measured."""
        value = _value(self.metric, result)
        return None if value is None else _SIGNS[self.sign](value, self.limit)

    @property
    def counts(self) -> bool:
        """Whether it is about how requests ended, which is a fact whatever the latencies are."""
        return self.metric in _COUNTS + _SHARES


def parse(expr: str) -> Assertion:
    """An assertion from its text. Raises ``ValueError`` with what is allowed."""
    match = _EXPRESSION.fullmatch(expr.strip())
    if match is None:
        raise ValueError(f"not an assertion: {expr!r}; {_ALLOWED}")
    metric, sign, unit = match["metric"], match["sign"], match["unit"]
    limit = float(match["limit"])
    clock, _, name = metric.rpartition(".")
    if name in _PERCENTILES and clock in ("", "response", "service"):
        if unit not in _MILLISECONDS:
            raise ValueError(f"{expr!r} needs a unit of time (ms, s, us); {_ALLOWED}")
        limit *= _MILLISECONDS[unit]
    elif metric in _SHARES:
        if unit not in ("%", None):
            raise ValueError(f"{expr!r} needs a share (1% or 0.01); {_ALLOWED}")
        limit /= 100 if unit == "%" else 1
    elif metric in _COUNTS + _RATES:
        if unit is not None:
            raise ValueError(f"{expr!r} takes a plain number; {_ALLOWED}")
    else:
        raise ValueError(f"there is no figure {metric!r}; {_ALLOWED}")
    return Assertion(expr=expr, metric=metric, sign=sign, limit=limit)


def _value(metric: str, result: LoadResult) -> float | None:
    clock, _, name = metric.rpartition(".")
    if name in _PERCENTILES:
        latency = result.service if clock == "service" else result.response
        value: float | None = getattr(latency, name)
        return value
    if metric in _COUNTS:
        return float(getattr(result, metric))
    if metric == "error_rate":
        return result.error_rate
    return float(getattr(result, f"{metric}_rps"))
