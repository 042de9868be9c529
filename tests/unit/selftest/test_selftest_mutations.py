"""The mutation matrix of what is judged from a recorded load: a checker that is taken away, or that
always complains, turns it red.

Each load is sent once, against the reference service, and judged again for each mutation. What has
to be sent anew is in ``tests/instrument``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from sdctl.selftest import bench
from sdctl.selftest.bench import Recorded
from tests.mutations import OFFLINE, Mutate, audited, blind, findings, jumpy, returning, said

AUDITED = {
    "lost": ("lost",),
    "duplicated": ("duplicated",),
    "broken-promise": ("broken_promises",),
    "recovered": ("recovered",),
    "delivery": ("notified_twice", "undelivered", "unfinished"),
    "unrecorded": ("unrecorded",),
}
MATRIX: list[tuple[str, str, Mutate]] = [
    *((f"no {n}", name, blind(n)) for name, names in AUDITED.items() for n in names),
    *((f"always {n}", name, jumpy(n)) for name, names in AUDITED.items() for n in names),
    ("no behind", "behind", audited(behind=lambda audit: {})),
    ("always behind", "behind", audited(behind=lambda audit: {"reference-2": ("another",)})),
    ("unknown is lost", "recovered", audited(lost=lambda audit: audit.recovered)),
    ("no proof of healing", "unhealed", returning("sdctl.chaos.healing._prove", None)),
    (
        "healed and still listed",
        "unhealed",
        returning("sdctl.state.fault_records.close_record", None),
    ),
    ("always pass", "judgement", said("pass")),
    ("always fail", "judgement", said("fail")),
    ("always unknown", "judgement", said("unknown")),
]
PURE = sorted({name for _, name, _ in MATRIX})
_RECORDS: dict[str, Recorded] = {}


@pytest.fixture(autouse=True)
def sent_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load of the same kind is sent once for all tests here."""
    send = bench.recorded

    def recorded(wrong: Mapping[str, Sequence[int]], deleted: Sequence[int] = ()) -> Recorded:
        kind = repr((sorted((name, list(ids)) for name, ids in wrong.items()), list(deleted)))
        if kind not in _RECORDS:
            _RECORDS[kind] = send(wrong, deleted)
        return _RECORDS[kind]

    monkeypatch.setattr(bench, "recorded", recorded)


@pytest.mark.parametrize("name", PURE)
def test_with_every_checker_in_place_each_variant_must_be_as_expected(name: str) -> None:
    assert {what: each for what, each in findings(OFFLINE[name]).items() if not each.ok} == {}


@pytest.mark.parametrize(("name", "mutate"), [pytest.param(n, m, id=what) for what, n, m in MATRIX])
def test_a_checker_that_is_taken_away_must_turn_it_red(
    name: str, mutate: Mutate, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    assert any(not each.ok for each in findings(OFFLINE[name]).values())
