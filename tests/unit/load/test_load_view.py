from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace
from typing import Any, get_args

import pytest
from plans import Plan
from rich.console import Console
from test_load_assertions import result

from sdctl.judge.outcome import WORDS, Error
from sdctl.load.assertions import parse
from sdctl.load.beats import Tick
from sdctl.load.checked import Checked
from sdctl.load.judgement import judgement
from sdctl.load.latency import Latency
from sdctl.load.request_attempts import Attempts
from sdctl.terminal.load_remarks import next_step, remarks
from sdctl.terminal.load_summary import summary
from sdctl.terminal.load_view import LoadView, line, sparkline

TICK = Tick(
    at_s=5.0,
    span_s=1.0,
    target_rps=500,
    offered_rps=500,
    achieved_rps=499,
    p50_ms=4.123,
    p99_ms=1031.0,
    service_p99_ms=30.0,
    late_ms_p99=0.3,
    ok=1_234_567,
    failed=12_345,
    unknown=6_789,
    acknowledged=100,
    in_flight=12,
    connections=20,
    reads_ok=1_000_000,
    reads_bad=9_134,
)


def console(stream: io.StringIO, *, terminal: bool) -> Console:
    return Console(file=stream, width=80, force_terminal=terminal, color_system=None)


def test_a_pipe_must_get_a_line_every_five_seconds(plan: Plan) -> None:
    stream = io.StringIO()
    patient = plan(seconds=30, tick_s=1.0)
    with LoadView(patient, console=console(stream, terminal=False)) as view:
        for second in range(1, 13):
            view.update(replace(TICK, at_s=second + 0.01))
    lines = stream.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == ["5", "10"]
    assert all(len(line) <= 80 for line in lines)
    assert "p99 1.03 s  reads 1M ok, 9134 not  writes 235k ok, 10k not" in lines[0]


def test_what_the_end_waits_for_must_be_told_once(plan: Plan) -> None:
    stream, short = io.StringIO(), plan(seconds=4, tick_s=1.0)
    with LoadView(short, console=console(stream, terminal=False)) as view:
        for second in range(1, 9):
            view.update(replace(TICK, at_s=second + 0.01))
    assert stream.getvalue().count("all is sent: waiting for 12 answers") == 1
    drawn = io.StringIO()
    with LoadView(short, console=console(drawn, terminal=True)) as view:
        view.update(replace(TICK, at_s=3.0))
        assert "all is sent" not in drawn.getvalue()
        view.update(replace(TICK, at_s=5.0))
    assert "all is sent: waiting for 12 answers" in drawn.getvalue()
    assert "4 of 4 s" in drawn.getvalue()
    assert "5 of 4 s" not in drawn.getvalue()


def test_a_terminal_must_get_everything_within_80_columns(plan: Plan) -> None:
    stream = io.StringIO()
    drawn = console(stream, terminal=True)
    view = LoadView(plan(), console=drawn)
    view.update(replace(TICK, late_ms_p99=55.0))
    for _ in range(70):
        view.update(TICK)
    view.update(replace(TICK, late_ms_p99=55.0))
    drawn.print(view._drawn())
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    for words in ("target 500", "achieved 499", "p50 4.12 ms", "▇", "generator itself is 55 ms"):
        assert words in text or words == "▇"
    assert "█" * 60 in text


def test_the_live_view_must_draw_and_leave_nothing(plan: Plan) -> None:
    stream = io.StringIO()
    with LoadView(plan(), console=console(stream, terminal=True)) as view:
        view.update(TICK)
    assert "achieved 499" in stream.getvalue()


def test_a_sparkline_must_scale_to_its_highest_value() -> None:
    assert sparkline([0, 1, 4, 8]) == " ▂▅█"
    assert sparkline([0, 0]) == "  "
    assert sparkline([]) == ""


def test_a_line_must_show_what_is_missing_as_missing() -> None:
    assert "p99 –" in line(replace(TICK, p99_ms=None))


def test_the_summary_must_show_the_result() -> None:
    stream = io.StringIO()
    checks = (Checked(expr="p99<1ms", ok=False), Checked(expr="failed<=9", ok=True))
    console(stream, terminal=False).print(summary(replace(result(), assertions=checks)))
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    for words in (
        "achieved 499.8",
        "503: 6",
        "no answer  4 × the answer did not come in time  (unknown)",
        "reads      ok 792  failed 2  unknown 4 ",
        "writes     ok 198  failed 4  unknown 0 ",
        "generator  1 process, 4% of a core",
        "31.0",
        "✗ p99<1ms",
        "✓ failed<=9",
    ):
        assert words in text
    full = replace(result(), host={"cpu_idle": 0.0, "cpu_steal": 0.02})
    stream = io.StringIO()
    console(stream, terminal=False).print(summary(full))
    assert "this machine  CPU idle 0%, stolen 2%" in stream.getvalue()


def test_why_requests_were_not_sent_must_be_a_line_each_in_words() -> None:
    stream = io.StringIO()
    errors = {"refused": 7, "queue_timeout": 35_221}
    console(stream, terminal=False).print(summary(replace(result(), by_error=errors)))
    text = [" ".join(row.split()) for row in stream.getvalue().splitlines()]
    at = text.index("not sent 35,221 × waited too long for a free connection")
    assert text[at + 1] == "7 × nobody listened at the address"
    assert not any(row.startswith("no answer") for row in text)
    assert set(WORDS) == set(get_args(Error))


def test_requests_that_never_left_must_not_be_called_sent() -> None:
    full = replace(result(), sent=40_000, ok=38, failed=36_705, unknown=3_257,
                   by_error={"queue_timeout": 35_221, "timeout": 3_257})  # fmt: skip
    stream = io.StringIO()
    console(stream, terminal=False).print(summary(full))
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    assert "requests   due 40,000  sent 4,779  ok 38  failed 36,705  unknown 3,257" in text
    stream = io.StringIO()
    again = replace(full, attempts=Attempts(again=9, requests=9))
    console(stream, terminal=False).print(summary(again))
    assert "requests   sent 40,000  ok" in stream.getvalue(), "an earlier attempt may have left"
    said = " ".join(stream.getvalue().split())
    assert "waited too long for a free connection (at their last attempt)" in said
    stream = io.StringIO()
    console(stream, terminal=False).print(summary(result()))
    assert "due" not in stream.getvalue()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"late_ms_p99": 50.0}, "The latencies do not count, because 1% of the sends were 50 ms"),
        ({"queued": 7}, "7 requests waited"),
        ({"retried": 7}, "7 requests were sent once more"),
        (
            {"unknown": 6, "by_error": {"timeout": 4}},
            "6 requests are unknown, the system may or may not have done them: "
            "4 got no answer, 2 writes got an answer that does not tell.",
        ),
        ({"stale_reads": 2, "reads_checked": 9}, "2 of 9 reads were stale"),
        ({"host": {"cpu_idle": 0.01, "cpu_steal": 0.0}}, "CPU was 99% busy"),
        ({"host": {"cpu_idle": 0.5, "cpu_steal": 0.2}}, "took 20% of the CPU"),
    ],
)
def test_the_summary_must_explain_what_is_special(changes: dict[str, Any], words: str) -> None:
    quiet = replace(result(), unknown=0, by_error={})
    assert remarks(quiet) == []
    (remark,) = remarks(replace(quiet, **changes))
    assert words in remark


def test_whose_limit_it_was_must_be_said_once_and_nothing_promised_that_nobody_can_keep() -> None:
    full = replace(result(), late_ms_p99=50.0, host={"cpu_idle": 0.01, "cpu_steal": 0.0})
    error = judgement(full)
    assert error is not None
    assert "the generator itself used 4% of a core" in error.message
    assert error.hint.startswith("The generator took little of this machine: others held it.")
    stream = io.StringIO()
    console(stream, terminal=False).print(summary(full, error=error.message))
    said = " ".join((stream.getvalue() + next_step(full, own=True)).split())
    assert "do not count" not in said
    assert "The counts of requests are right. The times are not, for the reason below." in said
    assert "--rps" not in said


def test_a_gap_between_response_and_service_must_be_explained() -> None:
    slow = Latency(p50=1.0, p90=2.0, p95=2.5, p99=450.0, p999=480.0, max=500.0)
    quiet = replace(result(), unknown=0, response=slow)
    assert "had to wait before they could be sent" in remarks(quiet)[0]


def test_assertions_must_read_back_as_written() -> None:
    assert parse("p99<100ms").expr == "p99<100ms"


def test_attempts_must_be_told_apart_from_requests() -> None:
    stream = io.StringIO()
    attempts = Attempts(
        again=3_400, requests=3_120, rescued=3_000, hidden=Counter({"503": 3_200, "reset": 200})
    )
    shown = replace(result(), retries=3, attempts=attempts, sent=150_000)
    console(stream, terminal=False).print(summary(shown))
    text = stream.getvalue()
    assert max(map(len, text.splitlines())) <= 80
    for words in (
        "attempts   153,400  tried again 3,120 requests, of which 3,000 ended well",
        "hidden     503: 3,200  the connection broke: 200",
        "3010 requests (2.0%) were not answered well",
    ):
        assert words in text
    [said] = [text for text in remarks(shown) if text.startswith("Retries hid")]
    assert "10 (0.0%) after the last. For that, the system got 2.3% more requests." in said
    assert shown.to_json()["attempts"] == {
        "retries": 3, "sent": 153_400, "requests_tried_again": 3_120, "rescued": 3_000,
        "not_ok_at_first": 3_010, "hidden": {"503": 3_200, "reset": 200},
    }  # fmt: skip


def test_retries_that_were_not_needed_must_be_said_to_hide_nothing() -> None:
    assert remarks(replace(result(), retries=1, unknown=0)) == [
        "No request had to be tried again, so the retries hid nothing."
    ]


def test_the_live_view_must_show_what_was_sent_again(plan: Plan) -> None:
    stream = io.StringIO()
    view = LoadView(plan(retries=2), console=console(stream, terminal=True))
    view.update(replace(TICK, again=12_345))
    console(stream, terminal=True).print(view._drawn())
    assert "attempts  1266046      of which 12.3k were sent again" in stream.getvalue()
    assert line(replace(TICK, again=12_345)).endswith("  again 12.3k")


def test_a_load_must_end_with_what_to_do_next() -> None:
    good = replace(result(), failed=0, unknown=0)
    assert f"`sdctl report {good.run}`" in next_step(good, own=True)
    assert "chaos kill-leader" in next_step(good, own=True)
    assert "chaos" not in next_step(good, own=False)
    dead = replace(good, ok=0, failed=9)
    assert next_step(dead, own=False).endswith("shows it second by second.")
    assert "--retries 2" in next_step(replace(good, failed=3), own=True)


@pytest.mark.parametrize(
    ("cpu_s", "said"), [(1.2, "others held it, as the load used 4% of a core"), (20, "load and")]
)
def test_a_busy_machine_must_be_told_with_who_held_it(cpu_s: float, said: str) -> None:
    full = replace(result(), host={"cpu_idle": 0.0, "cpu_steal": 0.0}, cpu_s=cpu_s)
    assert any(said in remark for remark in remarks(full))
