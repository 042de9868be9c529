from __future__ import annotations

from pathlib import Path

import pytest

from sdctl.design import profile, validation
from sdctl.foundation.errors import InvalidProfile, NoSuchTarget


def problems(*overrides: str, name: str = "standard") -> dict[str, str]:
    with pytest.raises(InvalidProfile) as caught:
        validation.load(name, overrides)
    return {each.path: each.message for each in caught.value.problems}


@pytest.mark.parametrize("name", profile.names())
def test_every_shipped_profile_must_be_valid_and_round_trip(name: str) -> None:
    loaded = validation.load(name)
    again = validation.validate(name, loaded.to_json())
    assert again == loaded


def test_all_problems_must_be_reported_at_once_each_with_its_path() -> None:
    found = problems(
        "app.replicas=0",
        "database.ttl=3s",
        "database.colour=red",
        "cache.eviction=lru",
        "cashe.ttl=3s",
        "images=maybe",
    )
    assert found.keys() == {
        "app.replicas",
        "database.ttl",
        "database.colour",
        "cache.eviction",
        "cashe",
        "images",
    }
    assert "there is: memory" in found["database.colour"]


def test_a_tier_must_not_be_without_what_it_needs() -> None:
    assert "gateway needs lb" in problems("tiers=[gateway, app, database]")["tiers"]


def test_an_unknown_tier_must_be_named_with_its_place() -> None:
    assert "no such tier 'lp'" in problems("tiers=[app, lp]")["tiers[1]"]


def test_a_lease_shorter_than_patroni_allows_must_be_refused() -> None:
    found = problems("database.retry_timeout=20s")
    assert "loop_wait + 2 × database.retry_timeout" in found["database.ttl"]


def test_strict_durability_must_not_be_had_with_one_node() -> None:
    found = problems("database.durability=protection", "database.nodes=1")
    assert "at least 2 nodes" in found["database.durability"]


def test_an_override_must_change_the_one_setting_it_names() -> None:
    before = validation.load("standard")
    after = validation.load("standard", ["app.replicas=5"])
    assert after.settings["app"].count == 5
    assert after.settings["cache"] == before.settings["cache"]


@pytest.mark.parametrize("override", ["app", "app.replicas", ".=1", "app..x=1", "x=1"])
def test_a_malformed_override_must_be_refused(override: str) -> None:
    assert problems(override)


def test_an_unknown_profile_must_say_what_there_is() -> None:
    with pytest.raises(NoSuchTarget) as caught:
        validation.load("huge")
    assert "lite, standard" in caught.value.hint


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [", "app: 3\n"])
def test_a_file_that_is_no_profile_must_be_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    assert problems(name=str(path))
