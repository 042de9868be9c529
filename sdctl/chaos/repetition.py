"""The order of a bench: wait until the stack is well, break it, keep the trial, again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sdctl import __version__
from sdctl.chaos import visibility
from sdctl.chaos.changing import changing
from sdctl.chaos.conduct import conduct
from sdctl.chaos.experiment import Steps
from sdctl.faults.ending import UntilWritesRecover
from sdctl.faults.fault import Fault
from sdctl.foundation import waiting
from sdctl.foundation.digits import plain
from sdctl.foundation.errors import NotReady
from sdctl.foundation.units import format_duration, utc
from sdctl.judge import bench as benches
from sdctl.judge.bench import Bench
from sdctl.load import announcement, manifest
from sdctl.load.options import LoadOptions
from sdctl.state.running import Running
from sdctl.state.snapshot import Snapshot

WELL_S = 300.0
_AROUND_S = 10.0
"""What a trial takes beside its fault: until the writes are steady, and to read them back."""
_RECOVERY_S = 5.0
"""About how long a fault is on that ends when writes are back."""


def begun(
    running: Running, fault: Fault, options: LoadOptions, out: Path | None
) -> tuple[Path, Bench]:
    """Where the trials are kept, and the bench with those that are there. ``out``: where the user
    wants them; None: with the stack's history. Raises ``UsageError`` for
    another bench's file, and what a plan raises."""
    plan = fault.plan(running.snapshot(), running.components())
    profile = running.profile()
    new = Bench(
        fault=fault.kind,
        params=fault.params(),
        tier=plan.tier,
        how=plan.how,
        rps=options.rps,
        profile=profile.name,
        settings=profile.to_json(),
        sdctl=__version__,
        host=manifest.host(running.engine),
        started_at=utc(),
    )
    if out is not None:
        return out, new.going_on(benches.read(out), out) if out.exists() else new
    folder = running.stack.history / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = new.started_at[:19].replace(":", "")
    what = "failover" if fault.kind == benches.FAILOVER else fault.kind
    name = "-".join(filter(None, (what, plan.tier, plan.how, stamp)))
    return folder / f"{name}.json", new


def told(fault: Fault, workload: str, rps: float, trials: int) -> list[str]:
    """Pure: what so many trials are, before they begin: their load, and about how long they take;
    then comes the first one. After that, others may lead."""
    lasts_s = getattr(fault, "for_", 0.0)
    if isinstance(fault.ending, UntilWritesRecover):
        lasts_s = min(lasts_s, _RECOVERY_S)
    each_s = _AROUND_S + lasts_s
    one, every = "1 trial", f"{trials} trials, each"
    took = f"about {format_duration(each_s)} a trial, {format_duration(each_s * trials)} in all"
    return [
        f"{one if trials == 1 else every} beside a load of {plain(rps)} rps ({workload})",
        f"{took}; longer while a node is not well yet",
        *(["the first one:"] if trials > 1 else []),
    ]


def repeat(
    running: Running,
    fault: Fault,
    bench: Bench,
    options: LoadOptions,
    steps: Steps,
    *,
    trials: int,
    keep: Callable[[Bench], None],
) -> None:
    """Repeat a fault until ``bench`` has so many trials. Nobody changes the stack between two of
    them either. A trial that is interrupted raises ``KeyboardInterrupt``: half a trial is none."""

    def attempt() -> Mapping[str, Any]:
        verdict = conduct(running, fault, options, steps)
        if verdict.facts.interrupted:
            raise KeyboardInterrupt
        return verdict.to_json()

    announcement.check_none(running.stack, "a bench")
    with changing(running.engine, running.stack, f"bench {fault.kind}"):
        run(bench, trials=trials, look=running.snapshot, attempt=attempt, keep=keep)


def run(
    bench: Bench,
    *,
    trials: int,
    look: Callable[[], Snapshot],
    attempt: Callable[[], Mapping[str, Any]],
    keep: Callable[[Bench], None],
) -> Bench:
    """Until ``bench`` has so many trials; ``keep`` is given it as each one ends.

    ``attempt`` breaks the stack once, heals it and returns the verdict's JSON. What it raises ends
    the bench, and everything kept by then stays.
    """
    while len(bench.trials) < trials:
        well(look)
        bench = bench.with_trial(attempt())
        keep(bench)
    return bench


def well(look: Callable[[], Snapshot], timeout_s: float = WELL_S) -> None:
    """Wait until every node is ok. Raises ``NotReady`` with the ones that are not."""
    good, seen = waiting.until(look, lambda snapshot: snapshot.healthy, timeout_s=timeout_s)
    if not good:
        raise NotReady(
            f"the stack was not healthy {timeout_s:g} s after the last trial",
            hint="`sdctl up` repairs the stack. Then the same command continues.",
            details=visibility.told_ill(seen),
        )
