"""The card of a verdict: what a newcomer reads first."""

from __future__ import annotations

import io
from dataclasses import replace

from cards import AUDIT, VERDICT, lines_of, shown
from rich.console import Console

from sdctl.components.band import Band
from sdctl.components.published import Published
from sdctl.judge.day_part import DayPart, stopped_for
from sdctl.judge.error_answers import ErrorCount
from sdctl.judge.expectation import Expectation
from sdctl.judge.fault_timing import Timing
from sdctl.judge.limp import Limp
from sdctl.judge.load_facts import LoadFacts
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.write_times import Took, WriteTimes
from sdctl.terminal.verdict import card


def test_a_card_must_use_the_width_there_is_and_stay_easy_to_read() -> None:
    widths = {width: len(lines_of(VERDICT, width)[0]) for width in (80, 140, 220)}
    assert widths == {80: 80, 140: 140, 220: 140}
    assert len(lines_of(VERDICT, 140)) < len(lines_of(VERDICT, 80))


def test_a_card_higher_than_its_terminal_must_end_with_the_verdict_once_more() -> None:
    def last(height: int, *, terminal: bool = True) -> str:
        out = io.StringIO()
        console = Console(file=out, width=80, height=height, color_system=None,
                          force_terminal=terminal)  # fmt: skip
        console.print(card(VERDICT))
        return out.getvalue().splitlines()[-1]

    high = len(lines_of(VERDICT, 80))
    assert last(high - 5).endswith("PASS: nothing is lost, and every node is well")
    assert len(last(high - 5)) <= 80
    assert last(high + 1).startswith("╰")
    assert last(high - 5, terminal=False).startswith("╰")


def test_reasons_that_have_no_room_must_be_counted_and_be_found() -> None:
    errors = tuple(
        ErrorCount(number, f"503 by app: reason {number}") for number in (40, 9, 5, 3, 2)
    )
    load = LoadFacts(sent=99, ok=40, failed=59, unknown=0, errors=errors)
    text = shown(replace(VERDICT, load=load))
    assert "40 × 503 by app: reason 40 9 × 503" in text
    assert "5 for other reasons: all are on its page (`sdctl report 894dc5ce`)" in text


def test_a_card_must_say_what_a_newcomer_would_have_understood() -> None:
    text = shown(VERDICT)
    for said in (
        "PASS: nothing is lost, and every node is well: each of 1,000 acknowledged writes is "
        "there, once; writes stopped for 20.3 s, and go on again; 8 requests failed",
        "leader postgres-3 → postgres-1",
        "writes stopped for 20.3 s (± 13 ms)",
        "predicted writes stopped for: 18 to 24 s; as predicted",
        "reads meanwhile 54/s were answered, 0 failed",
        "1,200 sent, 1,190 ok, 8 failed, 2 unknown",
        "outcome unknown 5, of which 4 were done after all",
        "followers 2 database and 2 document followers: identical to their leaders",
        "run 894dc5ce; its page: `sdctl report 894dc5ce`",
        "kept in /x/894dc5ce",
    ):
        assert said in text, said
    for word in ("one write each", "so it is", "without an answer", "others publish"):
        assert word not in text, word


def test_a_pass_on_a_full_machine_must_say_that_its_times_do_not_count() -> None:
    load = LoadFacts(
        sent=9, ok=9, failed=0, unknown=0, limit="machine", because="1% of the sends were late"
    )
    verdict = replace(VERDICT, load=load)
    text = shown(verdict)
    assert ": each of 1,000 acknowledged writes is there" in text
    assert (
        "this machine was too busy: times do not count; counts do (1% of the sends were late)"
        in text
    )
    assert "18 to 24 s; could not be compared (times do not count here) why" in text
    told = verdict.to_json()
    assert (told["times_count"], told["predicted"]["holds"]) == (False, None)  # type: ignore[index]
    assert (
        "; writes stopped and go on again; how long does not count, as this machine was too busy"
    ) in text
    assert "writes stopped for 20.3 s (does not count)" in text
    assert "do not count" not in shown(VERDICT)
    assert "does not count" not in shown(VERDICT)
    part = DayPart(kind="pause", name="pause", at_s=0.0, verdict=verdict)
    assert stopped_for(part) == "20.3 s (does not count)"
    day = replace(VERDICT, timing=replace(VERDICT.timing, meanwhile="f-5 partition"))
    assert "could not be compared (another fault of the day was on meanwhile: f-5" in shown(day)
    assert VERDICT.to_json()["times_count"] is True


def test_without_a_leader_no_follower_must_be_called_identical_to_it() -> None:
    ill = {"app-1": "failing, database: no leader, reads only"}
    text = shown(replace(VERDICT, facts=RunFacts(interrupted=True, ill_after=ill)))
    assert "followers not compared: no leader" in text
    assert "identical" not in text
    exited = replace(VERDICT, facts=RunFacts(ill_after={"app-1": "exited"}))
    assert "identical to their leaders" in shown(exited)


def test_a_stop_that_was_not_measured_must_say_which_reason_it_has() -> None:
    halted = replace(VERDICT, timing=Timing(), facts=RunFacts(interrupted=True))
    early = replace(halted, facts=replace(halted.facts, begun=False))
    none = replace(AUDIT, acknowledged=0, refused=0, unknown=0)
    for verdict, said in (
        (replace(halted, ledger_writes=9), "they were not seen to come back"),
        (replace(halted, ledger_writes=0), "no write was sent"),
        (replace(halted, audit=none), "no write was sent"),
        (early, "the fault had not begun"),
        (replace(halted, complete=False), "the ledger was cut off"),
    ):
        assert f"writes stopped not measured: {said}" in shown(verdict)


def test_what_others_publish_must_not_fill_the_card() -> None:
    others = tuple(Published(name=f"maker {n}", high_s=n, source="x") for n in range(1, 6))
    text = shown(replace(VERDICT, timing=replace(VERDICT.timing, published=others)))
    assert (
        "elsewhere others say that a failover takes up to 1 s (maker 1), or up to 2 s (maker 2). "
        "This run's page has 3 more" in text
    )


def test_other_faults_of_the_load_must_be_named_with_what_is_counted() -> None:
    text = shown(replace(VERDICT, besides=("f-1 pause",)))
    assert (
        "same load f-1 pause had it too. Writes are counted without its. Requests are those of the "
        "whole load" in text
    )


def test_why_nothing_can_be_compared_must_be_told_once() -> None:
    figures = tuple(
        Expectation(what=what, low=0, high=1, unit="", why="w", measured=2, meanwhile="f-5 pause")
        for what in ("writes lost", "users not told")
    )
    timing = replace(VERDICT.timing, meanwhile="f-5 pause")
    text = shown(replace(VERDICT, timing=timing, expected=figures))
    assert "at the same time another fault ran meanwhile: f-5 pause" in text
    assert text.count("meanwhile: f-5 pause)") == 1
    assert text.count("could not be compared (as above)") == 2


def test_a_promise_that_was_broken_must_have_a_row_of_its_own() -> None:
    text = shown(replace(VERDICT, audit=replace(AUDIT, duplicated=("k1",), undelivered=("k2",))))
    for said in (
        "there twice 1: k1",
        "never notified 1: k2",
        "checked 0 not what was sent, 0",
    ):
        assert said in text, said


def test_a_cache_s_card_must_say_why_nobody_waited() -> None:
    assert VERDICT.fault is not None
    own = Band(low_s=2.5, high_s=4.4, why="node timeout 2 s", of="failover")
    text = shown(
        replace(
            VERDICT,
            fault=replace(VERDICT.fault, tier="cache"),
            timing=replace(VERDICT.timing, band=own, failover_s=3.5),
        )
    )
    assert "a new primary after 3.5 s; meanwhile reads came from the database" in text


def test_a_stop_after_the_faults_end_must_be_compared_with_nothing_that_was_predicted() -> None:
    late = replace(VERDICT.timing, healed_before_s=2.0)
    text = shown(replace(VERDICT, timing=late))
    assert "20.3 s (± 13 ms), 2 s after the fault's end" in text
    assert "could not be compared (writes stopped only after the fault's end)" in text
    assert (VERDICT.timing.as_predicted, late.as_predicted) == (True, None)


def test_a_card_that_is_no_pass_must_say_why_and_name_the_nodes() -> None:
    ill = {f"redis-{number}": "exited" for number in range(1, 6)}
    text = shown(replace(VERDICT, facts=RunFacts(led=True, ill_after=ill)))
    assert "UNKNOWN: not well when the run ended: redis-1 (exited), redis-2 (exited)," in text
    assert "and 2 more" in text
    assert "ill after it redis-1, redis-2, redis-3, redis-4, redis-5: exited" in text


def test_nodes_with_the_same_trouble_must_be_one_line_of_the_card() -> None:
    silent = dict.fromkeys(("app-1", "app-2"), "running, no answer")
    ill = {**silent, "etcd-1": "exited", "lb-1": "running, no answer"}
    text = shown(replace(VERDICT, facts=RunFacts(led=True, ill_before=ill)))
    assert "ill before it app-1, app-2, lb-1: running, no answer etcd-1: exited" in text


def test_what_is_predicted_besides_must_have_another_name() -> None:
    figure = Expectation(what="writes lost", low=0, high=0, why="they wait", measured=0)
    text = shown(replace(VERDICT, expected=(figure, replace(figure, what="dead letters"))))
    assert "predicted writes stopped for: 18 to 24 s" in text
    assert text.count("also predicted") == 2
    held = replace(VERDICT, leader_after=VERDICT.leader_before)
    assert f"leader {VERDICT.leader_before}: nobody took over" in shown(held)


def test_a_card_must_tell_for_how_long_writes_failed_in_part() -> None:
    limped = replace(VERDICT, limped=Limp(seconds=18.1, acknowledged=290, failed=1200))
    assert "writes failed in part for 18.1 s: 290 acknowledged, 1,200 not" in shown(limped)
    assert "in part" not in shown(VERDICT)


def test_a_card_must_tell_how_long_writes_took_before_the_fault_and_during_it() -> None:
    quick = Took(count=100, p50_ms=5.9, p99_ms=6.1, longest_ms=7)
    slow = Took(count=100, p50_ms=82, p99_ms=167, longest_ms=170)
    own = replace(VERDICT, write_times=WriteTimes(before=quick, during=slow))
    told = "writes, p50 / p99 before 6 ms / 6 ms; during 82 ms / 167 ms"
    assert told in shown(own)
    assert VERDICT.load is not None
