"""`sdctl bench failover` around its trials: exit codes, what is kept, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sdctl.__main__ import run
from sdctl.chaos import repetition
from sdctl.cli import exits
from sdctl.cli.context import Context
from sdctl.components.component import Component
from sdctl.design import validation
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.kill_leader import KillLeader
from sdctl.foundation.errors import Interrupted, NoSuchTarget, UsageError
from sdctl.judge.run_facts import RunFacts
from sdctl.state.running import Running
from sdctl.state.snapshot import Snapshot
from sdctl.targets.recording import RecordingTarget
from tests.verdicts import verdict

HEALTHY = Snapshot(stack="s", profile="lite", healthy=True, at="", tiers={})


class Ended:
    """A trial's verdict, as far as a bench looks at it."""

    def __init__(self, value: dict[str, Any]) -> None:
        self.facts = RunFacts(interrupted=bool(value.get("interrupted")))
        self._value = value

    def to_json(self) -> dict[str, Any]:
        return self._value


Bench = Callable[..., int]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, components: Mapping[str, Component]) -> Bench:
    """The command, whose trials come to the given values or raise them: its exit code."""

    def command(
        *ends: dict[str, Any] | BaseException,
        out: Path | None,
        wanted: int = 2,
        how: str | None = "kill",
    ) -> int:
        def plan(self: KillLeader, *_: object) -> FaultPlan:
            return FaultPlan(tier="cache", target="redis-1", how=how, inject=(), for_s=1)

        coming: Iterator[dict[str, Any] | BaseException] = iter(ends)

        def conduct(*_: object) -> Ended:
            end = next(coming)
            if isinstance(end, BaseException):
                raise end
            return Ended(end)

        monkeypatch.setattr(Context, "engine", RecordingTarget())
        monkeypatch.setattr(Running, "snapshot", lambda self: HEALTHY)
        monkeypatch.setattr(Running, "profile", lambda self: validation.load("lite"))
        monkeypatch.setattr(KillLeader, "plan", plan)
        monkeypatch.setattr(repetition, "conduct", conduct)
        to = [] if out is None else ["--out", str(out)]
        words = ["--json", "bench", "failover", "cache", "--trials", str(wanted), *to]
        return exits.of(lambda: run(words), as_json=True)

    return command


def kept(path: Path) -> int:
    return len(json.loads(path.read_text())["trials"])


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ([verdict(), verdict(verdict="fail", lost=["k1"])], 8),
        ([verdict(None), verdict(verdict="fail", lost=["k1"])], 8),
        ([verdict(None), verdict()], 9),
    ],
)
def test_the_worst_trial_must_be_the_exit_code(
    bench: Bench, tmp_path: Path, ends: list[Any], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "trials.json"
    assert bench(*ends, out=out) == code
    assert json.loads(capsys.readouterr().out) == json.loads(out.read_text())


def test_trials_that_pass_must_end_well_and_be_kept_where_it_says(
    bench: Bench, own_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(verdict(), verdict(), out=None) == 0
    [path] = (own_state / "history" / "sdctl" / "bench").iterdir()
    assert path.name.startswith("failover-cache-kill-")
    assert kept(path) == 2


def test_control_c_must_keep_the_trials_that_ended_and_say_how_to_go_on(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "trials.json"
    assert bench(verdict(), KeyboardInterrupt(), out=out, wanted=3) == Interrupted.code
    said = json.loads(capsys.readouterr().out)["error"]
    assert "after 1 of 3 trials" in said["message"]
    assert f"--out {out}" in said["hint"]
    assert kept(out) == 1
    assert bench(verdict(), verdict(), out=out, wanted=3) == 0
    assert kept(out) == 3


def test_a_trial_that_cannot_be_must_keep_the_others(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "trials.json"
    assert bench(verdict(), NoSuchTarget("no leader", hint="Wait."), out=out) == NoSuchTarget.code
    hint = json.loads(capsys.readouterr().out)["error"]["hint"]
    assert hint == f"Wait. Trials kept in {out}: 1."
    assert kept(out) == 1


def test_a_place_that_cannot_be_written_must_break_nothing(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(AssertionError(), out=tmp_path / "none" / "trials.json") == UsageError.code
    assert "cannot be written" in capsys.readouterr().out


def test_half_a_trial_must_not_count(bench: Bench, tmp_path: Path) -> None:
    out = tmp_path / "trials.json"
    assert bench(verdict(), verdict(None, interrupted=True), out=out) == Interrupted.code
    assert kept(out) == 1


def test_a_file_must_not_be_called_after_what_its_fault_has_not(
    bench: Bench, own_state: Path
) -> None:
    assert bench(verdict(), verdict(), out=None, how=None) == 0
    [path] = (own_state / "history" / "sdctl" / "bench").iterdir()
    assert path.name.startswith("failover-cache-2")
