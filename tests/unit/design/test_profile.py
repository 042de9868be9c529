from __future__ import annotations

from pathlib import Path

import pytest

from sdctl.design import plain_yaml, profile, validation, variants
from sdctl.foundation.errors import InvalidProfile, NoSuchTarget, Problem


def problems(*overrides: str, name: str = "standard") -> dict[str, str]:
    with pytest.raises(InvalidProfile) as caught:
        validation.load(name, overrides)
    return {problem.path: problem.message for problem in caught.value.problems}


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
    assert found["database.colour"] == "no such setting"


def test_a_tier_must_not_be_without_what_it_needs() -> None:
    assert "gateway needs lb" in problems("tiers=[gateway, app, database]")["tiers"]


def test_an_unknown_tier_must_be_named_with_its_place() -> None:
    assert "no such tier 'lp'" in problems("tiers=[app, lp]")["tiers.1"]
    with pytest.raises(InvalidProfile) as caught:
        validation.load("lite", ["worker.retry_delays=[1s, x]"])
    assert caught.value.details[0].startswith("worker.retry_delays, item 2: not a duration: 'x'")
    assert str(Problem("tiers.0", "no such tier")) == "tiers, item 1: no such tier"


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


def test_a_setting_of_a_tier_that_is_off_must_not_pass_silently() -> None:
    with pytest.raises(InvalidProfile) as caught:
        validation.load("lite", ["search.heap=512mb", "app.replicas=2"])
    [problem] = caught.value.problems
    assert str(problem) == (
        "search.heap: search is off: this profile's `tiers` do not name it. The profiles standard "
        "and ha have it."
    )
    # a file may say what a tier would be, were it on
    own = {"tiers": list(validation.load("lite").tiers), "search": {"memory": "1gb"}}
    assert "search" not in validation.validate("own", own).tiers


def test_a_setting_of_a_tier_that_was_left_out_must_say_why() -> None:
    left = variants.without(validation.load("standard"), {"search": "no registry offers it"})
    assert validation.heeded(left, ["app.replicas=2", "images=local"]) is left
    with pytest.raises(InvalidProfile) as caught:
        validation.heeded(left, ["search.heap=512mb", "collector.memory=256mb"])
    assert [problem.message for problem in caught.value.problems] == [
        "search is left out here: no registry offers it; mend that, or leave this setting out",
        "collector is left out here: it needs search; mend that, or leave this setting out",
    ]
    assert "standard and ha have every tier" in caught.value.hint
    again = left.to_json()
    with pytest.raises(InvalidProfile, match="is not valid") as caught:
        validation.validate("standard", again, ["search.heap=1gb"], left.left_out)
    assert "no registry offers it" in str(caught.value.problems[0])


def test_a_setting_that_would_change_nothing_must_have_that_one_problem() -> None:
    with pytest.raises(InvalidProfile, match=r"1 problem$") as caught:
        validation.load("lite", ["search.heap=12"])
    assert "search is off" in str(caught.value.problems[0])


def test_a_mistake_of_a_change_must_not_be_said_of_the_profile(tmp_path: Path) -> None:
    lite = validation.load("lite")
    for refused in (
        lambda: validation.load("lite", ["gateway.prot=1"]),
        lambda: validation.validate("lite", lite.to_json(), ["gateway.prot=1"]),
        lambda: validation.heeded(lite, ["search.heap=1gb"]),
    ):
        with pytest.raises(InvalidProfile, match="the change to lite is not valid"):
            refused()
    own = tmp_path / "mine.yaml"
    own.write_text("extends: lite\ngateway: {prot: 1}\n")
    with pytest.raises(InvalidProfile, match=r"^\S*mine.yaml is not valid: 2 problems"):
        validation.load(str(own), ["app.replcas=3"])


def test_an_unknown_profile_must_say_what_there_is() -> None:
    with pytest.raises(NoSuchTarget) as caught:
        validation.load("huge")
    assert "lite, standard" in caught.value.hint


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [", "app: 3\n"])
def test_a_file_that_is_no_profile_must_be_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    assert problems(name=str(path))


def test_a_profile_must_be_able_to_say_like_lite_but(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text("extends: lite\napp: {replicas: 3}\ndatabase:\n  durability: protection\n")
    found, lite = validation.load(str(own)), validation.load("lite")
    assert found.tiers == lite.tiers
    assert found.settings["app"].count == 3
    assert found.settings["database"].count == lite.settings["database"].count == 2
    assert found.settings["cache"] == lite.settings["cache"]
    assert (found.name, found.description) == ("mine", lite.description)
    assert validation.load(str(own), ["app.replicas=4"]).settings["app"].count == 4


@pytest.mark.parametrize(
    ("text", "path", "line", "said"),
    [
        ("extends: huge\n", "extends", 1, "no such profile 'huge'; there is: ha, lite, standard"),
        ("extends: [lite]\n", "extends", 1, "no such profile"),
        ("extends: lite\napp:\n  replicas: 0\n", "app.replicas", 3, "1"),
        ("app: {}\nextends: lite\nextends: ha\n", "extends", 3, "is there twice"),
    ],
)
def test_what_is_wrong_in_it_must_be_named_with_its_line(
    tmp_path: Path, text: str, path: str, line: int, said: str
) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text(text)
    with pytest.raises(InvalidProfile) as caught:
        validation.load(str(own))
    [problem] = caught.value.problems
    assert (problem.path, problem.line) == (path, line)
    assert said in problem.message


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("tiers: [app\n\n", 1, "the list that begins here with [ has no ]"),
        ("app: {replicas: 2\n\n", 1, "the bracket { that opens here has no }"),
        ('a: b\ndescription: "x\n', 2, "the quote that opens here is not closed"),
        ('description: "\\d"\n', 1, "in double quotes begins an escape"),
        ("app: replicas: 2\n", 1, "a colon too many"),
        ("app:\n  replicas: 2\n memory: 3\n", 3, "indented in another way"),
        ("app:\n  replicas\n  memory: 3\n", 3, "none in the line above"),
        ("a: b\nworker\n", 2, "there is no colon after the name"),
        ("description: @x\n", 1, "put it in quotes"),
        ("description: `x`\n", 1, "put it in quotes"),
        ("\tapp: 1\n", 1, "a tab cannot stand here"),
        ("description: |x\n", 1, "is not indented"),
        ("a: ]\n", 1, "a value is expected here"),
        ("a: &\n", 1, "begin an alias"),
        ("- a\nb: c\n", 2, "indented in another way"),
        ("%x\n", 2, "cannot be read"),
    ],
)
def test_what_is_no_yaml_must_be_told_in_words_of_people(text: str, line: int, said: str) -> None:
    [problem] = plain_yaml.read(text).problems
    assert said in problem.message
    assert problem.line == line
    for word in ("scalar", "token", "mapping", "block", "expected <", "while "):
        assert word not in problem.message, problem.message
