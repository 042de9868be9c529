"""What `sdctl explain` takes from the record that `make measured` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sdctl.foundation import assets
from sdctl.guide import explaining, measured
from sdctl.guide.meanings import TIERS

KILLS = "sdctl bench failover database --trials 12"


def figure(key: str, command: str, *values: float, **more: Any) -> dict[str, Any]:
    return {"key": key, "what": f"what {key} is", "command": command, "unit": "s",
            "values": values, "also": "", "missing": "", **more}  # fmt: skip


@pytest.fixture
def record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """As `bench/measured.py` writes it, in the place where it is read."""
    made = {
        "profile": "standard",
        "written_down": [
            {"title": "Proofs", "texts": ["`make prove`"], "rows": [
                {"what": "leaders at once", "measured": "0", "command": "pytest", "when": "today"}
            ]}
        ],
        "machine": {"cores": 2, "memory_gib": 24, "architecture": "x86_64", "kernel": "6",
                    "python": "3.11", "docker": "26"},
        "parts": {
            name: {"at": f"{day}T10:00+00:00", "commit": "abc", "changed": False, "quick": True,
                   "cpu_idle": 0.9, "cpu_steal": 0.0, "seconds": 90, "figures": [found]}
            for name, day, found in (
                ("database", "2026-11-28", figure("database", KILLS, 1.0, 2.0, 4.0)),
                ("load", "2026-11-29", figure("p50", "sdctl load --rps 500", missing="busy")),
                ("honesty", "2026-11-29", figure("pause", "sdctl chaos pause gateway", 3.01)),
            )
        },
    }  # fmt: skip
    path = tmp_path / "measured.json"
    path.write_text(json.dumps(made))
    monkeypatch.setattr(assets, "measured", lambda: path)
    return made


def test_a_figure_must_be_found_by_its_key_and_by_its_command(record: dict[str, Any]) -> None:
    for words in (("database",), ("failover", "nothing")):
        assert measured.found(words) == [
            {"what": "what database is", "command": KILLS, "on": "2026-11-28, 2 cores, standard",
             "value": "median 2 s (all 3 runs: 1 to 4)"}
        ]  # fmt: skip
    assert [one["on"][:10] for one in measured.found(("failover", "pause"))] == [
        "2026-11-28", "2026-11-29",
    ]  # fmt: skip


def test_in_short_each_figure_is_its_median_and_its_own_profile_is_told(
    record: dict[str, Any],
) -> None:
    [found] = record["parts"]["database"]["figures"]
    other = {**found, "key": "ha", "what": "a leader in `ha`", "values": [5.0, 6.0, 9.0]}
    record["parts"]["database"]["figures"].append(other)
    assets.measured().write_text(json.dumps(record))
    assert measured.in_short(("failover", "pause")) == {
        "median of 3 runs, 2026-11-28, 2 cores, standard": [("2 s", "what database is")],
        "median of 3 runs, 2026-11-28, 2 cores, ha": [("6 s", "a leader in `ha`")],
        "one run, 2026-11-29, 2 cores, standard": [("3.01 s", "what pause is")],
    }


def test_what_was_not_measured_must_not_be_told(record: dict[str, Any]) -> None:
    assert measured.found(("p50",)) == []


def test_the_page_and_the_readme_must_take_the_same_record(
    record: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).parents[3]
    monkeypatch.syspath_prepend(root / "bench")
    import measured_page

    page = measured_page.page(record)
    assert "| what database is | median 2 s (all 3 runs: 1 to 4) |" in page
    assert "not measured: busy" in page
    assert "## Failover of the cache\n\nNot measured yet." in page
    assert "| leaders at once | 0 | pytest | today |" in page
    table = measured_page.with_table((root / "README.md").read_text(), record)
    assert "database's leader killed | 2 s" in table
    assert "2026-11-29, profile `standard`" in table


def test_a_series_of_trials_must_tell_what_was_predicted_and_how_often_it_was_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[3] / "bench")
    import measured_page

    band = {"of": "outage", "low_ms": 18_000, "high_ms": 24_000, "inside": 4, "compared": 5}
    summary = {
        "writes": {"acknowledged": 8_123, "lost": 0}, "verdicts": {"pass": 5, "fail": 0},
        "failover_ms": 21_500.0, "predicted": band,
    }  # fmt: skip
    assert measured_page.outcome(summary) == (
        "lost: 0 of 8,123 writes; verdicts: 5 pass; by its own logs the tier had a leader again "
        "after 21.5 s (median); predicted: 18 to 24 s, 4 of 5 trials were so"
    )
    own = measured_page.outcome({**summary, "predicted": {**band, "of": "failover"}})
    assert "predicted of the tier's own failover: 18 to 24 s" in own
    assert "predicted" not in measured_page.outcome({**summary, "predicted": None})


def test_a_store_that_was_not_measured_must_have_no_figures_of_the_one_in_its_place() -> None:
    """One name, two servers: the vendor's image comes from a registry, the other is built here."""
    of = {meaning.also[0]: meaning.measured for meaning in explaining.find("documents")
          if meaning.where == TIERS}  # fmt: skip
    assert of == {"ferretdb": ("documents",), "mongodb": ()}
