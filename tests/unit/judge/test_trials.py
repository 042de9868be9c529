from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sdctl.chaos.repetition import run, well
from sdctl.foundation.errors import NotReady, UsageError
from sdctl.judge import bench as file
from sdctl.judge.bench import Bench
from sdctl.judge.trial import Trial
from sdctl.judge.trial_summary import summarise
from sdctl.state.snapshot import NodeStatus, Snapshot, TierStatus
from sdctl.terminal.bench import line, plotted, rows
from sdctl.terminal.plot import Bar, strip
from tests.verdicts import verdict

HEAD: dict[str, Any] = {
    "tier": "database", "how": "kill", "rps": 100.0, "profile": "lite",
    "settings": {"database": {"ttl": 20}}, "sdctl": "1", "host": {"cpus": 2},
    "started_at": "2026-11-23T17:00:00.000Z",
}  # fmt: skip


def snapshot(*, healthy: bool) -> Snapshot:
    node = NodeStatus(
        name="redis-1", state="running", health="ok" if healthy else "failing", reason="loading"
    )
    tier = TierStatus(healthy=healthy, leader=None, nodes=(node,))
    return Snapshot(stack="s", profile="p", healthy=healthy, at="", tiers={"cache": tier})


def trials(*times: float | None, **changes: Any) -> tuple[Trial, ...]:
    return tuple(Trial.of(verdict(ms, **changes)) for ms in times)


def test_a_summary_must_be_of_what_was_measured_alone() -> None:
    found = summarise(trials(3000, None, 1000, 2000))
    assert found.rto_ms == (1000, 2000, 3000)
    assert found.median_ms == 2000
    assert found.p95_ms == 3000
    assert found.verdicts == {"pass": 3, "fail": 0, "unknown": 1}
    assert found.inside == 1
    assert found.interval is None
    assert found.judgement == "unknown"


def test_totals_must_be_unknown_where_nothing_was_read_back() -> None:
    unread = summarise(trials(1000, lost=None, duplicated=None, acknowledged=None))
    assert (unread.lost, unread.duplicated, unread.acknowledged) == (None, None, None)
    both = [*trials(1000, lost=["a", "b"]), *trials(1000, lost=None), *trials(1000)]
    assert summarise(both).lost == 2


def test_nothing_must_be_said_of_no_trials() -> None:
    found = summarise(()).to_json()
    assert found["verdict"] == "unknown"
    assert set(found["rto_ms"].values()) == {None, 0}
    assert found["writes"]["lost"] is None


def test_the_worst_verdict_must_be_the_benchs() -> None:
    assert summarise(trials(1, 2)).judgement == "pass"
    mixed = [*trials(1, None), *trials(1, verdict="fail")]
    assert summarise(mixed).judgement == "fail"


def test_a_prediction_must_count_the_trials_it_could_be_compared_with() -> None:
    found = summarise(trials(2000, 3000, None))
    assert (found.inside, found.compared) == (1, 2)
    assert found.prediction == "1.5 to 2.5 s, 1 of 2 so"
    assert found.drawn is found.predicted
    none = summarise(trials(2000, predicted=None, published=[]))
    assert (none.predicted, none.inside, none.prediction) == (None, None, "")


def test_a_prediction_that_no_trial_could_be_compared_with_must_say_why() -> None:
    assert summarise(trials(None)).prediction.endswith("; not compared, as no trial measured it")
    full = trials(2000, times_count=False)
    band = {**full[0].json["predicted"], "holds": None}
    uncounted = summarise(trials(2000, times_count=False, predicted=band))
    assert uncounted.prediction.endswith("; not compared, as no trial's times count")
    some = summarise([*trials(None), *trials(2000, times_count=False, predicted=band)])
    assert some.prediction.endswith("; not compared, as no trial whose times count measured it")


def test_a_prediction_of_the_tiers_own_failover_must_not_be_drawn_beside_outages() -> None:
    band = {"of": "failover", "low_ms": None, "high_ms": 2500, "why": "w", "holds": True}
    found = summarise(trials(20, predicted=band))
    assert found.drawn is None
    assert found.prediction == "up to 2.5 s for the tier's own failover, 1 of 1 so"
    assert not any("predicted" in line for line in plotted(found))


def test_every_trial_must_be_on_disk_before_the_next_begins(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    seen: list[int] = []

    def attempt() -> dict[str, Any]:
        seen.append(len(file.read(path).trials) if path.exists() else 0)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return verdict(1000 * len(seen))

    def go(bench: Bench, attempts: int) -> Bench:
        return run(
            bench,
            trials=attempts,
            look=lambda: snapshot(healthy=True),
            attempt=attempt,
            keep=lambda grown: file.write(grown, path),
        )

    with pytest.raises(KeyboardInterrupt):
        go(Bench(**HEAD), 4)
    assert seen == [0, 1, 2]
    ended = go(Bench(**HEAD).going_on(file.read(path), path), 4)
    assert [trial.rto_ms for trial in ended.trials] == [1000, 2000, 4000, 5000]
    assert file.read(path) == ended
    assert json.loads(path.read_text())["summary"]["rto_ms"]["median"] == 3000
    assert list(tmp_path.iterdir()) == [path]


def test_a_bench_that_has_its_trials_must_break_nothing() -> None:
    full = Bench(**HEAD, trials=trials(1000, 2000))

    def refuse() -> Any:
        raise AssertionError

    assert run(full, trials=2, look=refuse, attempt=refuse, keep=refuse) is full


@pytest.mark.parametrize("change", [{"how": "stop"}, {"settings": {}}, {"host": {"cpus": 8}}])
def test_trials_of_another_bench_must_not_be_mixed_in(change: dict[str, Any]) -> None:
    before = Bench(**HEAD, trials=trials(1000))
    with pytest.raises(UsageError, match=next(iter(change))):
        Bench(**{**HEAD, **change}).going_on(before, Path("x.json"))


def test_a_file_from_before_any_fault_could_be_repeated_must_be_gone_on_with(
    tmp_path: Path,
) -> None:
    path = tmp_path / "old.json"
    old = {"kind": "bench failover", **HEAD, "trials": [verdict()]}
    path.write_text(json.dumps(old))
    now = Bench(**HEAD, fault="kill-leader", params={"for_": 60.0})
    assert len(now.going_on(file.read(path), path).trials) == 1
    file.write(file.read(path), path)
    assert json.loads(path.read_text()).items() >= {**old, "fault": "kill-leader"}.items()


def test_another_fault_or_other_options_must_be_another_bench(tmp_path: Path) -> None:
    head = {**HEAD, "fault": "pause", "tier": "gateway", "how": "3s"}
    before = Bench(**head, params={"where": "gateway", "for_": 3.0})
    path = tmp_path / "pause.json"
    file.write(before, path)
    assert json.loads(path.read_text())["kind"] == "bench"
    assert file.read(path) == before
    assert before.title == "pause gateway, 3s"
    for other in ({"where": "gateway-1", "for_": 3.0}, {"where": "gateway", "for_": 4.0}):
        with pytest.raises(UsageError, match="params"):
            Bench(**head, params=other).going_on(before, path)
    with pytest.raises(UsageError, match="fault"):
        Bench(**{**head, "fault": "kill-leader"}).going_on(before, path)


def test_only_a_fault_on_a_leader_must_name_who_leads_since() -> None:
    assert Trial.of(verdict()).whom == "postgres-1 → postgres-2"
    assert Trial.of(verdict(leader_after=None)).whom == "postgres-1 → not known"
    assert Trial.of(verdict(leader_before=None, leader_after=None)).whom == "postgres-1"


@pytest.mark.parametrize(
    "text", ["", "[]", "[" * 99_999, '{"kind": "load"}', '{"kind": "bench failover"}']
)
def test_a_file_that_is_no_bench_must_be_refused_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"notes\.json"):
        file.read(path)
    assert path.read_text() == text


def test_a_stack_that_stays_ill_must_end_the_bench_with_who_is_ill() -> None:
    with pytest.raises(NotReady) as caught:
        well(lambda: snapshot(healthy=False), timeout_s=0.01)
    assert caught.value.details == ("redis-1: running, loading",)
    states: Iterator[bool] = iter([False, False, True])
    well(lambda: snapshot(healthy=next(states)), timeout_s=5)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_plot_must_show_every_value_and_be_as_wide_as_the_terminal(width: int) -> None:
    lines = plotted(summarise(trials(*(20_000 + 450 * n for n in range(20)))), width)
    assert sum(line.count("●") for line in lines) == 20
    assert width - 6 <= max(len(line) for line in lines) <= width
    assert [line.split()[0] for line in lines[-2:]] == ["median,", "predicted"]


@pytest.mark.parametrize("values", [[2.0], [2.0] * 30, [0.0], [0.002, 0.0021], [0.01, 5000.0]])
def test_a_plot_must_draw_any_values(values: list[float]) -> None:
    lines = strip(values, [Bar("a", min(values), max(values))], unit="s")
    assert lines
    assert max(len(line) for line in lines) <= 80


def test_a_plot_of_nearly_equal_times_must_not_set_them_far_apart() -> None:
    near, apart = (strip(values, unit="s")[0] for values in ([2.086, 2.097], [1.0, 2.0]))
    dots, far = near.strip(), apart.strip()
    assert len(dots) < len(far) / 4


def test_a_plot_of_nothing_must_be_empty() -> None:
    assert strip([], unit="s") == []


def test_a_trial_without_a_failover_must_be_counted_and_told() -> None:
    none = trials(
        300, verdict="fail", failover=False, why="no failover in 1m, 2.5 to 4.4 s expected"
    )
    found = summarise([*trials(2000, failover=True), *none])
    assert found.without_failover == 1
    assert found.to_json()["without_failover"] == 1
    assert found.judgement == "fail"
    assert "no failover in 1m, 2.5 to 4.4 s expected" in line(none[0])
    assert line(none[0]).startswith("f-1 (r1) fail")
    assert "no stop seen" in line(Trial.of(verdict(0)))


def test_times_that_do_not_count_must_be_warned_of() -> None:
    full, free = trials(9000, times_count=False), trials(2000, times_count=True)
    found = summarise([*full, *free])
    assert found.to_json()["uncounted"] == 1
    assert "the times of 1 of 2 trials do not count" in found.warning
    assert summarise(free).warning == ""
    assert "its times do not count" in line(full[0])
    assert "do not count" not in line(free[0])


def test_a_title_must_say_whom_the_fault_was_aimed_at() -> None:
    slow = verdict(1000)
    slow["fault"] = {**slow["fault"], "kind": "slow", "asked": "database:leader"}
    bench = Bench(**{**HEAD, "fault": "slow", "how": "200ms"}).with_trial(slow)
    assert bench.title == "slow database:leader, 200ms"
    assert Bench(**HEAD).with_trial(verdict(1000)).title == "kill-leader database, kill"


def test_how_sure_an_interval_is_must_be_said_so() -> None:
    told = dict(rows(summarise(trials(*range(1000, 1020)))))
    assert told["median"].endswith("% sure)")
