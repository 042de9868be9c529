from __future__ import annotations

import itertools
import json
import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdctl.__main__ import run as sdctl
from sdctl.foundation.errors import UsageError
from sdctl.foundation.units import utc
from sdctl.judge import bench
from sdctl.judge.bench import Bench
from sdctl.judge.runs import RunFolder
from sdctl.judge.trial import Trial
from sdctl.judge.trial_summary import summarise
from sdctl.report import charts, figures, of_bench, of_run, write
from sdctl.report.chart import Axis, Series, Span, chart
from sdctl.report.material import Material, gather
from sdctl.report.strip import strip
from sdctl.state.fault_records import Record
from sdctl.state.stack import Stack
from tests.unit.judge.test_trials import HEAD
from tests.verdicts import verdict

START = datetime(2026, 11, 23, 17, 0, 0, tzinfo=UTC)
FIRST_S = 0.4
"""The ledger is opened so long before the first write is sent."""
DOWN = (10.0, 12.0)
"""No write is acknowledged in between, in seconds since the first write."""


def record() -> Record:
    moments = {
        name: utc(START + timedelta(seconds=FIRST_S + at))
        for name, at in (("started_at", 9.9), ("injected_at", 10.0), ("healed_at", 14.0))
    }
    return Record(
        id="f-1", kind="kill-leader", params={}, how="kill", tier="database",
        target="postgres-1", until=moments["healed_at"], run="r1", **moments,
    )  # fmt: skip


def lines(*values: Any) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def write_run(path: Path, *, rto_ms: int = 2005, only: str = "", **manifest: Any) -> RunFolder:
    """20 s at 100 rps with an outage of two seconds; ``only`` files whose names begin so."""
    path.mkdir(parents=True, exist_ok=True)
    sent = [number / 100 for number in range(2000)]
    done = [at + 0.004 for at in sent]
    late = [at for at in done if DOWN[0] < at < DOWN[1]]
    kept = [at for at in done if at not in late]
    writes = [
        {"key": f"k{n}", "sent_s": FIRST_S + at - 0.004, "done_s": FIRST_S + at,
         "outcome": "acknowledged", "order_id": "o"}
        for n, at in enumerate(kept)
    ]  # fmt: skip
    ticks = [
        {"at_s": second + 1.0, "span_s": 1.0, "target_rps": 100, "achieved_rps": 100,
         "p50_ms": 2.5, "p99_ms": 9.0, "service_p99_ms": None, "ok": 100 * (second + 1),
         "failed": 6, "unknown": 2}
        for second in range(20)
    ]  # fmt: skip
    result = {
        "requests": {"ok": 2000, "failed": 6, "unknown": 2, "by_status": {}, "by_error": {}},
        "achieved_rps": 100.0, "target_rps": 100,
        "latency_ms": {"response": {"p99": 31.0}, "service": {"p99": 30.0}},
        "generator": {"saturated": False, "late_ms_p99": 0.4},
    }  # fmt: skip
    head = {
        "run": "r1", "kind": "chaos", "started_at": utc(START), "seed": 4711,
        "settings": {"database": {"ttl": 20}}, "images": {"postgres-1": "sdctl/postgres:abc"},
        "host": {"cpus": 2, "memory_bytes": 2**32, "kernel": "6.1", "docker": "20.10"},
        "schedule": {"points": [[0, 100]], "duration_s": 1800},
    }  # fmt: skip
    acknowledged = verdict(rto_ms, acknowledged=len(writes), refused=0, unknown=0)
    files = {
        "run.json": json.dumps(head | manifest),
        "ledger.jsonl": lines(
            {"run": "r1", "started_at": START.timestamp()}, *writes, {"ended_at": 0}
        ),
        "series.jsonl": lines(*ticks),
        "result.json": json.dumps(result),
        "verdict.json": json.dumps(acknowledged),
    }
    for name, text in files.items():
        if name.startswith(only):
            (path / name).write_text(text)
    return RunFolder(path)


def material(path: Path, **changes: Any) -> Material:
    return gather(write_run(path, **changes), record())


class Outside(HTMLParser):
    """Collects whatever a browser would fetch, and every element's name."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in {"src", "href", "srcset", "data", "action", "poster", "xlink:href"}:
                self.fetched.append(f"{tag} {name}={value}")
            if name == "style" or name.startswith("on"):
                self.fetched.append(f"{tag} {name}")

    def handle_data(self, data: str) -> None:
        self.text += data


def read(path: Path) -> Outside:
    page = Outside()
    page.feed(path.read_text())
    return page


def test_the_page_must_load_nothing(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1", url="https://example.org/?a=1")
    path = write(of_run(folder, record()), tmp_path / "page.html")
    page = read(path)
    assert page.fetched == []
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    [style] = re.findall(r"<style>(.*?)</style>", path.read_text(), re.S)
    assert not re.search(r"url\(|@import|https?:", style)
    assert "default-src 'none'" in path.read_text()
    assert "https://example.org/?a=1" in page.text


def test_what_a_stack_says_must_be_text_on_the_page(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\"'&"
    folder = write_run(tmp_path / "r1", workload=evil, settings={"a": {evil: evil}})
    page = read(write(of_run(folder, record()), tmp_path / "page.html"))
    assert "script" not in page.tags
    assert page.text.count(evil) == 3


def test_the_outage_must_be_computed_from_the_ledger(tmp_path: Path) -> None:
    found = figures.figures(material(tmp_path / "r1"))
    assert found.outage is not None
    assert found.outage.seconds == pytest.approx(2.0, abs=0.02)
    assert found.outage.since == pytest.approx(DOWN[0], abs=0.02)
    assert found.remarks == ()


def test_a_verdict_that_the_ledger_does_not_bear_out_must_be_called_out(tmp_path: Path) -> None:
    said = figures.figures(material(tmp_path / "r1", rto_ms=900)).remarks
    assert len(said) == 1
    assert "900 ms" in said[0]
    assert "ledger" in said[0]


def test_an_edited_result_must_be_called_out(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1")
    result = folder.read("result")
    result["requests"]["failed"] = 0
    folder.write("result", result)
    [said] = figures.figures(gather(folder, record())).remarks
    assert "failed requests: 0 as concluded then, 6 by the series" in said


@pytest.mark.parametrize("only", ["run", "ledger", "series", "result", "verdict", "nothing"])
def test_a_killed_runs_page_must_say_what_is_not_there(tmp_path: Path, only: str) -> None:
    folder = write_run(tmp_path / "r1", only=only)
    page = read(write(of_run(folder, record()), tmp_path / "page.html"))
    names = {"run.json", "ledger.jsonl", "series.jsonl", "result.json", "verdict.json"}
    for name in names:
        assert (name in page.text) == (not name.startswith(only)), name
    assert "not measured" in page.text


def test_a_load_without_a_fault_must_miss_no_verdict(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1", kind="load")
    (folder.path / "verdict.json").unlink()
    found = gather(folder, None)
    assert found.missing == ()
    assert found.fault is None


def test_everything_asked_for_must_be_on_the_page(tmp_path: Path) -> None:
    text = read(write(of_run(write_run(tmp_path / "r1"), record()), tmp_path / "p.html")).text
    for part in ("f-1 kill-leader kill postgres-1", "4711", "sdctl/postgres:abc", "database.ttl",
                 "20.10", "elect 900 ms", "lease 2 s", "RDS Multi-AZ"):  # fmt: skip
        assert part in text, part


def test_the_fault_must_be_shaded_where_it_was(tmp_path: Path) -> None:
    found = material(tmp_path / "r1")
    latency = charts.charts(found, figures.figures(found))[0]
    x = Axis(0, 20, 56, 848, log=False)
    fault, silence = latency.bands
    assert fault.x == pytest.approx(x.place(10.0), abs=0.1)
    assert fault.x + fault.width == pytest.approx(x.place(14.0), abs=0.1)
    assert silence.x + silence.width == pytest.approx(x.place(12.0), abs=0.5)


def test_a_gap_in_the_values_must_be_a_gap_in_the_line() -> None:
    drawn = chart(
        "t", "ms", [Series("p99", "one", [1, 2, 3], [5.0, None, 7.0])], within=(0, 3),
        spans=[Span("f", "fault", 1, 99)],
    )  # fmt: skip
    [line], [band] = drawn.lines, drawn.bands
    assert line.path.count("M") == 2
    assert "L" not in line.path
    assert band.x + band.width == pytest.approx(848)


def test_values_far_apart_must_have_a_logarithmic_scale() -> None:
    def marks(*values: float) -> list[str]:
        series = Series("p99", "one", list(range(len(values))), values)
        return [each.text for each in chart("t", "ms", [series], within=(0, 9)).y_marks]

    assert marks(3.0, 4000.0) == ["1", "10", "100", "1,000", "10,000"]
    assert marks(3.0, 40.0) == ["0", "10", "20", "30", "40"]
    assert marks(0.0, 4000.0)[0] == "0"
    assert marks(0, 1) == ["0", "1", "2", "3", "4", "5"], "counted things have no halves"
    assert marks(0.5)[1] == "0.1"


def test_the_command_must_write_into_the_runs_folder_and_print_where(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = write_run(Stack("sdctl").history / "runs" / "r1")
    sdctl(["report", "r1"])
    path = Path(capsys.readouterr().out.strip())
    assert path == folder.path / "report.html"
    sdctl(["--json", "report", "last", "-o", str(tmp_path / "x.html")])
    assert json.loads(capsys.readouterr().out) == {"path": str(tmp_path / "x.html")}
    assert (tmp_path / "x.html").read_text() == path.read_text()


def test_a_benchs_page_must_show_every_trial_and_load_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    times = [1600.0 + 40 * number for number in range(20)]
    trials = tuple(Trial.of(verdict(each)) for each in [*times, None])
    bench.write(Bench(**HEAD, trials=trials), tmp_path / "trials.json")
    sdctl(["report", str(tmp_path / "trials.json")])
    path = Path(capsys.readouterr().out.strip())
    assert path == tmp_path / "trials.html"
    page = read(path)
    assert page.fetched == []
    assert path.read_text().count("<circle") == 20 + 1, "each measured trial, and one in the legend"
    for part in ("1.98s", "in no figure of times: 1.", "20 of 20 so", "95.9%"):
        assert part in page.text, part
    with pytest.raises(UsageError, match="is not a file of"):
        of_bench(path)


@given(st.lists(st.floats(1, 100_000), min_size=1, max_size=40))
def test_dots_must_stand_where_their_times_are_and_never_touch(times: list[float]) -> None:
    trials = tuple(Trial.of(verdict(each)) for each in times)
    drawn = strip(trials, summarise(trials))
    assert drawn is not None
    for one, other in itertools.combinations(drawn.dots, 2):
        assert math.dist((one.x, one.y), (other.x, other.y)) >= 2 * drawn.radius
    assert [dot.x for dot in drawn.dots] == sorted(dot.x for dot in drawn.dots)
    assert all(0 < dot.y < drawn.floor and 0 < dot.x < drawn.width for dot in drawn.dots)


def test_a_dot_halfway_in_time_must_stand_halfway() -> None:
    trials = tuple(Trial.of(verdict(each)) for each in [1000.0, 2000.0, 3000.0])
    drawn = strip(trials, summarise(trials))
    assert drawn is not None
    left, middle, right = (dot.x for dot in drawn.dots)
    assert middle == pytest.approx((left + right) / 2, abs=0.02)


def test_every_chart_must_have_the_same_axis_of_time(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1")
    zero = (START + timedelta(seconds=FIRST_S)).timestamp()
    (folder.path / "samples.jsonl").write_text(
        lines(*({"at": zero + n, "waiting": n, "retried": 5 + n} for n in range(25)))
    )
    material = gather(folder, record())
    drawn = charts.charts(material, figures.figures(material))
    assert [each.title for each in drawn] == [
        "Acknowledged writes", "Response time", "Requests", "Messages",
    ]  # fmt: skip
    assert len({each.x_marks for each in drawn}) == 1
    assert len({tuple((band.x, band.width) for band in each.bands) for each in drawn}) == 1
    assert [line.name for line in drawn[-1].lines] == ["waiting", "tried again so far"]


def test_normal_latency_and_that_of_the_outage_must_be_told_apart(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1")
    with folder.ledger.open("a") as file:
        file.write(
            lines(
                {"key": "slow", "sent_s": FIRST_S + 10.5, "done_s": FIRST_S + 12.4,
                 "outcome": "unknown", "order_id": None}
            )
        )  # fmt: skip
    found = figures.figures(gather(folder, record()))
    without, fault, outage = found.without_fault, found.in_fault, found.in_outage
    assert without is not None
    assert fault is not None
    assert outage is not None
    assert without.p99_ms == pytest.approx(4.0, abs=0.1)
    assert outage.p99_ms == fault.longest_ms == pytest.approx(1900, abs=1)
    assert fault.p50_ms == pytest.approx(4.0, abs=0.1)


def test_a_disturbed_baseline_must_not_be_compared() -> None:
    def took(p99_ms: float) -> figures.Took:
        return figures.Took(count=9, p50_ms=1, p99_ms=p99_ms, longest_ms=p99_ms)

    assert figures._disturbed(took(10_100), took(5_300)), "slower without the fault"
    assert figures._disturbed(took(1_500), took(9_000)), "far from sound"
    assert not figures._disturbed(took(30), took(9_000))
    assert not figures._disturbed(took(30), None)
    assert not figures._disturbed(None, None)


def test_a_disturbed_baseline_must_be_said_on_the_page(tmp_path: Path) -> None:
    material = gather(write_run(tmp_path / "r1"), record())
    late = [write._replace(done_at=write.done_at + 3) for write in material.writes]
    material = replace(material, writes=late)
    found = figures.figures(material)
    assert found.disturbed
    assert any("are not to be compared" in remark for remark in found.remarks)


def test_response_times_of_reads_and_writes_must_be_lines_of_their_own() -> None:
    tick = {"s": 1.0, "p50_ms": 2.0, "p99_ms": 9.0, "service_p99_ms": 8.0}
    both = {**tick, "read_p99_ms": 4.0, "write_p99_ms": 9.0}
    assert [line.name for line in charts._latency([both])] == [
        "p50", "reads p99", "writes p99", "service p99",
    ]  # fmt: skip
    for one in (tick, {**both, "read_p99_ms": None}):
        assert [line.name for line in charts._latency([one])] == ["p50", "p99", "service p99"]


def test_the_fault_and_the_outage_must_be_told_apart_by_shape_word_and_legend(
    tmp_path: Path,
) -> None:
    page = of_run(write_run(tmp_path / "r1"), record())
    [first, *_] = re.findall(r"<figure>.*?</figure>", page, re.S)
    assert re.search(r'<rect class="fault"[^>]* height="5"', first)
    assert re.search(r'<rect class="silence"[^>]* height="192"', first)
    assert re.findall(r'<text class="(?:fault|silence)"[^>]*>([^<]*)<', first) == [
        "fault on", "no writes",
    ]  # fmt: skip
    assert first.count('class="key"><i class="fault"') == 1
    assert first.count('class="key"><i class="silence"') == 1


def test_faults_of_a_game_day_must_stand_on_one_axis_of_time_each_in_its_row(
    tmp_path: Path,
) -> None:
    first = record()
    later = {
        name: utc(datetime.fromisoformat(str(getattr(first, name))) + timedelta(seconds=4))
        for name in ("started_at", "injected_at", "healed_at", "until")
    }
    second = replace(first, id="f-9", kind="pause", target="app-1", **later)
    folder = write_run(tmp_path / "r1")
    drawn = charts.charts(
        gather(folder, second, first), figures.figures(gather(folder, second, first))
    )
    rows = drawn[0].bands
    assert drawn[0].title == "Faults"
    assert [band.label.split()[0] for band in rows] == [first.id, "f-9"]
    assert rows[0].x < rows[1].x
    assert rows[0].y + rows[0].height < rows[1].y
    assert {band.label for band in drawn[1].bands if band.css == "fault"} == {first.id, "f-9"}
    assert len({each.x_marks for each in drawn}) == 1
    page = of_run(folder, first, second)
    assert page.count('<rect class="on"') == 2


def test_reads_and_writes_must_be_lines_of_their_own() -> None:
    ticks = [
        {"s": n, "span_s": 1.0, "target_rps": 9, "ok": 8 * n, "failed": n, "unknown": 0,
         "reads_ok": 3 * n, "reads_bad": 0}
        for n in (1, 2, 3)
    ]  # fmt: skip
    assert {line.name: line.values for line in charts.rates(ticks)} == {
        "target": [9, 9, 9], "writes ok": [5, 5, 5], "writes failed or unknown": [1, 1, 1],
        "reads ok": [3, 3, 3],
    }  # fmt: skip
    writes_alone = [{**tick, "reads_ok": 0} for tick in ticks]
    assert [line.name for line in charts.rates(writes_alone)] == [
        "target", "ok", "failed or unknown",
    ]  # fmt: skip


def test_the_caches_hits_must_be_those_between_two_samples() -> None:
    counts = [(10, 0), (13, 1), (13, 1), (2, 0), (2, 2)]
    samples = [{"s": n, "hits": hits, "misses": misses} for n, (hits, misses) in enumerate(counts)]
    [line] = charts.hits([*samples, {"s": 9, "waiting": 0}])
    assert list(line.values) == [None, 75.0, None, None, 0.0, None], "a replica began anew"
    assert charts.hits([{"s": 0, "waiting": 1}]) == []


def test_a_fault_that_stops_no_writes_must_be_told_of_no_stop(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1")
    failing = replace(record(), kind="fail-messages", target="1 worker")
    page = of_run(folder, failing)
    assert "writes stopped for" not in page
    assert "Disagreement" not in page
    assert 'rect class="fault"' in page


def test_a_load_must_not_seem_to_have_failed_a_verdict(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1", kind="load")
    (folder.path / "verdict.json").unlink()
    page = of_run(folder, None)
    assert "a load, no verdict asked" in page
    assert "of them lost" not in page


def test_a_verdict_must_say_why(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1")
    value = json.loads((folder.path / "verdict.json").read_text())
    told = {"why": "no failover in 1m", "reads": {"stale": 0, "during_outage": {
        "answered": 108, "failed": 0, "seconds": 2.0}}}  # fmt: skip
    (folder.path / "verdict.json").write_text(json.dumps({**value, **told}))
    page = of_run(folder, record())
    assert "no failover in 1m" in page
    assert "54/s" in page


def test_replicas_must_be_drawn_where_their_number_changed() -> None:
    counts = [2, 2, None, 4]
    samples = [
        {"s": at, "worker_ready": 1, **({} if count is None else {"app_ready": count})}
        for at, count in enumerate(counts)
    ]
    [line] = charts.replicas(samples)
    assert (line.name, line.at_s, line.values) == ("app", [0, 1, 2, 3], counts)
    assert charts.replicas(samples[:2]) == []
