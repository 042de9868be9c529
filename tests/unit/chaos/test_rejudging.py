"""A run judged again from its folder."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from failover_logs import CAPTURED, LoggedEngine, captured
from left_by_a_run import NOBODY, fault_of, killed

from sdctl.chaos import judgeable, rejudging, settling
from sdctl.chaos.phase_timing import timing
from sdctl.components.component import Component
from sdctl.components.node import Secret
from sdctl.design import validation
from sdctl.design.profile import Profile
from sdctl.faults.advice import OTHERS
from sdctl.foundation.errors import NoSuchTarget, UsageError
from sdctl.foundation.units import utc
from sdctl.judge import runs
from sdctl.judge.audit import Audit, check
from sdctl.judge.holdings import Copy, Holdings, StoredWrite
from sdctl.judge.ledger import Ledger, Write
from sdctl.judge.outage import Outage
from sdctl.judge.outcome import Outcome
from sdctl.judge.run_facts import RunFacts
from sdctl.judge.run_folder import RunFolder
from sdctl.judge.verdict import Verdict
from sdctl.state import fault_records
from sdctl.state.stack import Stack
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance


def judged(stack: Stack, folder: RunFolder) -> Verdict:
    """Where nothing of the stack is left."""

    def profile() -> Profile:
        raise AssertionError("there is none")

    return rejudging.judge(RecordingTarget(), stack, folder, profile, {})


def test_a_killed_run_must_be_judged_by_what_it_wrote_down(stack: Stack) -> None:
    folder = killed(stack, "aaaa1111")
    record = fault_of(stack, "aaaa1111")
    with pytest.raises(UsageError, match="is still on"):
        judged(stack, folder)
    fault_records.close_record(stack, record)
    verdict = judged(stack, folder)
    assert verdict.fault is not None
    assert verdict.fault.id == record.id
    assert verdict.timing.outage is not None
    assert verdict.timing.outage.seconds == pytest.approx(3.0, abs=0.01)
    assert not verdict.complete
    assert verdict.audit is None, "there is no stack to read back"
    assert verdict.judgement == "unknown"
    assert verdict.advice == "`sdctl report aaaa1111` shows it second by second."


def test_each_fault_beside_one_load_must_keep_its_own_verdict(stack: Stack) -> None:
    """`sdctl load` in one terminal, and one fault after the other in another one."""
    folder = killed(stack, "aaaa1111")
    first, second, third = (
        fault_records.close_record(stack, fault_of(stack, "aaaa1111")) for _ in range(3)
    )
    for record, leader in ((first, "postgres-1"), (second, "postgres-2")):
        folder.keep_verdict({"fault": {"id": record.id}, "leader_before": leader})

    def told(fault: str | None) -> tuple[str | None, str | None]:
        again = rejudging.judge(RecordingTarget(), stack, folder, pytest.fail, {}, fault=fault)
        assert isinstance(again, Verdict)
        return again.fault and again.fault.id, again.leader_before

    assert told(first.id) == (first.id, "postgres-1")
    assert told(second.id) == told(None) == (second.id, "postgres-2")
    assert told(third.id) == (third.id, None)
    folder.keep_verdict({"fault": {"id": second.id}, "leader_before": "postgres-3"})
    assert told(second.id) == (second.id, "postgres-3")
    assert not (folder.path / f"verdict-{second.id}.json").exists()


def test_each_fault_of_a_load_must_count_what_was_refused_in_its_own_time(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, components: Mapping[str, Component]
) -> None:
    """The first was judged while it was alone; its load went on, and the second one came."""
    folder = runs.folder(stack, "aaaa1111")
    folder.write("run", {"run": "aaaa1111", "pid": NOBODY, "stack_id": stack.identity})
    ledger = Ledger("aaaa1111", path=folder.ledger)
    for number in range(1000):
        at = ledger.started_at + number / 100
        bad = number % 100 < (7 if number < 500 else 3)
        outcome: Outcome = "refused" if bad else "acknowledged"
        ledger.append(Write(f"aaaa1111-{number}", at, at + 0.005, outcome))
    ledger.close()
    records = []
    for begin in (2.0, 6.0):
        moments = [utc(datetime.fromtimestamp(ledger.started_wall + at, UTC))
                   for at in (begin, begin + 1.0)]  # fmt: skip
        record = fault_of(stack, "aaaa1111")
        told = replace(record, injected_at=moments[0], healed_at=moments[1])
        records.append(told)
    monkeypatch.setattr(fault_records, "all_records", lambda _: records)
    first, second = records
    folder.write(f"verdict-{first.id}", {"fault": {"id": first.id}, "ledger_writes": 500})
    folder.write("verdict", {"fault": {"id": second.id}, "ledger_writes": 1000})
    held = {f"aaaa1111-{n}": StoredWrite(count=1, status="completed") for n in range(1000)
            if n % 100 >= (7 if n < 500 else 3)}  # fmt: skip
    store = Holdings(copies=(Copy(node="postgres-1", leads=True, found=held),))

    def read(*asked: object, **_: object) -> settling.ReadBack:
        writes = folder.ledger_file().writes()  # type: ignore[union-attr]
        return settling.ReadBack(audit=check(writes, store), settled=True, held=store)

    monkeypatch.setattr(settling, "audit", read)
    gateway = Instance(node="gateway-1", tier="gateway", component="gateway", state="running")

    def audit(fault: str) -> Audit:
        verdict = rejudging.judge(
            RecordingTarget([gateway]), stack, folder, lambda: validation.load("lite"),
            components, fault=fault,
        )  # fmt: skip
        assert isinstance(verdict, Verdict)
        assert verdict.audit is not None
        return verdict.audit

    assert audit(first.id).refused == 35
    assert audit(second.id).refused == 12
    assert (audit(first.id).lost, audit(second.id).unrecorded) == ((), ())
    assert 0 < audit(second.id).acknowledged < 965 - audit(first.id).acknowledged + 300


@pytest.mark.parametrize("name", sorted(path.stem for path in CAPTURED.glob("*.log")))
def test_a_card_of_a_run_that_is_judged_again_must_tell_of_the_logs_what_its_own_told(
    stack: Stack, components: Mapping[str, Component], name: str
) -> None:
    """The nodes were made anew since, and have no old lines."""
    logs, component = captured(name), name.partition("-")[0]
    tier = next(it.tier for it in components.values() if it.name == component)
    folder = killed(stack, "aaaa1111")
    shift = time.time() - time.monotonic()
    stop = Outage(seconds=logs.until - logs.since, since=logs.since - shift,
                  until=logs.until - shift, resolution=0.01)  # fmt: skip
    record = replace(
        fault_records.close_record(stack, fault_of(stack, "aaaa1111")), kind="kill-leader",
        how=name.partition("-")[2], tier=tier, target=logs.target,
        injected_at=utc(datetime.fromtimestamp(logs.injected, UTC)), healed_at=None,
    )  # fmt: skip
    own = timing(
        LoggedEngine(logs, tier=tier, component=component), validation.load("standard"),
        {it.tier: it for it in components.values()}, record, stop, RunFacts(), meanwhile="",
    )  # fmt: skip
    own = replace(own, revoked_s=0.113)
    assert own.failover_s is not None
    assert any(own.phases.values()) or own.remark
    folder.write("verdict", Verdict(run="aaaa1111", timing=own).to_json())
    again = judged(stack, folder).timing
    assert again.phases == pytest.approx(own.phases, abs=0.001)
    assert again.failover_s == pytest.approx(own.failover_s, abs=0.001)
    assert (again.revoked_s, again.remark) == (0.113, own.remark)
    assert again.published == own.published
    assert str(again.band) == str(own.band)


def test_a_damaged_verdict_must_be_said_to_be_one(stack: Stack) -> None:
    folder = killed(stack, "aaaa1111")
    fault_records.close_record(stack, fault_of(stack, "aaaa1111"))
    assert str(judged(stack, folder).why).startswith(
        "the run was killed before it gave its verdict"
    )
    (folder.path / "verdict.json").write_text('{"nodes": {"ill_after": NaN}}')
    assert "what the run wrote down of it is damaged" in str(judged(stack, folder).why)


def test_what_the_stores_would_say_must_not_be_compared_where_they_are_gone(stack: Stack) -> None:
    folder = killed(stack, "aaaa1111")
    fault_records.close_record(stack, fault_of(stack, "aaaa1111"))
    figure = {"low": 0.0, "high": 0.0, "unit": "", "why": "w", "measured": 0.0, "holds": True}
    told = [{"what": what, **figure} for what in ("writes lost", "writes stopped for")]
    folder.write("verdict", {"expected": told, "next_step": "Try `sdctl chaos list`."})
    lost, stopped = judged(stack, folder).expected
    assert (lost.measured, lost.holds) == (None, None)
    assert (stopped.measured, stopped.holds) == (0.0, True)


def test_dead_letters_that_were_replayed_since_must_count_as_the_run_counted_them(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, components: Mapping[str, Component]
) -> None:
    folder = killed(stack, "aaaa1111")
    fault_records.close_record(stack, fault_of(stack, "aaaa1111"))
    figure = {"low": 68.0, "high": 264.0, "unit": "", "why": "w", "measured": 177.0}
    step = "Try `sdctl dlq replay --all`: every dead letter is worked on again."
    told = [{"what": "dead letters", **figure}, {"what": "users not told", **figure}]
    folder.write("verdict", {"expected": told, "next_step": step})

    def judged_with(dead: tuple[str, ...]) -> Verdict:
        read = settling.ReadBack(audit=replace(check([], Holdings(copies=())), dead=dead),
                                 settled=True)  # fmt: skip
        monkeypatch.setattr(settling, "audit", lambda *_, **__: read)
        gateway = Instance(node="gateway-1", tier="gateway", component="gateway", state="running")
        engine, profile = RecordingTarget([gateway]), validation.load("lite")
        return rejudging.judge(engine, stack, folder, lambda: profile, components)  # type: ignore[return-value]

    replayed = judged_with(())
    assert (replayed.expected[0].measured, replayed.expected[0].holds) == (177.0, True)
    assert replayed.next_step == OTHERS
    assert judged_with(("aaaa1111-1",)).next_step == step


@pytest.mark.parametrize(
    ("told", "now"),
    [
        ("Try `sdctl chaos pause`: it is lost.", "Try `sdctl chaos pause`: it is lost."),
        ("`sdctl verdict aaaa1111` reads the stores again.", OTHERS),
        ("Run the same command again, with a longer --for.", OTHERS),
        (None, ""),
    ],
    ids=["lesson", "unknown then", "too short then", "none"],
)
def test_what_an_earlier_verdict_advised_must_not_be_taken_for_the_lesson(
    stack: Stack, told: str | None, now: str
) -> None:
    folder = killed(stack, "aaaa1111")
    fault_records.close_record(stack, fault_of(stack, "aaaa1111"))
    folder.write("verdict", {"verdict": "unknown", "next_step": told})
    assert judged(stack, folder).next_step == now


def test_where_the_stores_are_gone_the_verdict_that_was_given_must_be_said(stack: Stack) -> None:
    folder = killed(stack, "aaaa1111")
    fault_records.close_record(stack, fault_of(stack, "aaaa1111"))
    folder.write("verdict", {"verdict": "pass"})
    os.utime(folder.path / "verdict.json", (1_700_000_000, 1_700_000_000))
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(1_700_000_000))
    why = str(judged(stack, folder).why)
    assert f"so it cannot be judged again. PASS was given at {day}" in why


def test_a_run_that_goes_on_must_not_be_judged(stack: Stack) -> None:
    with pytest.raises(UsageError, match="still running"):
        judged(stack, killed(stack, "aaaa1111", pid=os.getpid()))


def test_a_run_without_a_write_must_be_said_to_be_one(stack: Stack) -> None:
    with pytest.raises(NoSuchTarget, match="has no ledger"):
        judged(stack, runs.folder(stack, "aaaa1111"))


def test_another_stack_of_the_same_name_must_not_be_read(stack: Stack, own_state: Path) -> None:
    folder = killed(stack, "aaaa1111")
    node = Instance(
        node="app-1", tier="app", component="app", state="running", status="Up", image="x"
    )
    assert judgeable.same_stores(RecordingTarget([node]), stack, folder)
    assert not judgeable.same_stores(RecordingTarget(), stack, folder)
    stack.forget(keep_data=False)
    stack.make_secrets([Secret("observer")])
    assert not judgeable.same_stores(RecordingTarget([node]), stack, folder)
    stack.forget(keep_data=True)
    assert json.loads((folder.path / "run.json").read_text())["stack_id"] is not None


class Down(RecordingTarget):
    """Nothing runs, and the data are there."""

    def owners(self) -> Mapping[str, str | None]:
        return {"sdctl-s_postgres-1-data": ""}


def test_the_run_of_a_stack_that_is_down_and_keeps_its_data_must_be_judged_when_it_is_up(
    stack: Stack,
) -> None:
    folder = killed(stack, "aaaa1111")
    with pytest.raises(NoSuchTarget, match="the stack 's' is down"):
        rejudging.judge(Down(), stack, folder, pytest.fail, {})
    stack.forget(keep_data=False)
    stack.make_secrets([Secret("observer")])
    other = rejudging.judge(Down(), stack, folder, pytest.fail, {})
    assert isinstance(other, Verdict)
    assert "the stack that it wrote to is not there any more" in str(other.why)


def test_a_load_on_another_service_must_say_so_and_not_send_to_the_stack(stack: Stack) -> None:
    folder = killed(stack, "cccc1111")
    folder.write("run", {"stack": None, "url": "http://127.0.0.1:8000/hello"})
    verdict = judged(stack, folder)
    assert verdict.judgement == "unknown"
    assert "it went to http://127.0.0.1:8000/hello, of which sdctl knows no stores" in str(
        verdict.why
    )
    assert verdict.advice == "`sdctl report cccc1111` shows it second by second."
