"""`sdctl explain` as people see it."""

from __future__ import annotations

import json
import shlex

import pytest

from sdctl.__main__ import run
from sdctl.design import validation
from sdctl.foundation.errors import NoSuchTarget
from sdctl.guide import explaining
from sdctl.guide.meanings import SETTINGS

Shown = pytest.CaptureFixture[str]


def test_without_a_word_every_word_must_be_listed_within_80_columns(
    capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["explain"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    said = " ".join(text.split())
    for where, words in explaining.groups().items():
        assert " ".join(where.split()) in said
        for word in words:
            # a setting stands in the line of its tier
            _, dot, name = word.partition(".")
            assert (name if dot and where == SETTINGS else word) in said, word
    run(["--json", "explain"])
    assert json.loads(capsys.readouterr().out)["words"] == explaining.groups()


@pytest.mark.parametrize(
    "word",
    [
        "stale read", "stale reads", "Stale-Reads", "quorums",
        "hit", "miss", "hit ratio", "leader", "the leader", "new leader", "a new leader",
    ],
)  # fmt: skip
def test_a_word_must_be_found_as_people_write_it(word: str) -> None:
    assert explaining.find(word)


def test_a_word_must_be_told_with_its_facts_and_an_example(
    capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    run(["explain", "kill-leader"])
    text = capsys.readouterr().out
    assert text.startswith("kill-leader  faults\n")
    assert "try" in text
    assert "sdctl chaos kill-leader" in text
    assert max(map(len, text.splitlines())) <= 96, "no wider than is easy to read"


def test_a_line_to_type_must_be_one_line_however_narrow_the_terminal_is(
    capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    run(["explain", "slow"])
    [meaning] = [one for one in explaining.find("slow") if one.example]
    assert len(meaning.example) > 50
    assert meaning.example in capsys.readouterr().out


def test_a_word_with_several_meanings_must_have_all_of_them(capsys: Shown) -> None:
    run(["explain", "lag"])
    heads = [line for line in capsys.readouterr().out.splitlines() if line.startswith("lag  ")]
    assert len(heads) == len(explaining.find("lag")) >= 2
    run(["--json", "explain", "lag"])
    told = json.loads(capsys.readouterr().out)["meanings"]
    assert [one["where"] for one in told] == [one.where for one in explaining.find("lag")]


def test_a_word_that_is_none_must_name_the_nearest() -> None:
    with pytest.raises(NoSuchTarget, match="no word 'leadr'") as caught:
        run(["explain", "leadr"])
    assert "Did you mean leader" in caught.value.hint


@pytest.mark.parametrize(
    "word", ["images", "images.push", "images.load", "registry.mirror", "tiers"]
)
def test_what_a_profile_says_beside_its_tiers_must_be_explained_too(word: str) -> None:
    assert any(one.word == word and one.where == SETTINGS for one in explaining.find(word))


@pytest.mark.parametrize("part", range(4))
def test_a_setting_must_be_tried_with_another_value_that_goes_with_all_others(part: int) -> None:
    """A quarter of them at a time, side by side."""
    words = sorted(explaining.groups()[SETTINGS])[part::4]
    found = [one for word in words for one in explaining.find(word) if one.example]
    assert len(found) > 20
    for meaning in found:
        _, _, change = shlex.split(meaning.example.removeprefix("sdctl "))
        _, _, value = change.partition("=")
        assert value != meaning.facts["default"], meaning.word
        validation.load("standard", [change])  # raises where it does not go


@pytest.mark.parametrize(
    ("word", "example"),
    [
        ("consensus.nodes", "sdctl up --set consensus.nodes=3"),
        ("gateway.port", "sdctl up --set gateway.port=8081"),
    ],
)
def test_a_setting_must_have_the_example_that_a_reader_would_choose(
    word: str, example: str
) -> None:
    assert [one.example for one in explaining.find(word) if one.where == SETTINGS] == [example]
