"""What a verdict says, as rows of a page's tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdctl.components.band import STOPPED
from sdctl.faults.fault import stops_writes
from sdctl.foundation.digits import in_digits
from sdctl.foundation.units import format_duration
from sdctl.judge.day_part import NOT_ASKED, NOT_COUNTED, NOT_MEASURED
from sdctl.judge.expectation import Expectation, in_words, why_not_compared
from sdctl.judge.fault_timing import LATE, afterwards
from sdctl.judge.limp import Limp
from sdctl.judge.run_facts import by_trouble
from sdctl.judge.seen_effect import SeenEffect
from sdctl.judge.shared_stop import SharedStop
from sdctl.judge.takeover import Takeover, leaders
from sdctl.judge.trial import Trial
from sdctl.report.html import UNKNOWN, Rows, in_count, in_ms, stopped_ms
from sdctl.report.load_tables import called

_WHY = "why"
"""Under what was predicted: its arithmetic."""


def verdict_rows(verdict: Mapping[str, Any]) -> Rows:
    """The judgement, with what was expected; none without a verdict."""
    if not verdict:
        return []
    rows: Rows = [("verdict", verdict["verdict"])]
    if verdict.get("why"):
        rows.append(("why", verdict["why"]))
    if others := verdict.get("besides"):
        rows.append(("same load", f"{', '.join(others)} had it too. What is counted is without it"))
    rows += _effects(verdict)
    if verdict["leader_before"]:
        rows.append(("leader", leaders(verdict["leader_before"], verdict["leader_after"])))
    # from a fault on a replica, or where nobody can take over, there is no failover to be timed
    led = bool(verdict["leader_before"]) and not verdict.get("alone")
    if taken := Takeover.of_json(verdict.get("took_over")):
        rows.append(("took over", str(taken)))
    if verdict["rto_resolution_ms"] is not None:
        rows.append(("resolution", f"± {in_ms(verdict['rto_resolution_ms'])}"))
    if late := afterwards(verdict.get("healed_before_ms")):
        rows.append(("writes stopped", late.removeprefix(", ")))
    if limped := Limp.of_json(verdict.get("failed_in_part")):
        rows.append(("writes failed in part", str(limped)))
    phases = {name: ms for name, ms in verdict["phases_ms"].items() if ms is not None}
    rows += [(f"phase: {name}", in_ms(ms)) for name, ms in phases.items()]
    if led and not phases:
        rows.append(("phases", UNKNOWN))
    trial = Trial.of(verdict) if verdict["fault"] else None
    if trial is not None and (led or trial.failover_ms is not None):
        rows.append((_leads_after(verdict), in_ms(trial.failover_ms)))
    if trial is not None and trial.predicted is not None:
        late = LATE if verdict.get("healed_before_ms") and trial.predicted_of == "outage" else ""
        meanwhile = verdict["predicted"].get("meanwhile", "")
        unknown = late or "it was not measured"
        why_not = why_not_compared(verdict.get("times_count"), meanwhile, unknown)
        told = in_words(trial.holds, why_not)
        what = STOPPED if trial.predicted_of == "outage" else _leads_after(verdict)
        rows.append(("predicted", f"{what}: {trial.predicted}; {told}"))
        rows.append((_WHY, trial.predicted.source))
    for band in trial.published if trial is not None else ():
        rows.append((f"published: {band.name}", f"{band} ({band.source})"))
    for figure in verdict.get("expected") or ():
        rows += _lesson(figure, verdict)
    if verdict.get("next_step"):
        rows.append(("next", verdict["next_step"]))
    rows.append(("stale reads", in_count(verdict["reads"]["stale"])))
    messages = verdict.get("messages") or {}
    rows += [
        (f"attempts of messages {name}", in_count(messages[name]))
        for name in ("failed", "retried", "dead")
        if messages.get(name)
    ]
    for name, nodes in (verdict.get("nodes") or {}).items():
        rows += [
            (f"{name.replace('_', ' ')} it", f"{names}: {what}")
            for names, what in by_trouble(nodes)
        ]
    return rows


def day_rows(verdict: Mapping[str, Any]) -> Rows:
    """What had to be so, and each fault of the day."""
    if "day" not in verdict:
        return []
    rows: Rows = [("seed", str(verdict["seed"]))]
    for when, steady in verdict["steady"].items():
        held = (steady or {}).get("assertions") or ()
        rows += [(f"steady {when}", _held(assertion)) for assertion in held]
    rows += [("asserted", _held(assertion)) for assertion in verdict["assertions"]]
    for part in verdict["faults"]:
        after = format_duration(part["at_s"]) if part["at_s"] else ""
        at = f"fault at {after}" if after else "fault at the start"
        if not part["began"]:
            rows.append((at, f"{part['kind']} did not begin: {part['why']}"))
            continue
        fault = part["fault"]
        rows.append((at, f"{fault['id']} {fault['kind']} on {fault['target']}"))
        rows += _effects(part)
        stopped = stopped_ms(part["rto_ms"]) + afterwards(part.get("healed_before_ms"))
        rows.append(("writes stopped for", stopped if stops_writes(part["kind"]) else NOT_ASKED))
        for figure in part["expected"]:
            rows += _lesson(figure, {**verdict, **part})
    for stop in verdict.get("shared_stops") or ():
        rows.append(("shared stop", str(SharedStop.of_json(stop))))
    return rows


def _leads_after(verdict: Mapping[str, Any]) -> str:
    """Who came back is no new leader."""
    same = verdict["leader_before"] == verdict["leader_after"]
    return "a leader again after" if same else "a new leader after"


def _effects(value: Mapping[str, Any]) -> Rows:
    """What the fault was asked to do, and what was seen of it."""
    found = map(SeenEffect.of_json, value.get("effects") or ())
    return [("effect", str(effect)) for effect in found]


def _held(assertion: Mapping[str, Any]) -> str:
    unjudged = NOT_MEASURED if assertion["value"] is None else NOT_COUNTED
    so = {True: "yes", False: "no", None: unjudged}[assertion["ok"]]
    value = "" if assertion["value"] is None else f" (was {in_digits(assertion['value'], 4)})"
    return f"{assertion['expr']}: {so}{value}"


def _lesson(figure: Mapping[str, Any], of_run: Mapping[str, Any]) -> Rows:
    """A prediction beside what came, and under it its arithmetic."""
    counts, early = of_run.get("times_count"), of_run.get("interrupted") or of_run.get("ended_by")
    known = Expectation.of_json(figure).in_run(counts, cut_short=bool(early))
    return [(known.label, str(known)), (_WHY, known.why)]


def key_rows(verdict: Mapping[str, Any]) -> Rows:
    """The writes that did not end as they should, by their keys."""
    writes = verdict.get("writes") or {}
    return [(called(n), ", ".join(v)) for n, v in writes.items() if v and isinstance(v, list)]
