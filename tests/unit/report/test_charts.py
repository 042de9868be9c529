"""The charts of a run's page: what is drawn, and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from recorded_run import FIRST_S, START, lines, material, record, write_run

from sdctl.foundation.units import utc
from sdctl.report import chart_lines, charts, figures, of_run
from sdctl.report.axis import Axis
from sdctl.report.chart import LANE, Chart, Series, Span, chart
from sdctl.report.material import gather


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
        return [mark.text for mark in chart("t", "ms", [series], within=(0, 9)).y_marks]

    assert marks(3.0, 4000.0) == ["1", "10", "100", "1000", "10000"]
    assert marks(3.0, 40.0) == ["0", "10", "20", "30", "40"]
    assert marks(0.0, 4000.0)[0] == "0"
    assert marks(0, 1) == ["0", "1", "2", "3", "4", "5"], "counted things have no halves"
    assert marks(0.5)[1] == "0.1"


def test_what_a_pointer_shows_must_have_no_more_digits_than_are_true() -> None:
    """A bar is so many writes in a tenth of a second: its begin and its rate are no truer."""
    places, rates = [number * 0.1381 for number in range(4)], [94.13, 0.0, 101.4, 7.24]
    told = Series("writes a second", "one", places, rates)
    drawn = chart("t", "", [], within=(0, 1), bars=told)
    assert [bar.name for bar in drawn.bars] == [
        "0.0 s: 94 writes a second", "0.3 s: 101 writes a second", "0.4 s: 7.2 writes a second",
    ]  # fmt: skip
    lines = Series("p99", "one", [0.502, 1.003, 1.504], [1.2345, 12.345, 1234.5])
    assert [column.name for column in chart("t", "ms", [lines], within=(0, 3)).hovers] == [
        "0.5 s: p99 1.23 ms", "1.0 s: p99 12.3 ms", "1.5 s: p99 1234 ms",
    ]  # fmt: skip


def test_every_chart_must_have_the_same_axis_of_time(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1")
    zero = (START + timedelta(seconds=FIRST_S)).timestamp()
    (folder.path / "samples.jsonl").write_text(
        lines(*({"at": zero + n, "waiting": n, "retried": 5 + n} for n in range(25)))
    )
    material = gather(folder, record())
    drawn = charts.charts(material, figures.figures(material))
    assert [picture.title for picture in drawn] == [
        "Acknowledged writes", "Response time", "Requests", "Messages",
    ]  # fmt: skip
    assert len({picture.x_marks for picture in drawn}) == 1
    assert len({tuple((band.x, band.width) for band in picture.bands) for picture in drawn}) == 1
    assert [line.name for line in drawn[-1].lines] == ["waiting", "tried again so far"]


def test_the_last_write_must_be_drawn_too(tmp_path: Path) -> None:
    whole = gather(write_run(tmp_path / "r1"), None)
    two = replace(whole, writes=[whole.writes[0], whole.writes[-1]], series=[], samples=[])
    [drawn] = charts.charts(two, figures.figures(two))
    assert len(drawn.bars) == 2


def test_response_times_of_reads_and_writes_must_be_lines_of_their_own() -> None:
    tick = {"s": 1.0, "p50_ms": 2.0, "p99_ms": 9.0, "service_p99_ms": 8.0}
    both = {**tick, "read_p99_ms": 4.0, "write_p99_ms": 9.0}
    assert [line.name for line in chart_lines.latencies([both])] == [
        "p50", "reads p99", "writes p99", "service p99",
    ]  # fmt: skip
    for one in (tick, {**both, "read_p99_ms": None}):
        assert [line.name for line in chart_lines.latencies([one])] == ["p50", "p99", "service p99"]


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
    assert drawn[0].height < drawn[1].height, "no higher than its rows"
    assert {band.label for band in drawn[1].bands if band.css == "fault"} == {first.id, "f-9"}
    assert len({picture.x_marks for picture in drawn}) == 1
    page = of_run(folder, first, second)
    assert page.count('<rect class="on"') == 2
    keys = page.count('<span class="key"><i class="fault"></i>')
    assert keys == page.count("faults, each until healed") == len(drawn) - 1, "one key a chart"


def test_faults_at_the_same_time_must_each_have_a_lane_and_need_room_for_it() -> None:
    def drawn(*spans: tuple[float, float]) -> Chart:
        faults = [Span(f"f-{n}", "fault", *span, f"f-{n}") for n, span in enumerate(spans)]
        return chart("Requests", "a second", [], within=(0.0, 60.0), spans=faults)

    three = drawn((0, 20), (10, 30), (20, 40))
    assert [band.lane for band in three.bands] == [0, 1, 0]
    assert three.above == LANE
    assert drawn((0, 20), (20, 30)).above == 0


def test_reads_and_writes_must_be_lines_of_their_own() -> None:
    ticks = [
        {"s": n, "span_s": 1.0, "target_rps": 9, "ok": 8 * n, "failed": n, "unknown": 0,
         "reads_ok": 3 * n, "reads_bad": 0}
        for n in (1, 2, 3)
    ]  # fmt: skip
    assert {line.name: line.values for line in chart_lines.rates(ticks)} == {
        "target": [9, 9, 9], "writes ok": [5, 5, 5], "writes failed or unknown": [1, 1, 1],
        "reads ok": [3, 3, 3],
    }  # fmt: skip
    writes_alone = [{**tick, "reads_ok": 0} for tick in ticks]
    assert [line.name for line in chart_lines.rates(writes_alone)] == [
        "target", "ok", "failed or unknown",
    ]  # fmt: skip


def test_the_caches_hits_must_be_those_between_two_samples() -> None:
    counts = [(10, 0), (13, 1), (13, 1), (2, 0), (2, 2)]
    samples = [{"s": n, "hits": hits, "misses": misses} for n, (hits, misses) in enumerate(counts)]
    [line] = chart_lines.hits([*samples, {"s": 9, "waiting": 0}])
    assert list(line.values) == [None, 75.0, None, None, 0.0, None], "a replica began anew"
    assert chart_lines.hits([{"s": 0, "waiting": 1}]) == []


def test_replicas_must_be_drawn_where_their_number_changed() -> None:
    counts = [2, 2, None, 4]
    samples = [
        {"s": at, "worker_ready": 1, **({} if count is None else {"app_ready": count})}
        for at, count in enumerate(counts)
    ]
    [line] = chart_lines.replicas(samples)
    assert (line.name, line.at_s, line.values) == ("app", [0, 1, 2, 3], counts)
    assert chart_lines.replicas(samples[:2]) == []
