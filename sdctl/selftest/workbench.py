"""What a check works with: the reference service to load, the real generator, and how long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sdctl.judge import audit as audits
from sdctl.judge.audit import Audit
from sdctl.judge.holdings import Holdings
from sdctl.judge.ledger import Ledger, Write
from sdctl.load import generator
from sdctl.load.plan import LoadPlan
from sdctl.load.result import LoadResult
from sdctl.load.schedule import constant
from sdctl.selftest.finding import Invalid
from sdctl.selftest.live import Live
from sdctl.selftest.reference_process import reference
from sdctl.workloads.orders import OrdersOnly

BAD = (3, 14, 15, 35, 41, 58, 79)
"""The numbers of the writes that something is done to: any, and not in a row."""
WRITES = 100
"""How many a short load writes."""
_RPS = 250.0


@dataclass(frozen=True, kw_only=True)
class Durations:
    """How long the timed variants take, and how often they are repeated."""

    silence_s: float
    silences: int
    freeze_s: float
    freeze_run_s: float
    pauses: int
    pause_s: float = 3.0


QUICK = Durations(silence_s=0.5, silences=3, freeze_s=0.2, freeze_run_s=10.0, pauses=3)
FULL = Durations(silence_s=3.0, silences=20, freeze_s=2.0, freeze_run_s=100.0, pauses=20)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A load that ran: its result, and every write with its outcome."""

    result: LoadResult
    writes: Sequence[Write]


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """``live`` is None where no stack is used; ``say`` tells people what goes on."""

    durations: Durations
    say: Callable[[str], None]
    live: Live | None = None

    @property
    def stack(self) -> Live:
        """The running stack of a check that needs one."""
        assert self.live is not None
        return self.live


def plan(url: str, *, rps: float = _RPS, seconds: float = WRITES / _RPS, **more: Any) -> LoadPlan:
    """A short load of orders; ``more`` are other members of a load plan."""
    given: dict[str, Any] = {"workload": OrdersOnly(), "timeout_s": 1.0, "tick_s": 0.1, **more}
    return LoadPlan(base_url=url, schedule=constant(rps, seconds), **given)


def send(
    load: LoadPlan,
    *,
    during: Callable[[Ledger], None] | None = None,
    timed: bool = False,
) -> Sent:
    """Send a load from this process; ``during`` runs beside it, in a thread. What is ``timed``
    raises ``Invalid`` if the generator was the limit; counts and keys are right all the same."""
    ledger = Ledger(load.run)
    with ThreadPoolExecutor(1) as beside:
        future = beside.submit(during, ledger) if during else None
        result = generator.run(load, ledger=ledger)
        if future is not None:
            future.result()
    if timed and result.saturated:
        raise Invalid(f"requests {result.late_ms_p99:.0f} ms late (p99)")
    return Sent(result=result, writes=tuple(ledger))


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A load that ran against the reference service: its writes, and what the service then held."""

    run: str
    writes: Sequence[Write]
    holdings: Holdings


def recorded(wrong: Mapping[str, Sequence[int]], deleted: Sequence[int] = ()) -> Recorded:
    """A load of orders to a service that does ``wrong``; then some are ``deleted``, and all is read
    back."""
    with reference(wrong) as service:
        load = plan(service.url)
        sent = send(load)
        if sent.result.by_error and not any(
            "silent" in kind or "hang" in kind for kind in wrong or {}
        ):
            # it answers at once: only a machine that is busy keeps an answer for so long
            errors = ", ".join(f"{count} {name}" for name, count in sent.result.by_error.items())
            raise Invalid(f"not answered in time: {errors}")
        service.delete(keys(load.run, deleted))
        return Recorded(run=load.run, writes=sorted(sent.writes), holdings=service.holdings())


def judged(
    wrong: Mapping[str, Sequence[int]] | None = None,
    *,
    deleted: Sequence[int] = (),
    forgets: int = 0,
) -> tuple[str, Audit]:
    """A recorded load compared with its ledger, of which the last ``forgets`` were never written
    down: the run, and the audit."""
    load = recorded(wrong or {}, deleted)
    known = load.writes[: len(load.writes) - forgets]
    return load.run, audits.check(known, load.holdings)


def keys(run: str, numbers: Iterable[int]) -> tuple[str, ...]:
    """The keys of these writes of a run."""
    return tuple(f"{run}-{number:08d}" for number in numbers)
