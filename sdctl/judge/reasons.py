"""The reasons of a verdict, in words: what did not hold, what is not known, and what holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sdctl.foundation.units import format_duration
from sdctl.judge.expectation import DEAD_LETTERS
from sdctl.judge.load_facts import whose
from sdctl.judge.run_evidence import RunEvidence

_FIRST = 3


def wrong(found: RunEvidence) -> Iterator[str]:
    """What was promised and did not hold."""
    audit, facts = found.audit, found.facts
    if found.load is not None and (stale := found.load.stale_reads):
        reads = _count(stale, "read", "reads")
        yield f"{reads} did not show the same client's own write"
    for what, count in broken(found).items():
        yield f"{_count(count, 'write is', 'writes are')} {what}"
    if audit and audit.unfinished and found.settled and audit.remains and audit.remains.queues:
        orders = _count(len(audit.unfinished), "order was", "orders were")
        yield f"{orders} accepted, and no message of theirs is left: nobody works on them"
    if unseen := [str(effect) for effect in facts.effects if effect.holds is False]:
        told = _effects(unseen, found, "not there")
        yield f"the fault did not do what it should, and was healed: {told}"
        return
    if gone := [str(effect) for effect in facts.effects if effect.stands is False]:
        told = _effects(gone, found, "gone by then")
        yield f"the fault did not do what it should until its end: {told}"
        return
    if found.untold or facts.ended_by or facts.interrupted or facts.unseen or found.too_short:
        return
    if facts.led is False:
        yield f"no failover in {_time(facts.lasted_s)}{_expected(found)}"
    elif found.stranded:
        target = found.fault.target if found.fault else "the leader"
        yield f"nobody could take over from {target}, so {_not_back(found)}"
    elif facts.came_back is False:
        yield _not_back(found)


def _not_back(found: RunEvidence) -> str:
    """That writes were away until the fault's end, with the figure of the row that tells it: they
    stop some time after the fault begins, so that is not the time for which it was on."""
    outage = found.timing.outage
    if outage is None or not outage.seconds or found.timing.healed_before_s is not None:
        return f"writes did not come back by themselves in {_time(found.facts.lasted_s)}"
    stopped = "" if found.times_count is False else f", after {format_duration(outage.seconds)}"
    return f"writes came back only when the fault was healed{stopped}"


def _effects(effects: Sequence[str], found: RunEvidence, so: str) -> str:
    """One effect in full; of several how many, as each has a row of its own."""
    return effects[0] if len(effects) == 1 else _of_all(len(effects), found, so)


def _of_all(count: int, found: RunEvidence, so: str) -> str:
    return f"{count} of its {len(found.facts.effects)} effects were {so}"


def broken(found: RunEvidence) -> dict[str, int]:
    """How many writes broke which promise, where any did."""
    audit = found.audit
    if audit is None:
        return {}
    keys = {
        "acknowledged and gone": audit.lost,
        "there twice": audit.duplicated,
        "not what was sent": audit.altered,
        "refused, and there anyway": audit.broken_promises,
        "there, and nobody sent them": audit.unrecorded if found.complete else (),
        "notified twice": audit.notified_twice,
        "worked on, and the user was never notified": audit.undelivered,
    }
    return {what: len(names) for what, names in keys.items() if names}


def not_known(found: RunEvidence) -> Iterator[str]:
    """What it takes to judge and was not measured."""
    audit, facts = found.audit, found.facts
    if facts.interrupted:
        if facts.begun:
            yield "the run was interrupted, so it was not seen how it ends"
        else:
            yield "the run was interrupted before the fault began"
        return
    if found.untold and not facts.ended_by:
        count = sum(effect.stands is None for effect in facts.effects)
        doubts = found.untold[0] if len(found.untold) == 1 else _of_all(count, found, "not seen")
        yield f"whether the fault did what it should until its end could not be told: {doubts}"
    if facts.unwritten:
        yield facts.unwritten
    if facts.unseen:
        yield f"for a while nothing could be seen: {facts.unseen}"
    if found.fault is not None and facts.ended_by:
        yield (
            f"{found.fault.id} was ended early, after {_time(facts.lasted_s)}, by {facts.ended_by}"
        )
    elif found.too_short:
        yield f"no failover in {_time(facts.lasted_s)}{_expected(found)}: --for was too short"
    if audit is None:
        yield f"the writes could not be read back: {found.unsettled or 'nobody tried'}"
    elif not audit.acknowledged:
        yield "no write was acknowledged, so none could be lost"
    elif not found.settled:
        yield found.unsettled or "not everything had come to its end when the stores were read"
    if audit is not None and (missing := audit.missing_letters):
        yield missing
    if found.fault is not None and found.timing.outage is None and not found.untold:
        cut = "the ledger was cut off, so whether and for how long writes stopped is not known"
        whole = "writes were not seen to come back, so how long they stopped is not known"
        yield whole if found.complete else cut
    if (ill := facts.ill_after) and not facts.unseen:
        first = [f"{node} ({what})" for node, what in list(ill.items())[:_FIRST]]
        more = f" and {len(ill) - _FIRST} more" if len(ill) > _FIRST else ""
        yield f"not well when the run ended: {', '.join(first)}{more}"


def sound(found: RunEvidence) -> str:
    """What a run passed where nothing is wrong and all is known, and the figures behind that."""
    passed = "nothing is lost" + ("" if found.fault is None else ", and every node is well")
    said = [nothing_lost(found)]
    if found.fault is not None:
        said.append(_went_on(found))
        if found.load and found.load.failed:
            said.append(f"{_count(found.load.failed, 'request', 'requests')} failed")
    return f"{passed}: {'; '.join(filter(None, said))}"


def nothing_lost(found: RunEvidence) -> str:
    """That nothing is lost, with the count, and how many orders no attempt could work on; empty
    where the stores were not read."""
    if found.audit is None:
        return ""
    there = f"each of {found.audit.acknowledged:,} acknowledged writes is there, once"
    if not (count := len(found.audit.dead)):
        return there
    foreseen = any(figure.what == DEAD_LETTERS and figure.holds for figure in found.expected)
    so = ", as predicted" if foreseen else ""
    kept_as = "it is" if count == 1 else "each of them is"
    orders = _count(count, "order", "orders")
    return f"{there}; {orders} finally failed{so}: {kept_as} a dead letter"


def _went_on(found: RunEvidence) -> str:
    outage = found.timing.outage
    if outage is None or not found.stops_writes or not outage.seconds:
        return "writes go on"
    if found.load is not None and found.load.limit is not None:
        so = f"how long does not count, as {whose(found.load.limit)}"
        return f"writes stopped and go on again; {so}"
    return f"writes stopped for {format_duration(outage.seconds)}, and go on again"


def _expected(found: RunEvidence) -> str:
    band = found.timing.band
    if band is None or found.timing.meanwhile:
        return ""
    return f", {band.low_s:g} to {band.high_s:g} s predicted"


def _count(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"


def _time(seconds: float | None) -> str:
    return "a time not known" if seconds is None else format_duration(seconds)
