"""A name that is not known: one line, with what was probably meant."""

from __future__ import annotations

import pytest

from sdctl.design import validation
from sdctl.foundation.errors import InvalidProfile, no_such
from sdctl.foundation.nearest import meant

MANY = (
    "cache", "collector", "database", "documents", "gateway", "metrics", "queue", "worker",
)  # fmt: skip


def test_what_is_near_must_be_named_and_a_short_list_be_told_whole() -> None:
    assert meant("databse", MANY) == "; did you mean database?"
    assert meant("zzz", MANY) == ""
    assert meant("zzz", MANY[:3]) == "; there is: cache, collector, database"
    assert meant(["cache"], MANY) == ""
    assert no_such("tier", "queu", MANY).hint.startswith("Did you mean queue? There is: cache, ")
    assert no_such("tier", "x", MANY).hint.startswith("There is: cache, ")


def test_a_wrong_key_must_be_one_short_line_and_the_list_be_found_by_the_hint() -> None:
    changes = ["app.replcas=3", "databse.nodes=2", "cache.masterss=3", "app.zzz=1"]
    with pytest.raises(InvalidProfile) as caught:
        validation.load("lite", changes)
    assert [str(problem) for problem in caught.value.problems] == [
        "app.replcas: no such setting; did you mean replicas?",
        "app.zzz: no such setting",
        "cache.masterss: no such setting; did you mean masters?",
        "databse: no such tier or setting; did you mean database?",
    ]
    assert "`sdctl profiles lite` shows every setting" in caught.value.hint
