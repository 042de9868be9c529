"""What a load came to, as rows of a page's tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sdctl.foundation.digits import plain
from sdctl.judge import error_answers
from sdctl.report.figures import Figures
from sdctl.report.html import Rows, in_count, in_ms


def write_rows(computed: Figures, verdict: Mapping[str, Any]) -> Rows:
    """How many writes there were, by their outcome and by what became of them."""
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
            rows.append((called(name), in_count(count)))
    return rows


_CALLED = {
    "recovered": "unknown, done after all",
    "duplicated": "there twice",
    "altered": "not what was sent",
    "broken_promises": "refused, done anyway",
    "unfinished": "not worked on yet",
    "dead": "dead letters",
    "undelivered": "never notified",
    "unrecorded": "not in the ledger",
}


def called(name: str) -> str:
    """What writes that are found to be something are called on a page: as on the card."""
    return _CALLED.get(name, name.replace("_", " "))


def duration_rows(computed: Figures) -> Rows:
    """How long acknowledged writes took, before the fault and with it."""
    return [
        (
            when,
            f"p50 {in_ms(took.p50_ms)}, p99 {in_ms(took.p99_ms)}, longest "
            f"{in_ms(took.longest_ms)} ({in_count(took.count)} writes)",
        )
        for when, took in (
            ("before the fault", computed.before_fault),
            ("while the fault was on", computed.in_fault),
            ("under way in the stop", computed.in_outage),
        )
        if took is not None
    ]


def request_rows(computed: Figures, result: Mapping[str, Any] | None) -> Rows:
    """How requests ended, their latencies, and whether the generator kept up."""
    rows = [(name, in_count(count)) for name, count in (computed.requests or {}).items()]
    if result is None:
        return rows
    statuses = {f"status {code}": n for code, n in result["requests"]["by_status"].items()}
    counts = {**statuses, **result["requests"]["by_error"]}
    rows += [(name, in_count(count)) for name, count in counts.items()]
    rows += [
        ("error answers", str(kind))
        for kind in error_answers.of_json(result["requests"].get("error_answers") or ())
    ]
    achieved, target = plain(result["achieved_rps"]), plain(result["target_rps"])
    rows.append(("rate", f"{achieved} of {target} rps"))
    for kind, percentiles in result["latency_ms"].items():
        rows.append(
            (
                f"{kind} time",
                ", ".join(f"{_point(name)} {in_ms(ms)}" for name, ms in percentiles.items()),
            )
        )
    rows += _attempts(result.get("attempts"))
    generator = result["generator"]
    why = generator.get("because") or "the generator was the limit"
    limit = f"the latencies do not count: {why}" if generator["saturated"] else "kept up"
    rows.append(("generator", f"{limit}, p99 {in_ms(generator['late_ms_p99'])} late"))
    return rows


def _point(name: str) -> str:
    """A percentile's name, as it stands on a terminal."""
    return name.replace("p999", "p99.9")


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
