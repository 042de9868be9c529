from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from sdctl.judge.error_answers import ErrorAnswer
from sdctl.load.assertions import parse
from sdctl.load.latency import Latency
from sdctl.load.request_counts import RequestCounts
from sdctl.load.result import LoadResult

_NOTHING = Latency(p50=None, p90=None, p95=None, p99=None, p999=None, max=None)


def result() -> LoadResult:
    return LoadResult(
        workload="mixed",
        run="r",
        target_rps=500,
        offered_rps=500,
        achieved_rps=499.8,
        duration_s=30,
        sent=1000,
        ok=990,
        failed=6,
        unknown=4,
        by_status={503: 6, 200: 990},
        by_error={"timeout": 4},
        response=Latency(p50=4.1, p90=9.0, p95=12.0, p99=31.0, p999=80.2, max=95.0),
        service=Latency(p50=4.0, p90=8.8, p95=11.5, p99=30.1, p999=77.0, max=90.0),
        late_ms_p99=0.4,
        cpu_s=1.2,
        reads=RequestCounts(ok=792, failed=2, unknown=4),
        writes=RequestCounts(ok=198, failed=4),
    )


@pytest.mark.parametrize(
    ("expr", "holds"),
    [
        ("p99<100ms", True),
        ("p99<31ms", False),
        ("p99<=31ms", True),
        ("p99 < 0.1s", True),
        ("p99 < 100 ms", True),
        ("p50>4000us", True),
        ("response.p999<81ms", True),
        ("service.max<=90ms", True),
        ("failed<=0", False),
        ("failed<=6", True),
        ("unknown==4", True),
        ("sent>=1000", True),
        ("achieved>=495", True),
        ("offered>500", False),
        ("error_rate<1%", False),
        ("error_rate<=0.01", True),
    ],
)
def test_an_assertion_must_compare_its_figure(expr: str, holds: bool) -> None:
    assert parse(expr).holds(result()) is holds


@pytest.mark.parametrize("expr", ["p99<100ms", "error_rate<1%"])
def test_what_was_not_measured_must_neither_hold_nor_fail(expr: str) -> None:
    nothing = replace(result(), response=_NOTHING, sent=0, ok=0, failed=0, unknown=0)
    assert parse(expr).holds(nothing) is None


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        ("fast", "not an assertion"),
        ("p99<100", "unit of time"),
        ("p99<100%", "unit of time"),
        ("p42<1ms", "no figure 'p42'"),
        ("client.p99<1ms", "no figure"),
        ("failed<=1ms", "plain number"),
        ("error_rate<1s", "share"),
        ("p99=<1ms", "not an assertion"),
    ],
)
def test_a_bad_assertion_must_say_what_is_allowed(expr: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        parse(expr)
    assert "response.p99<1s" in str(caught.value)


def test_error_answers_must_be_in_the_json_where_there_are_some() -> None:
    found = replace(result(), error_answers=Counter({ErrorAnswer(503, "lb", None, "none"): 6}))
    [answer] = found.to_json()["requests"]["error_answers"]  # type: ignore[index]
    assert answer == {"status": 503, "by": "lb", "dependency": None, "why": "none", "count": 6}


def test_the_json_must_be_that_of_the_interface() -> None:
    json = result().to_json()
    assert list(json) == [
        "run", "workload", "target_rps", "offered_rps", "achieved_rps", "duration_s", "requests",
        "reads", "writes", "latency_ms", "generator", "host", "assertions",
    ]  # fmt: skip
    assert json["requests"] == {
        "sent": 1000, "ok": 990, "failed": 6, "unknown": 4, "retried": 0,
        "by_status": {"200": 990, "503": 6}, "by_error": {"timeout": 4},
        "by_kind": {"2xx": 990, "5xx": 6, "no_answer": 4},
    }  # fmt: skip
    assert json["generator"] == {
        "saturated": False, "limit": None, "because": None, "nice": 0,
        "late_ms_p99": 0.4, "cpu_s": 1.2, "processes": 1,
    }  # fmt: skip
    assert json["reads"] == {
        "sent": 798, "ok": 792, "failed": 2, "unknown": 4, "checked": 0, "stale": None,
        "response_ms": None,
    }  # fmt: skip
    assert json["writes"] == {
        "sent": 202, "ok": 198, "failed": 4, "unknown": 0, "response_ms": None,
    }  # fmt: skip
    assert json["host"] is None


def test_each_process_may_use_a_core_of_its_own() -> None:
    assert replace(result(), cpu_s=40).saturated
    assert not replace(result(), cpu_s=40, processes=2).saturated


def test_how_requests_ended_must_be_told_apart() -> None:
    errors = {"timeout": 4, "reset": 1, "refused": 2, "local": 3}
    statuses = {200: 5, 404: 1, 429: 1, 503: 2}
    assert replace(result(), by_status=statuses, by_error=errors).by_kind == {
        "2xx": 5, "4xx": 2, "5xx": 2, "no_answer": 5, "not_sent": 5,
    }  # fmt: skip


def test_the_file_of_a_run_must_hold_its_series_and_histograms() -> None:
    found = replace(result(), histograms={"response": "HIST", "service": "HIST"})
    written = found.to_file([{"at_s": 1.0}])
    assert written["series"] == [{"at_s": 1.0}]
    assert written["histograms"] == {
        "unit": "us", "format": "HdrHistogram V2", "response": "HIST", "service": "HIST",
    }  # fmt: skip
    assert written.items() >= found.to_json().items()


@pytest.mark.parametrize(
    ("expr", "holds"), [("p99<100ms", None), ("achieved>=495", None), ("failed<=0", False)]
)
def test_where_times_do_not_count_one_about_times_must_neither_hold_nor_fail(
    expr: str, holds: bool | None
) -> None:
    late = replace(result(), late_ms_p99=55.0)
    assert parse(expr).holds(late) is holds
