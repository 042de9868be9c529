"""A run's page: figures, charts and tables into its template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdctl.foundation.digits import in_digits, plain
from sdctl.foundation.units import format_duration, format_size
from sdctl.judge.fault_timing import PHASE_NAMES
from sdctl.judge.flat_json import flat
from sdctl.report import chart
from sdctl.report.charts import charts, phase_bar
from sdctl.report.figures import Figures, figures
from sdctl.report.html import UNKNOWN, Rows, in_count, in_ms, in_seconds, render, written
from sdctl.report.load_tables import called, duration_rows, request_rows, write_rows
from sdctl.report.material import Material
from sdctl.report.setting_rows import setting_rows
from sdctl.report.verdict_tables import day_rows, key_rows, verdict_rows


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
        judgement=verdict.get("verdict", "not judged" if material.faults else NOT_ASKED),
        why=verdict.get("why") or verdict.get("passed"),
        headlines=headlines(material, computed),
        remarks=computed.remarks,
        charts=charts(material, computed),
        phases=phase_bar(phases, chart.WIDTH),
        unknown_phases=[name for name in PHASE_NAMES if phases and phases.get(name) is None],
        tables={
            "Verdict": verdict_rows(verdict),
            "Game day": day_rows(verdict),
            "Writes": write_rows(computed, verdict),
            "How long a write took": duration_rows(computed),
            "Requests": request_rows(computed, material.result),
            "Run": _run(material),
            "Machine": _machine(material.manifest, verdict),
        },
        folded={
            "Settings": setting_rows(material.manifest.get("settings")),
            "Images": list(_texts(material.manifest.get("images"))),
            "Keys of writes": key_rows(verdict),
        },
    )


def picture(material: Material) -> str | None:
    """The first chart, as an SVG that loads nothing: where a fault was on, the acknowledged writes.
    None: there is nothing to draw."""
    drawn = [one for one in charts(material, figures(material)) if one.lines or one.bars]
    return render("picture.svg.j2", size=chart, chart=drawn[0]) if drawn else None


def _title(material: Material) -> str:
    day = (material.verdict or {}).get("day")
    if day is not None:
        return f"game day {day}"
    return material.judged[0].title if material.faults else f"load {material.run}"


def headlines(material: Material, computed: Figures) -> Rows:
    """The few figures that stand large."""
    if not material.faults and material.verdict is None:
        return _of_load(material, computed)
    rows: Rows = []
    if material.stops_writes:
        stopped = computed.outage
        rows.append(("writes stopped for", str(stopped) if stopped else UNKNOWN))
    outcomes = computed.outcomes
    rows.append(("writes acknowledged", in_count(outcomes["acknowledged"] if outcomes else None)))
    rows.append(("of them lost", in_count(computed.lost)))
    rows.append((called("duplicated"), in_count(computed.duplicated)))
    rows.append(("requests failed or unknown", in_count(_bad(computed))))
    normal, broken = computed.before_fault, computed.in_fault
    if normal is None:
        return [*rows, ("response time, p99", in_ms(computed.p99_ms))]
    so = " (disturbed)" if computed.disturbed else ""  # beside the name: a tile's value is a figure
    rows.append((f"a write before the fault, p99{so}", in_ms(normal.p99_ms)))
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
        ("answers a second", UNKNOWN if rate is None else in_digits(rate, 4)),
        ("response time, p50", in_ms(response.get("p50"))),
        ("response time, p99", in_ms(response.get("p99"))),
    ]


def _bad(computed: Figures) -> int | None:
    requests = computed.requests
    return requests["failed"] + requests["unknown"] if requests else None


NOT_ASKED = "a load, no verdict asked"


def _run(material: Material) -> Rows:
    manifest = material.manifest
    names = ("run", "started_at", "stack", "profile", "workload", "seed", "url", "sdctl")
    rows = [
        (name.replace("_", " "), str(manifest[name]))
        for name in names
        if manifest.get(name) is not None
    ]
    if schedule := manifest.get("schedule"):
        points = ", then ".join(
            f"{plain(rps)} rps" + (f" after {format_duration(at)}" if at else "")
            for at, rps in schedule["points"]
        )
        lasted = material.series[-1]["at_s"] if material.series else None
        longest = f"at most {format_duration(schedule['duration_s'])}"
        rows.append(("load", f"{points}, for {longest if lasted is None else in_seconds(lasted)}"))
    return rows


def _machine(manifest: Mapping[str, Any], verdict: Mapping[str, Any]) -> Rows:
    host = dict(manifest.get("host") or {})
    if "cpus" in host:
        host = {"cores": host.pop("cpus"), **host}
    if "memory_bytes" in host:
        host["memory"] = format_size(host.pop("memory_bytes"))
    rows = [(name, str(value)) for name, value in host.items() if value is not None]
    rows += [
        (_CPU.get(name, name), f"{share:.0%}")
        for name, share in (verdict.get("host") or {}).items()
    ]
    return rows


_CPU = {"cpu_idle": "CPU idle", "cpu_steal": "CPU stolen"}


def _texts(values: Mapping[str, Any] | None) -> Rows:
    return [(name, written(value)) for name, value in flat(values or {}).items()]
