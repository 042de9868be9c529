"""What a profile's file may be: YAML's traps, what is no text, what is no file."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from refusals import refused

from sdctl.design import validation
from sdctl.foundation.errors import WHOLE, InvalidProfile, NoSuchTarget, Problem


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("app: {replicas: 2}\napp: {replicas: 3}\n", 2, "app: is there twice, first in line 1"),
        ("app:\n  replicas: 2\n  replicas: 3\n", 3, "app.replicas: is there twice"),
        ("app:\n  replicas: yes\n", 2, "not a whole number: 'yes'"),
        ("gateway: {port: true}\n", 1, "not a whole number: 'true'"),
        ("gateway:\n\n  port: 017x\n", 3, "not a whole number"),
        ("\napp: false\n", 2, "must be a mapping of settings, not 'false'"),
        ("app: []\n", 1, "must be a mapping of settings"),
        ("app:\n  memory:\n", 2, "has no value; allowed is a size from 128mb"),
        ("tiers:\n  - gateway\n  - [lb]\n", 3, "no such tier ['lb']"),
        ("tiers: false\n", 1, "no such tier 'false'"),
        ("tiers:\n", 1, "must be a list of tiers"),
        ("tiers: {app: 1}\n", 1, "must be a list of tiers"),
        ("1: x\n", 1, "1: no such tier or setting"),
        ("? [a]\n: b\n", 1, "a name is expected here"),
        ("? {a: b}\n: c\n", 1, "a name is expected here"),
        ("app: &x {replicas: 2}\nworker: *x\n", 2, "*x is an alias"),
        ("app:\n  <<: {replicas: 2}\n", 2, "a merge (<<) is not read"),
        ("app: !!python/object:os.system {}\n", 1, "a tag"),
        ("app: {replicas: !!int 2}\n", 1, "a tag"),
        ("app: {}\n---\nlb: {}\n", 2, "a file holds one document"),
        ("app:\n\treplicas: 2\n", 2, "a tab cannot stand here; use spaces"),
        ("extends:\tlite\n", 1, "a tab cannot stand here; use spaces"),
        ("app: [\n", 2, "not YAML"),
        ("- a\n- b\n", 0, "the top level must be a mapping"),
        ("app", 0, "the top level must be a mapping"),
        ("", 0, "the file is empty"),
        ("# nothing\n", 0, "the file is empty"),
        ("---\n", 0, "the file is empty"),
        ('description: "\\ud800"\n', 1, "control character"),
        ('description: "\\Uffffffff"\n', 0, "a character that is not allowed"),
        ("%YAML 1." + "9" * 5000 + "\n---\n", 0, ""),
        ("app: " + "[" * 3000, 1, "more than 8"),
        ("app: " + "{a: " * 3000, 1, "more than 8"),
        ("- " * 3000, 1, "more than 8"),
        (f"app: {{replicas: {'9' * 5000}}}\n", 1, "(5002 characters)"),
        ("k" * 5000 + ": 1\n", 0, ""),
        ("registry: false\n", 1, "must be a mapping of settings"),
        ("registry: {images: {mongodb: [a]}}\n", 1, "is not allowed; "),
    ],
)
def test_yamls_traps_must_be_met_before_any_setting(
    text: str, line: int, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(InvalidProfile) as caught:
        validation.load(str(path))
    assert any(told in detail for detail in caught.value.details), caught.value.details
    assert all(len(detail) < 400 for detail in caught.value.details)
    if line:
        assert line in {problem.line for problem in caught.value.problems}


def test_every_problem_of_a_file_must_be_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "images: maybe\n"
        "app:\n  replicas: 0\n  memory: 64\n"
        "cache: {max_memory: 10gb}\n"
        "database:\n  expose: yes\n  port: 8080\n"
        "lb: {max_replicas: 1}\n"
        "colour: red\n"
    )
    with pytest.raises(InvalidProfile) as caught:
        validation.load(str(path), ["worker.replicas=many"])
    assert [(problem.line, problem.path) for problem in caught.value.problems] == [
        (0, "worker.replicas"),
        (1, "images"),
        (3, "app.replicas"),
        (4, "app.memory"),
        (5, "cache.max_memory"),
        (8, "database.port"),
        (10, "colour"),
    ]
    assert caught.value.details[1].startswith("line 1, images: ")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xfea\x00", "not text in UTF-8"),
        (b"app: {replicas: 2}\n\x00", "NUL byte"),
        (b"description: \xe9\n", "not text in UTF-8"),
        (b"a: b\n" * 30_000, "too large: more than 64 kb"),
    ],
)
def test_what_is_no_text_must_be_refused(data: bytes, told: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(data)
    assert told in refused(name=str(path))["(file)"]


@pytest.mark.parametrize("name", [b"\xff", b"a\nb", b"a\tb", b"a\x1b[31mb"])
def test_a_name_that_is_no_line_of_text_must_be_refused(name: bytes, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(name + b".yaml")
    path.write_text("extends: lite\n")
    assert "rename the file" in refused(name=str(path))["(file)"]


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (Problem("app.replicas", "too many", 3), "line 3, app.replicas: too many"),
        (Problem("app.replicas", "too many"), "app.replicas: too many"),
        (Problem(WHOLE, "not YAML", 15), "line 15: not YAML"),
        (Problem(WHOLE, "the file is empty"), "the file is empty"),
    ],
)
def test_a_problem_must_be_told_with_its_place_as_far_as_it_has_one(
    problem: Problem, said: str
) -> None:
    assert str(problem) == said


def test_a_path_without_a_file_must_be_told_as_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoSuchTarget) as gone:
        validation.load(str(tmp_path / "mine.yaml"))
    assert gone.value.message == f"there is no file '{tmp_path}/mine.yaml'"
    with pytest.raises(NoSuchTarget, match="there is no profile 'mine'"):
        validation.load("mine")


def test_a_large_file_must_not_be_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    with path.open("wb") as file:
        file.truncate(100 * 1024**2)
    assert "too large" in refused(name=str(path))["(file)"]


def test_what_is_no_file_must_be_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    folder = tmp_path / "folder.yaml"
    folder.mkdir()
    for path in (pipe, folder):
        assert "no file" in refused(name=str(path))["(file)"]
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    assert "cannot be read" in refused(name=str(loop))["(file)"]
    assert "cannot be read" in refused(name="x" * 5000 + ".yaml")["(file)"]
    for name in (str(tmp_path / "none.yaml"), "../profiles/lite", "", "x" * 5000):
        with pytest.raises(NoSuchTarget):
            validation.load(name)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffapp: {replicas: 2}\n",
        "description: 2024-02-30\n",
        "description: no\n",
        "description: >\n  two\n  lines\n",
        'app: {replicas: "2"}\n',
        "app:\n",
        "app: {memory: 192 MB}\n",
        "database: {expose: yes}\n",
        "registry: {mirror: , images: {}}\n",
        "app: &unused {replicas: 2}\n",
        "--- {app: {replicas: 2}}\n...\n",
    ],
)
def test_what_is_plain_must_be_taken(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    assert validation.load(str(path)).tiers


def test_many_problems_must_not_fill_the_screen(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"tiers: [{', '.join(f't{n}' for n in range(5000))}]\n")
    with pytest.raises(InvalidProfile) as caught:
        validation.load(str(path))
    assert len(caught.value.problems) == 5000
    assert len(caught.value.details) == 31
    assert caught.value.details[-1] == "and 4970 more"


def test_a_bomb_of_aliases_must_be_one_line_for_each(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    names = "abcdefghi"
    lines = ["a: &a [x]"] + [
        f"{name}: &{name} [{', '.join(9 * [f'*{before}'])}]"
        for before, name in itertools.pairwise(names)
    ]
    path.write_text("\n".join([*lines, "images: *i", ""]))
    with pytest.raises(InvalidProfile) as caught:
        validation.load(str(path))
    told = [
        problem.message for problem in caught.value.problems if "is an alias" in problem.message
    ]
    assert len(told) == 9
