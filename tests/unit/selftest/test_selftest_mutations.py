"""The mutation matrix of what is judged from a recorded load: a checker that is taken away, or that
always complains, turns it red.

No load is sent: the reference service is asked directly. ``tests/instrument`` sends those loads,
and has the matrix of what must be timed.
"""

from __future__ import annotations

import pytest

from sdctl.chaos import healing
from sdctl.selftest import workbench
from tests.mutations import Mutate, answered, audited, blind, jumpy, returning, said, unexpected

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
    ("no proof of healing", "unhealed", returning("sdctl.chaos.healing.not_running", {})),
    (
        "healed and still listed",
        "unhealed",
        returning("sdctl.state.fault_records.close_record", None),
    ),
    ("always pass", "judgement", said("pass")),
    ("always fail", "judgement", said("fail")),
    ("always unknown", "judgement", said("unknown")),
]


@pytest.fixture(autouse=True)
def nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbench, "recorded", answered)
    monkeypatch.setattr(healing, "PROOF_S", 0.02)


@pytest.mark.parametrize("name", sorted({name for _, name, _ in MATRIX}))
def test_with_every_checker_in_place_each_variant_must_be_as_expected(name: str) -> None:
    assert unexpected(name) == {}


@pytest.mark.parametrize(("name", "mutate"), [pytest.param(n, m, id=what) for what, n, m in MATRIX])
def test_a_checker_that_is_taken_away_must_turn_it_red(
    name: str, mutate: Mutate, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(monkeypatch)
    assert unexpected(name)
