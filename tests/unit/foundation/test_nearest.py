"""A name that is not known: one line, with what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdctl.design import validation
from sdctl.foundation.errors import InvalidProfile, no_such
from sdctl.foundation.nearest import meant, near_to

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


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ("opensearch-2", ["opensearch-1"]),
        ("nosuch-1", []),
        ("pauze", ["pause"]),
        ("paues", ["pause"]),
        ("Pause", ["pause"]),
        ("tcp", []),
        ("foo", []),
        ("lga", ["lag"]),
        ("light", ["lite"]),
        ("x", []),
        ("op", ["opensearch-1"]),
        ("kill", ["killed"]),
        ("l", []),
        ("kubernetes", []),
        (5, []),
    ],
)
def test_only_a_slip_of_the_keys_must_be_near(given: object, near: list[str]) -> None:
    known = (
        "opensearch-1",
        "pause",
        "cpu",
        "CAP theorem",
        "killed",
        "lag",
        "lite",
        "lb.retries",
        "y",
    )
    assert near_to(given, known) == near


def test_a_beginning_of_many_names_must_name_none() -> None:
    assert near_to("co", ("cache", "collector", "consensus")) == ["collector", "consensus"]
    assert near_to("co", ("collector", "consensus", "containers")) == []


def test_the_nearest_must_be_first_and_few() -> None:
    assert near_to("redis-1", ("redis-2", "redis-1", "redis-3"), most=2) == ["redis-1", "redis-2"]


def test_a_list_that_is_cut_must_say_so() -> None:
    assert (
        no_such("run", "x", MANY, most=3).hint == "There is: cache, collector, database and 5 more."
    )
    assert no_such("run", "x", MANY[:3], most=3).hint == "There is: cache, collector, database."
    assert no_such("run", "x", []).hint == "There is none."


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


def test_where_no_key_is_near_all_must_be_told(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("base: lite\nap: {replicas: 2}\n")
    with pytest.raises(InvalidProfile) as caught:
        validation.load(str(tmp_path / "mine.yaml"))
    assert [problem.message for problem in caught.value.problems] == [
        "no such tier or setting; there is: extends, description, tiers, images, registry, and "
        "each tier",
        "no such tier or setting; did you mean app?",
    ]


@pytest.mark.parametrize(
    ("text", "known"),
    [("extends: ha\napp: {zzz: 1}\n", "ha"), ("app: {zzz: 1}\n", "standard"),
     ("extends: mine\napp: {zzz: 1}\n", "standard")],
)  # fmt: skip
def test_the_settings_of_a_users_own_profile_must_be_shown_by_one_that_has_a_page(
    text: str, known: str, tmp_path: Path
) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(InvalidProfile) as caught:
        validation.load(str(tmp_path / "bad.yaml"))
    assert f"`sdctl profiles {known}` shows every setting" in caught.value.hint
