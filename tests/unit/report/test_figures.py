"""The figures of a run's page: computed anew from the ledger, held against what was said."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded_run import DOWN, FIRST_S, lines, material, record, write_run

from sdctl.report import figures
from sdctl.report.material import gather


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


def test_a_load_without_a_fault_must_miss_no_verdict(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "r1", kind="load")
    (folder.path / "verdict.json").unlink()
    found = gather(folder, None)
    assert found.missing == ()
    assert found.fault is None


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

    assert figures.is_disturbed(took(10_100), took(5_300)), "slower without the fault"
    assert figures.is_disturbed(took(1_500), took(9_000)), "far from sound"
    assert not figures.is_disturbed(took(30), took(9_000))
    assert not figures.is_disturbed(took(30), None)
    assert not figures.is_disturbed(None, None)
