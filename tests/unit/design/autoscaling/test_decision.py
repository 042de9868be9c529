"""The autoscaler's decisions: known rows, Kubernetes' own answers, and the line that explains."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from sdctl.design.autoscaling.decision import Decision, decide, remembered, replayed
from sdctl.design.autoscaling.explanation import explanation
from sdctl.design.autoscaling.observed import Measurement, Memory, Note, Observation, Replica
from sdctl.design.autoscaling.settings import DOWN, UP, AutoscaleSettings, Policy, Rules
from tests.autoscaling import cases, decided, digest

KEPT = Path(__file__).parent / "kubernetes-1.34.4.txt"
NOW = 10_000.0


def replica(number: int, cpu: int | None = None, *, ready: bool = True, **more: object) -> Replica:
    sample = None if cpu is None else Measurement(value=cpu, at=NOW, window_s=15.0)
    fields = {"usage": {"cpu": sample}, "started_at": 0.0 if ready else NOW - 60, **more}
    return Replica(name=f"app-{number}", ready=ready, **fields)  # type: ignore[arg-type]


def decision(
    replicas: Sequence[Replica],
    targets: dict[str, int],
    *,
    current: int | None = None,
    memory: Memory | None = None,
    least: int = 1,
    most: int = 20,
    totals: dict[str, int | None] | None = None,
    up: Rules = UP,
    down: Rules = DOWN,
) -> Decision:
    seen = Observation(
        at=NOW,
        current=len(replicas) if current is None else current,
        replicas=tuple(replicas),
        totals=totals or {},
    )
    settings = AutoscaleSettings(min=least, max=most, targets=targets, up=up, down=down)
    return decide(seen, memory or Memory(), settings)


def used(*cpu: int, unready: Sequence[int] = ()) -> list[Replica]:
    return [replica(n, value, ready=n not in unready) for n, value in enumerate(cpu, 1)]


@pytest.mark.parametrize(
    ("replicas", "target", "current", "proposed"),
    [
        (used(300, 500, 700), 30, 3, 5),
        (used(300, 500, 700, unready=[1]), 30, 3, 4),
        (used(400, 500, 700, unready=[2, 3]), 30, 3, 3),
        (used(100, 300, 500, 250, 250), 50, 5, 3),
        (used(100, 300, 500, 250, 250, unready=[4, 5]), 50, 5, 2),
        ([*used(500, 700), replica(3, phase="failed"), replica(4, phase="failed")], 30, 2, 4),
    ],
)
def test_the_rows_of_the_controllers_own_tests(
    replicas: list[Replica], target: int, current: int, proposed: int
) -> None:
    made = decision(replicas, {"cpu": target}, current=current)
    assert made.proposals[0].replicas == proposed


def test_utilisation_is_a_whole_percent_and_no_digit_is_kept() -> None:
    [made] = decision(used(100, 300, 500, 250, 250), {"cpu": 50}).proposals
    assert (made.value, made.ratio, made.replicas) == (28, 0.56, 3)
    [made] = decision(used(299, 300, 300), {"cpu": 30}).proposals
    assert made.value == 29, "of 29.97"


def test_a_value_of_each_replica_is_averaged_in_whole_thousandths() -> None:
    qps = [
        Replica(name=f"app-{n}", usage={"rps": Measurement(value=value, at=NOW, window_s=8)})
        for n, value in enumerate((20_000, 10_000, 30_000))
    ]
    assert decision(qps, {"rps": 15_000}).desired == 4


def test_kubernetes_answers_are_ours() -> None:
    """`make prove` compares many more."""
    kept = KEPT.read_text().split()
    assert len(kept) == 3000
    for case, theirs in zip(itertools.islice(cases(seed=1), len(kept)), kept, strict=True):
        assert digest(decided(case)) == theirs, json.dumps(case)


def test_a_decisions_json_is_enough_to_decide_again() -> None:
    made = decision(
        used(840, 840, 840, unready=[3]), {"cpu": 60, "queue": 50_000}, totals={"queue": None}
    )
    document = json.loads(json.dumps(made.to_json()))
    assert replayed(document) == made
    assert json.loads(json.dumps(replayed(document).to_json())) == document


def test_without_a_metric_it_only_goes_up() -> None:
    targets = {"cpu": 60, "queue": 50_000}
    idle, busy = used(60, 60, 60), used(900, 900, 900)
    assert decision(idle, targets, totals={"queue": None}).desired == 3
    assert decision(busy, targets, totals={"queue": None}).desired == 5
    assert decision([replica(1), replica(2)], {"cpu": 60}).desired == 2


def test_what_could_not_be_carried_out_is_no_change_that_policies_count() -> None:
    made = decision(used(900, 900, 900), {"cpu": 30})
    assert made.desired == 7
    assert remembered(made, carried_out=False).up == ()
    assert remembered(made, carried_out=True).up == (Note(NOW, 4),)


WIDE = Memory(recommendations=(Note(NOW - 200, 9),))
LOW = Memory(recommendations=(Note(NOW - 200, 1),))


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (
            decision(used(840, 840, 840), {"cpu": 60}, most=4),
            "CPU 84% of 60% → 1.40 × 3 = 4.2 → 5; max: 4",
        ),
        (
            decision(used(610, 610), {"cpu": 60}),
            "CPU 61% of 60% → 1.02, within 10%; stays 2",
        ),
        (
            decision(used(300, 500, 700, unready=[1]), {"cpu": 30}),
            "CPU 60% of 30% → 2.00; 1 not ready, counted as idle: 40% → 1.33 × 3 = 4 → 4",
        ),
        (
            decision([*used(300, 300), replica(3)], {"cpu": 60}),
            "CPU 30% of 60% → 0.50; 1 unknown, counted as busy: 53% → 0.88 × 3 = 2.6 → 3; stays 3",
        ),
        (
            decision(used(100, 100, 100), {"cpu": 60}, memory=WIDE),
            "CPU 10% of 60% → 0.17 × 3 = 0.5 → 1; the highest of the last 5 min was 3; stays 3",
        ),
        (  # 0.03 would give 0.15
            decision(used(20, 20, 20, 20, 20), {"cpu": 60}),
            "CPU 2% of 60% → 0.033 × 5 = 0.2 → 1; the highest of the last 5 min was 5; stays 5",
        ),
        (
            decision([], {"queue": 50_000}, current=3, totals={"queue": 420_000}),
            "queue 420 of 50 each → 8.4 → 9; policies up: 7",
        ),
        (
            decision(used(1, 1, 1), {"p99": 100_000}, totals={"p99": 180_000}),
            "p99 180 ms of 100 ms → 1.80 × 3 = 5.4 → 6",
        ),
        (
            decision(used(60, 60), {"cpu": 60, "p99": 100_000}, totals={"p99": None}),
            "CPU 6% of 60% → 0.10 × 2 = 0.2 → 1; p99 is not known: nobody says it; "
            "p99 might ask for more → stays 2",
        ),
        (
            decision([], {"queue": 50_000}, current=3, totals={"queue": 420_000}, most=6),
            "queue 420 of 50 each → 8.4 → 9; policies up: 7; max: 6",
        ),
        (
            decision(used(100, 100, 100), {"cpu": 60}, least=2, memory=LOW),
            "CPU 10% of 60% → 0.17 × 3 = 0.5 → 1; min: 2",
        ),
        (
            decision(used(60) * 3, {"cpu": 60}, least=5),
            "3 is less than min 5 → 5",
        ),
    ],
)
def test_one_line_explains_it(made: Decision, line: str) -> None:
    assert explanation(made) == line
    assert line.split()[-1] == str(made.desired), "the line ends with the outcome"


def test_a_ratio_has_as_many_digits_as_show_its_side() -> None:
    edge = decision(used(5505, 5505), {"cpu": 500}, down=DOWN, up=UP)
    assert "1.10, within 10%" in explanation(edge)
    assert "× 2" not in explanation(edge)


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("4/15s", Policy(kind="replicas", value=4, period_s=15)),
        ("100%/1m", Policy(kind="percent", value=100, period_s=60)),
    ],
)
def test_policies_are_written_as_they_are_read_aloud(text: str, policy: Policy) -> None:
    assert Policy.parse(text) == policy


@pytest.mark.parametrize("text", ["", "4", "4/", "0/15s", "-1/15s", "4/0s", "x%/15s", "4/2h"])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"polic|duration"):
        Policy.parse(text)
