from __future__ import annotations

import json
import os
import random
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sdctl.foundation.errors import UsageError
from sdctl.judge import bench as file
from sdctl.judge.bench import Bench
from sdctl.judge.comparison import compare
from sdctl.judge.sample import Sample, read
from sdctl.judge.trial import Trial
from sdctl.terminal.compare import remarks, shown
from tests.unit.judge.test_trials import HEAD
from tests.verdicts import verdict


def bench(path: Path, chance: random.Random, trials: int = 12, later_ms: float = 0) -> Sample:
    """Trials whose detection is uniform over a lease's last renewal, as theory has it."""
    made = []
    for _ in range(trials):
        detect, elect = chance.uniform(18_000, 20_000) + later_ms, chance.lognormvariate(6, 0.3)
        phases = {"detect": detect, "elect": elect, "promote": 400, "reroute": 200}
        requests = {"sent": 3000, "ok": 0, "failed": chance.randint(0, 40), "unknown": 1}
        made.append(Trial.of(verdict(sum(phases.values()), phases_ms=phases, requests=requests)))
    file.write(Bench(**HEAD, trials=tuple(made)), path)
    return read(path)


def series(path: Path, chance: random.Random, seconds: int = 60, p99_ms: float = 10) -> Path:
    """A load whose seconds are alike their neighbours: AR(1)."""
    ticks, drift = [], 0.0
    for second in range(seconds):
        drift = 0.3 * drift + chance.gauss(0, 1)
        ticks.append(
            {"at_s": second + 1, "span_s": 1.0, "achieved_rps": 500 + drift, "p50_ms": 2.0,
             "p99_ms": p99_ms + drift, "service_p99_ms": None, "failed": 0, "unknown": second // 9}
        )  # fmt: skip
    ticks.append({**ticks[-1], "span_s": 0.01, "achieved_rps": 0.0})
    path.write_text(json.dumps({"workload": "orders", "series": ticks}))
    return path


def test_equals_must_be_found_alike_in_95_of_100_comparisons(tmp_path: Path) -> None:
    chance = random.Random(1)
    found = [
        compare(
            bench(tmp_path / "a", chance), bench(tmp_path / "b", chance), seed=run, resamples=200
        )
        for run in range(40)
    ]
    wrong = [comparison for comparison in found if comparison.named("distinguishable")]
    assert len(wrong) <= 0.05 * len(found)
    assert all(comparison.named("not distinguishable") for comparison in found)


def test_loads_of_equals_must_be_found_alike(tmp_path: Path) -> None:
    chance = random.Random(2)
    wrong = 0
    for run in range(60):
        a, b = (read(series(tmp_path / name, chance)) for name in "ab")
        wrong += bool(compare(a, b, seed=run, resamples=400).named("distinguishable"))
    assert wrong <= 0.05 * 60


def test_a_clear_shift_must_be_found_and_said(tmp_path: Path) -> None:
    chance = random.Random(3)
    slow = bench(tmp_path / "a", chance, later_ms=5000)
    found = compare(slow, bench(tmp_path / "b", chance), resamples=2000)
    assert set(found.named("distinguishable")) == {"writes stopped", "detect"}
    stopped = found.figures[0]
    assert stopped.interval is not None
    assert stopped.interval.holds(-5000)
    assert remarks(found)[0].startswith("writes stopped: B is")
    assert "lower: distinguishable" in remarks(found)[0]


def test_a_slower_load_must_be_found(tmp_path: Path) -> None:
    chance = random.Random(4)
    a = read(series(tmp_path / "a", chance))
    found = compare(a, read(series(tmp_path / "b", chance, p99_ms=13)), resamples=2000)
    assert found.named("distinguishable") == ["p99 each second"]


def test_the_rest_after_the_last_answer_must_not_count_as_a_second(tmp_path: Path) -> None:
    figures = {
        figure.name: figure for figure in read(series(tmp_path / "a", random.Random(5))).figures
    }
    assert min(figures["throughput"].values) > 450
    assert figures["service p99"].values == ()


def test_few_trials_must_not_be_judged(tmp_path: Path) -> None:
    chance = random.Random(6)
    a, b = bench(tmp_path / "a", chance, 5), bench(tmp_path / "b", chance, 9, later_ms=9000)
    found = compare(a, b)
    assert {figure.finding for figure in found.figures} == {"too few"}
    assert all(figure.interval is None for figure in found.figures)
    assert found.figures[0].difference is not None
    assert remarks(found)[0].startswith("Too few")


def test_the_same_seed_must_give_the_same_answer(tmp_path: Path) -> None:
    a, b = (bench(tmp_path / name, random.Random(name)) for name in "ab")
    assert compare(a, b, resamples=50) == compare(a, b, resamples=50)
    other = compare(a, b, seed=1, resamples=50)
    assert other.figures[0].interval != compare(a, b, resamples=50).figures[0].interval


def test_what_was_set_otherwise_must_be_said(tmp_path: Path) -> None:
    one = Bench(**HEAD, trials=(Trial.of(verdict()),))
    other = Bench(**{**HEAD, "settings": {"database": {"ttl": 30, "sync": True}}})
    file.write(one, tmp_path / "a")
    file.write(other, tmp_path / "b")
    assert compare(read(tmp_path / "a"), read(tmp_path / "b")).unlike == {
        "settings.database.sync": (None, True),
        "settings.database.ttl": (20, 30),
    }


def test_different_kinds_must_be_refused(tmp_path: Path) -> None:
    chance = random.Random(7)
    with pytest.raises(UsageError, match="cannot be compared"):
        compare(bench(tmp_path / "a", chance), read(series(tmp_path / "b", chance)))


def test_benches_of_different_faults_must_be_told_by_their_faults(tmp_path: Path) -> None:
    file.write(Bench(**HEAD, trials=(Trial.of(verdict()),)), tmp_path / "a")
    file.write(Bench(**{**HEAD, "fault": "pause"}, trials=(Trial.of(verdict()),)), tmp_path / "b")
    with pytest.raises(UsageError, match=r"a bench of kill-leader, .* a bench of pause"):
        compare(read(tmp_path / "a"), read(tmp_path / "b"))


def test_a_bench_of_other_settings_must_be_told_which(tmp_path: Path) -> None:
    one = Bench(**{**HEAD, "settings": {"database": {"ttl": 20, "nodes": 3}}})
    other = Bench(**{**HEAD, "settings": {"database": {"ttl": 30, "nodes": 3}}})
    with pytest.raises(UsageError, match=r"another bench: settings\.database\.ttl differs"):
        one.going_on(other, tmp_path / "a")


def test_a_first_second_that_was_late_must_not_make_all_others_count_for_nothing(
    tmp_path: Path,
) -> None:
    path = series(tmp_path / "a", random.Random(5))
    raw = json.loads(path.read_text())
    raw["series"][0]["span_s"] = 2.1
    path.write_text(json.dumps(raw))
    throughput = read(path).figures[0]
    assert len(throughput.values) == 10
    assert min(throughput.values) > 490, "the rest after the last answer is left out"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"series": 3}'])
def test_what_is_neither_must_be_refused(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"x\.json"):
        read(path)


def test_a_pipe_that_nobody_writes_into_must_not_be_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.json")
    with pytest.raises(UsageError, match="named pipe"):
        read(tmp_path / "x.json")


def test_a_short_load_must_be_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="too short"):
        read(series(tmp_path / "a", random.Random(8), seconds=20))


def test_a_load_that_its_generator_limited_must_be_cautioned_against(tmp_path: Path) -> None:
    a, b = (series(tmp_path / name, random.Random(name)) for name in "ab")
    b.write_text(json.dumps(json.loads(b.read_text()) | {"generator": {"saturated": True}}))
    found = compare(read(a), read(b), resamples=50)
    assert len(found.cautions) == 1
    assert found.cautions[0].startswith("B: its generator was the limit")
    console = Console(width=80, record=True, file=StringIO())
    console.print(shown(found))
    text = console.export_text()
    assert text.index("B: its generator") < text.index("95% interval"), "before any figure"
    generator = {"saturated": True, "because": "the machine had no CPU left"}
    b.write_text(json.dumps(json.loads(b.read_text()) | {"generator": generator}))
    found = compare(read(a), read(b), resamples=50)
    assert found.cautions[0].startswith("B: its latencies do not count, because the machine had")


def test_an_option_that_a_bench_names_itself_must_differ_once(tmp_path: Path) -> None:
    sides = []
    for how in ("kill", "crash"):
        made = Bench(**{**HEAD, "how": how, "params": {"how": how}}, trials=())
        file.write(made, tmp_path / how)
        sides.append(read(tmp_path / how))
    assert compare(*sides).unlike == {"how": ("kill", "crash")}


def test_a_bench_whose_times_do_not_count_must_be_cautioned_against(tmp_path: Path) -> None:
    samples = []
    for name, count in (("a", True), ("b", False)):
        trial = Trial.of(verdict(times_count=count))
        file.write(Bench(**HEAD, trials=(trial,)), tmp_path / name)
        samples.append(read(tmp_path / name))
    found = compare(*samples, resamples=50)
    [caution] = found.cautions
    assert caution.startswith("B: this machine was too busy: the times of 1 of 1 trials")
