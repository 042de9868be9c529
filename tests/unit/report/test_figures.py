"""The figures of a run's page: computed anew from the ledger, held against what was said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from recorded_run import DOWN, FIRST_S, START, lines, material, record, write_run

from sdctl.chaos import record_times
from sdctl.chaos.outages import outage_among
from sdctl.foundation.units import utc
from sdctl.judge.write_times import Took
from sdctl.report import figures
from sdctl.report.material import gather
from sdctl.report.setting_rows import setting_rows
from tests.verdicts import verdict


def at(seconds: float) -> str:
    return utc(START + timedelta(seconds=FIRST_S + seconds))


def test_the_outage_must_be_computed_from_the_ledger(tmp_path: Path) -> None:
    found = figures.figures(material(tmp_path / "r1"))
    assert found.outage is not None
    assert found.outage.seconds == pytest.approx(2.0, abs=0.02)
    assert found.outage.since == pytest.approx(DOWN[0], abs=0.02)
    assert found.remarks == ()


def test_a_ledger_that_was_cut_off_while_the_fault_was_on_must_not_tell_the_outage(
    tmp_path: Path,
) -> None:
    """What was on its way when the fault began is acknowledged after it; then there is silence."""
    whole = material(tmp_path / "r1")
    for until, known in ((DOWN[0] + 0.06, False), (DOWN[1] + 1.0, False), (16.0, True)):
        cut = [
            write._replace(done_at=write.done_at + (0.06 if 9.95 < write.done_at < 10 else 0.0))
            for write in whole.writes
            if write.done_at < until
        ]
        found = figures.figures(replace(whole, writes=cut, complete=False))
        assert (found.outage is not None) is known


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


def test_a_load_without_a_fault_must_miss_no_verdict(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1", kind="load")
    (folder.path / "verdict.json").unlink()
    found = gather(folder, None)
    assert found.missing == ()
    assert found.faults == ()


def test_normal_latency_and_that_of_the_outage_must_be_told_apart(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1")
    with folder.ledger.open("a") as file:
        file.write(
            lines(
                {"key": "slow", "sent_s": FIRST_S + 10.5, "done_s": FIRST_S + 12.4,
                 "outcome": "acknowledged", "order_id": None}
            )
        )  # fmt: skip
    found = figures.figures(gather(folder, record()))
    without, fault, outage = found.before_fault, found.in_fault, found.in_outage
    assert without is not None
    assert fault is not None
    assert outage is not None
    assert without.p99_ms == pytest.approx(4.0, abs=0.1)
    assert outage.p99_ms == fault.longest_ms == pytest.approx(1900, abs=1)
    assert fault.p50_ms == pytest.approx(4.0, abs=0.1)


def test_a_disturbed_baseline_must_not_be_compared() -> None:
    def took(p99_ms: float) -> Took:
        return Took(count=9, p50_ms=1, p99_ms=p99_ms, longest_ms=p99_ms)

    assert figures.is_disturbed(took(1_500)), "far from sound"
    assert not figures.is_disturbed(took(90)), "nothing was long, whatever the fault did"
    assert not figures.is_disturbed(None)


def test_the_outage_must_be_that_of_the_verdict_by_the_same_rule(tmp_path: Path) -> None:
    """A second fault begins 10 ms before writes are back: the silence until then is the first's."""
    first = record()
    later = replace(first, id="f-2", injected_at=at(11.99), healed_at=at(14.0))
    early = replace(first, healed_at=at(11.0))
    folder = write_run(tmp_path / "r1")
    ledger = folder.ledger_file()
    assert ledger is not None
    spans = [
        (record_times.injected_at(one), record_times.monotonic(str(one.healed_at)))
        for one in (early, later)
    ]
    told = [outage_among(ledger.writes(), span, spans) for span in spans]
    drawn = figures.figures(gather(folder, early, later)).outages
    assert [one.seconds for one in drawn] == pytest.approx([one.seconds for one in told if one])


def test_while_one_stop_is_not_known_the_longest_must_not_be(tmp_path: Path) -> None:
    after_all = replace(record(), id="f-2", injected_at=at(300.0), healed_at=at(301.0))
    folder = write_run(tmp_path / "r1")
    folder.write("verdict", verdict(None, fault=None, day="d"))
    found = figures.figures(gather(folder, record(), after_all))
    assert len(found.outages) == 1
    assert found.outage is None


def test_of_two_faults_on_one_load_the_page_must_be_about_the_one_that_is_meant(
    tmp_path: Path,
) -> None:
    """The first one stopped writes, and was judged while the load went on; the second did not."""
    first = record()
    second = replace(first, id="f-2", target="postgres-2", injected_at=at(16), healed_at=at(17))
    folder = write_run(tmp_path / "r1", kind="load")
    none = {"refused": 0, "unknown": 0}
    before = verdict(2005, acknowledged=1300, **none)
    folder.write("verdict-f-1", {**before, "verdict": "fail"})
    after = verdict(0, acknowledged=1600, **none)
    folder.write("verdict", {**after, "fault": {**after["fault"], "id": "f-2"}})
    told = {}
    for meant in ("f-1", "f-2", None):
        found = gather(folder, first, second, fault=meant)
        computed = figures.figures(found)
        assert computed.outage is not None
        assert len(computed.outages) == 2, "all of them are drawn"
        assert found.verdict is not None
        told[meant] = found.judged[0].id, found.verdict["verdict"], computed.outage.seconds > 0
        assert computed.remarks == ()
    assert told["f-1"] == ("f-1", "fail", True)
    assert told["f-2"] == told[None] == ("f-2", "pass", False)


def test_the_figures_of_one_of_two_faults_must_be_without_those_of_the_other(
    tmp_path: Path,
) -> None:
    """Each of them had one write refused. The first was judged before the second began."""
    first = replace(record(), injected_at=at(4), healed_at=at(5))
    second = replace(first, id="f-2", injected_at=at(15), healed_at=at(16))
    folder = write_run(tmp_path / "r1", kind="load")
    ledger = folder.ledger.read_text().splitlines(keepends=True)
    for done in (15.5, 4.5):
        refused = {"key": f"x{done}", "sent_s": FIRST_S + done, "done_s": FIRST_S + done,
                   "outcome": "refused", "order_id": None}  # fmt: skip
        ledger.insert(1 + round(done * 100) - (200 if done > DOWN[1] else 0), *lines_of(refused))
    folder.ledger.write_text("".join(ledger))
    none = {"refused": 1, "unknown": 0}
    folder.write("verdict-f-1", {**verdict(0, acknowledged=800, **none), "ledger_writes": 801})
    after = {"ledger_writes": len(ledger) - 2, "besides": ["f-1 pause"]}
    after = {**verdict(0, acknowledged=0, **none), **after}
    folder.write("verdict", {**after, "fault": {**after["fault"], "id": "f-2"}})
    of_first = figures.figures(gather(folder, first, second, fault="f-1"))
    of_second = figures.figures(gather(folder, first, second))
    assert of_first.outcomes is not None
    assert of_second.outcomes is not None
    assert of_first.outcomes["refused"] == of_second.outcomes["refused"] == 1
    assert of_first.outcomes["acknowledged"] == 800
    assert of_first.requests is not None
    assert of_second.requests is not None
    assert 1400 <= of_first.requests["ok"] <= 1500
    assert 400 <= of_second.requests["ok"] <= 600


def lines_of(value: object) -> list[str]:
    return [lines(value)]


def test_a_stop_after_the_verdict_must_not_be_of_the_fault(tmp_path: Path) -> None:
    """It was judged at 7 s; the load went on, and stopped at 10 s."""
    early = replace(record(), injected_at=at(2), healed_at=at(3))
    folder = write_run(tmp_path / "r1", kind="load")
    folder.write("verdict", verdict(0, acknowledged=700, refused=0, unknown=0))
    found = figures.figures(gather(folder, early))
    assert found.outage is not None
    assert found.outage.seconds == 0
    assert found.remarks == ()


def test_a_verdict_of_more_writes_than_its_ledger_has_must_be_called_out(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1", kind="load")
    folder.write("verdict", verdict(2005, acknowledged=9000, refused=0, unknown=0))
    [said] = figures.figures(gather(folder, record())).remarks
    assert said.startswith("Disagreement: acknowledged writes: 9000 as concluded then")


def test_that_times_do_not_count_must_be_the_first_remark(tmp_path: Path) -> None:
    found = material(tmp_path / "r1")
    assert found.verdict is not None
    full = {**found.verdict, "limit": "machine", "because": "no CPU left"}
    said = figures.figures(replace(found, verdict=full)).remarks
    assert said[0] == "this machine was too busy: times do not count; counts do (no CPU left)"


def test_settings_must_stand_as_people_write_them() -> None:
    rows = setting_rows(
        {"database": {"memory": 268435456, "ttl": 20.0, "strange": 5}, "app": {"replicas": 3},
         "queue": {"net_tick": 15.0}, "worker": {"retry_delays": [1.0, 0.5]}, "tea": {"hot": True}}
    )  # fmt: skip
    assert rows == [
        ("database.memory", "256mb"), ("database.ttl", "20s"), ("database.strange", "5"),
        ("app.replicas", "3"), ("queue.net_tick", "15s"), ("worker.retry_delays", "[1s, 500ms]"),
        ("tea.hot", "True"),
    ]  # fmt: skip
