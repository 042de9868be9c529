"""`sdctl bench failover` around its trials: exit codes, what is kept, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer

from sdctl.cli.context import Context
from sdctl.components.component import Component
from sdctl.design import validation
from sdctl.faults.fault import FaultPlan
from sdctl.faults.kill_leader import KillLeader
from sdctl.foundation.errors import Interrupted, NoSuchTarget, UsageError
from sdctl.state.snapshot import Snapshot
from sdctl.targets.recording import RecordingTarget
from sdctl.terminal import bench
from tests.verdicts import verdict

HEALTHY = Snapshot(stack="s", profile="lite", healthy=True, at="", tiers={})


class Planned(KillLeader):
    """Kills nothing: what each trial comes to is given."""

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        return FaultPlan(tier="cache", target="redis-1", how="kill", inject=(), for_s=1)


@dataclass
class Ended:
    value: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return self.value


Trials = Callable[..., None]


@pytest.fixture
def trials(
    monkeypatch: pytest.MonkeyPatch, components: Mapping[str, Component]
) -> Callable[..., None]:
    """Runs a bench whose trials come to the given values, or raise them."""

    def conduct(*ends: dict[str, Any] | BaseException, out: Path | None, wanted: int = 2) -> None:
        context = Context("sdctl", as_json=True, dry_run=False, color=False)
        vars(context)["engine"] = RecordingTarget()
        monkeypatch.setattr(context, "snapshot", lambda: HEALTHY)
        monkeypatch.setattr(context, "components", lambda: components)
        monkeypatch.setattr(context, "running_profile", lambda: validation.load("lite"))
        coming: Iterator[dict[str, Any] | BaseException] = iter(ends)

        def once(*_: object, **__: object) -> Ended:
            end = next(coming)
            if isinstance(end, BaseException):
                raise end
            return Ended(end)

        monkeypatch.setattr(bench, "once", once)
        bench.conduct(context, Planned(tier="cache"), trials=wanted, rps=50, out=out)

    return conduct


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
    trials: Trials,
    tmp_path: Path,
    ends: list[Any],
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "trials.json"
    with pytest.raises(typer.Exit) as caught:
        trials(*ends, out=out)
    assert caught.value.exit_code == code
    assert json.loads(capsys.readouterr().out) == json.loads(out.read_text())


def test_trials_that_pass_must_end_well_and_be_kept_where_it_says(
    trials: Trials, own_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trials(verdict(), verdict(), out=None)
    [path] = (own_state / "history" / "sdctl" / "bench").iterdir()
    assert path.name.startswith("failover-cache-kill-")
    assert kept(path) == 2


def test_control_c_must_keep_the_trials_that_ended_and_say_how_to_go_on(
    trials: Trials, tmp_path: Path
) -> None:
    out = tmp_path / "trials.json"
    with pytest.raises(Interrupted, match="1 of 3") as caught:
        trials(verdict(), KeyboardInterrupt(), out=out, wanted=3)
    assert f"--out {out}" in caught.value.hint
    assert kept(out) == 1
    trials(verdict(), verdict(), out=out, wanted=3)
    assert kept(out) == 3


def test_a_trial_that_cannot_be_must_keep_the_others(trials: Trials, tmp_path: Path) -> None:
    out = tmp_path / "trials.json"
    with pytest.raises(NoSuchTarget) as caught:
        trials(verdict(), NoSuchTarget("no leader", hint="Wait."), out=out)
    assert caught.value.hint == f"Wait. Trials kept in {out}: 1."
    assert kept(out) == 1


def test_a_place_that_cannot_be_written_must_break_nothing(trials: Trials, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        trials(AssertionError(), out=tmp_path / "none" / "trials.json")


def test_half_a_trial_must_not_count(trials: Trials, tmp_path: Path) -> None:
    out = tmp_path / "trials.json"
    with pytest.raises(Interrupted, match="1 of 2"):
        trials(verdict(), verdict(None, interrupted=True), out=out)
    assert kept(out) == 1
