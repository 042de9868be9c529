"""A run's page: figures, charts and tables into its template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdctl.foundation.units import format_duration, format_size
from sdctl.judge import error_answers
from sdctl.judge.expectation import Expectation
from sdctl.judge.fault_timing import PHASES
from sdctl.judge.run_facts import alike
from sdctl.judge.sample import flat
from sdctl.judge.takeover import Takeover
from sdctl.judge.trial import Trial
from sdctl.report import chart
from sdctl.report.charts import charts, phase_bar
from sdctl.report.figures import Figures, figures
from sdctl.report.html import UNKNOWN, Rows, in_count, in_ms, in_seconds, render
from sdctl.report.material import Material


def page(material: Material) -> str:
    """One HTML document that loads nothing."""
    computed = figures(material)
    verdict = material.verdict or {}
    phases = verdict.get("phases_ms") or {}
    started = material.manifest.get("started_at")
    return render(
        "run.html.j2",
        subtitle=", ".join(part for part in (f"run {material.run}", started) if part),
        note="Seconds count from the first write.",
        size=chart,
        title=_title(material),
        judgement=verdict.get("verdict", "not judged" if material.faults else _NOT_ASKED),
        why=verdict.get("why"),
        headlines=headlines(material, computed),
        remarks=computed.remarks,
        charts=charts(material, computed),
        phases=phase_bar(phases, chart.WIDTH),
        unknown_phases=[name for name in PHASES if phases and phases.get(name) is None],
        tables={
            "Verdict": _verdict(verdict),
            "Game day": _day(verdict),
            "Writes": _writes(computed, verdict),
            "How long a write took": _took(computed),
            "Requests": _requests(computed, material.result),
            "Run": _run(material.manifest),
            "Machine": _machine(material.manifest, verdict),
        },
        folded={
            "Settings": list(_texts(material.manifest.get("settings"))),
            "Images": list(_texts(material.manifest.get("images"))),
            "Keys of writes": _keys(verdict),
        },
    )


def _title(material: Material) -> str:
    day = (material.verdict or {}).get("day")
    if day is not None:
        return f"game day {day}"
    return material.faults[0].title if material.faults else f"load {material.run}"


def headlines(material: Material, computed: Figures) -> Rows:
    """The few figures that stand large."""
    if not material.faults and material.verdict is None:
        return _of_load(material, computed)
    rows: Rows = []
    if material.stops_writes:
        stopped = computed.outage
        rows.append(("writes stopped for", in_seconds(stopped.seconds if stopped else None)))
    outcomes = computed.outcomes
    rows.append(("writes acknowledged", in_count(outcomes["acknowledged"] if outcomes else None)))
    rows.append(("of them lost", in_count(computed.lost)))
    rows.append(("duplicated", in_count(computed.duplicated)))
    rows.append(("requests failed or unknown", in_count(_bad(computed))))
    normal, broken = computed.without_fault, computed.in_fault
    if normal is None:
        return [*rows, ("response time, p99", in_ms(computed.p99_ms))]
    so = ", disturbed" if computed.disturbed else ""
    rows.append(("a write without the fault, p99", f"{in_ms(normal.p99_ms)}{so}"))
    rows.append(("a write during the fault, p99", in_ms(broken.p99_ms if broken else None)))
    if reads := computed.reads:
        rate = f"{reads['answered'] / reads['seconds']:.0f}/s"
        rows.append(("reads answered meanwhile", rate))
    return rows


def _of_load(material: Material, computed: Figures) -> Rows:
    """Nobody asked the stores, so nothing is said of them."""
    result, requests = material.result or {}, computed.requests
    response = (result.get("latency_ms") or {}).get("response") or {}
    rate = result.get("achieved_rps")
    return [
        ("requests answered well", in_count(requests["ok"] if requests else None)),
        ("failed or unknown", in_count(_bad(computed))),
        ("answers a second", UNKNOWN if rate is None else f"{rate:.4g}"),
        ("response time, p50", in_ms(response.get("p50"))),
        ("response time, p99", in_ms(response.get("p99"))),
    ]


def _bad(computed: Figures) -> int | None:
    requests = computed.requests
    return requests["failed"] + requests["unknown"] if requests else None


_NOT_ASKED = "a load, no verdict asked"


def _verdict(verdict: Mapping[str, Any]) -> Rows:
    if not verdict:
        return []
    rows: Rows = [("verdict", verdict["verdict"])]
    if verdict.get("why"):
        rows.append(("why", verdict["why"]))
    if verdict["leader_before"]:
        rows.append(("leader", f"{verdict['leader_before']} → {verdict['leader_after'] or '?'}"))
    if taken := Takeover.of_json(verdict.get("took_over")):
        rows.append(("took over", str(taken)))
    rows.append(("resolution", in_ms(verdict["rto_resolution_ms"])))
    phases = {name: ms for name, ms in verdict["phases_ms"].items() if ms is not None}
    rows += [(f"phase: {name}", in_ms(ms)) for name, ms in phases.items()]
    if not phases:
        rows.append(("phases", UNKNOWN))
    trial = Trial.of(verdict) if verdict["fault"] else None
    if trial is not None:
        rows.append(("a new leader after", in_ms(trial.failover_ms)))
    if trial is not None and trial.predicted is not None:
        so = {True: "as predicted", False: "not as predicted", None: "could not be compared"}[
            trial.holds
        ]
        rows.append((f"predicted {trial.predicted_of}", f"{trial.predicted}, {so}: "
                     f"{trial.predicted.source}"))  # fmt: skip
    for band in trial.published if trial is not None else ():
        rows.append((f"published: {band.name}", f"{band} ({band.source})"))
    rows += [
        (f"predicted: {figure['what']}", _lesson(Expectation.of_json(figure)))
        for figure in verdict.get("expected") or ()
    ]
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
            (f"{name.replace('_', ' ')} it", f"{names}: {what}") for names, what in alike(nodes)
        ]
    return rows


def _day(verdict: Mapping[str, Any]) -> Rows:
    """What had to be so, and each fault of the day."""
    if "day" not in verdict:
        return []
    rows: Rows = [("seed", str(verdict["seed"]))]
    for when, steady in verdict["steady"].items():
        held = (steady or {}).get("assertions") or ()
        rows += [(f"steady {when}", _held(one)) for one in held]
    rows += [("asserted", _held(one)) for one in verdict["assertions"]]
    for part in verdict["faults"]:
        at = f"fault at {format_duration(part['at_s'])}"
        if not part["began"]:
            rows.append((at, f"{part['kind']} did not begin: {part['why']}"))
            continue
        fault = part["fault"]
        told = [f"{fault['id']} {fault['kind']} on {fault['target']}"]
        told += [f"writes stopped for {in_ms(part['rto_ms'])}"]
        told += [f"{one['what']}: {_lesson(Expectation.of_json(one))}" for one in part["expected"]]
        rows.append((at, "; ".join(told)))
    return rows


def _held(one: Mapping[str, Any]) -> str:
    so = {True: "yes", False: "no", None: "not measured"}[one["ok"]]
    return f"{one['expr']}: {so}" + ("" if one["value"] is None else f", {one['value']:.4g}")


def _lesson(figure: Expectation) -> str:
    so = {True: "as predicted", False: "NOT as predicted", None: "could not be compared"}
    return f"{figure.range}: {so[figure.holds]}, {figure.found}; {figure.why}"


def _writes(computed: Figures, verdict: Mapping[str, Any]) -> Rows:
    outcomes = computed.outcomes or {}
    rows = [
        (said, in_count(outcomes.get(name, 0) if computed.outcomes else None))
        for name, said in (
            ("acknowledged", "acknowledged"),
            ("refused", "refused"),
            ("unknown", "outcome unknown"),
        )
    ]
    for name, value in (verdict.get("writes") or {}).items():
        if isinstance(value, list) or name == "recovered":
            count = len(value) if isinstance(value, list) else value
            rows.append((name.replace("_", " "), in_count(count)))
    return rows


def _took(computed: Figures) -> Rows:
    return [
        (
            when,
            f"p50 {in_ms(took.p50_ms)}, p99 {in_ms(took.p99_ms)}, longest "
            f"{in_ms(took.longest_ms)} ({in_count(took.count)} writes)",
        )
        for when, took in (
            ("without the fault", computed.without_fault),
            ("while the fault was on", computed.in_fault),
            ("while writes were stopped", computed.in_outage),
        )
        if took is not None
    ]


def _requests(computed: Figures, result: Mapping[str, Any] | None) -> Rows:
    rows = [(name, in_count(count)) for name, count in (computed.requests or {}).items()]
    if result is None:
        return rows
    counts = {**result["requests"]["by_status"], **result["requests"]["by_error"]}
    rows += [(name, in_count(count)) for name, count in counts.items()]
    rows += [
        ("error answers", said)
        for said in error_answers.told(result["requests"].get("error_answers") or ())
    ]
    rows.append(("rate", f"{result['achieved_rps']:g} of {result['target_rps']:g} rps"))
    for kind, percentiles in result["latency_ms"].items():
        rows.append(
            (f"{kind} time", ", ".join(f"{name} {in_ms(ms)}" for name, ms in percentiles.items()))
        )
    rows += _attempts(result.get("attempts"))
    generator = result["generator"]
    why = generator.get("because") or "the generator was the limit"
    limit = f"the latencies do not count: {why}" if generator["saturated"] else "kept up"
    rows.append(("generator", f"{limit}, p99 {in_ms(generator['late_ms_p99'])} late"))
    return rows


def _attempts(attempts: Mapping[str, Any] | None) -> Rows:
    """What trying again came to; None: nothing was to be tried again."""
    if attempts is None:
        return []
    hidden = ", ".join(f"{why}: {count}" for why, count in attempts["hidden"].items())
    return [
        ("attempts", in_count(attempts["sent"])),
        ("requests tried again", in_count(attempts["requests_tried_again"])),
        ("rescued", in_count(attempts["rescued"])),
        ("not ok at first", in_count(attempts["not_ok_at_first"])),
        ("hidden", hidden or "none"),
    ]


def _run(manifest: Mapping[str, Any]) -> Rows:
    names = ("run", "started_at", "stack", "profile", "workload", "seed", "url", "sdctl")
    rows = [(name.replace("_", " "), str(manifest[name])) for name in names if name in manifest]
    if schedule := manifest.get("schedule"):
        points = ", ".join(f"{rps:g} rps from {at:g} s" for at, rps in schedule["points"])
        rows.append(("schedule", f"{points}; at most {format_duration(schedule['duration_s'])}"))
    return rows


def _machine(manifest: Mapping[str, Any], verdict: Mapping[str, Any]) -> Rows:
    host = dict(manifest.get("host") or {})
    if "memory_bytes" in host:
        host["memory"] = format_size(host.pop("memory_bytes"))
    rows = [(name, str(value)) for name, value in host.items()]
    rows += [
        (name.replace("cpu_", "CPU "), f"{share:.0%}")
        for name, share in (verdict.get("host") or {}).items()
    ]
    return rows


def _keys(verdict: Mapping[str, Any]) -> Rows:
    writes = verdict.get("writes") or {}
    return [
        (n.replace("_", " "), ", ".join(v)) for n, v in writes.items() if v and isinstance(v, list)
    ]


def _texts(values: Mapping[str, Any] | None) -> Rows:
    return [(name, str(value)) for name, value in flat(values or {}).items()]
