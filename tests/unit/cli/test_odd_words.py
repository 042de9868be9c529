"""Every command with odd values for each of its options and arguments: one sentence that says what
is wrong, the right exit code, and never a traceback. The table makes itself: a new command or
option is in it. Nothing is asked of Docker, as there is none."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sdctl.cli.main
from sdctl import __main__
from sdctl.cli import exits
from tests.unit.cli.ends import NO_DOCKER

ODD = ("", "-1", "1e999", "nan", "٣", "1_000", "x" * 5_000, "a\nb", "\\x00", "../..", "nowhere")
NO_NUMBERS = ("1e999", "nan", "٣", "1_000")
FREE_TEXT = {"body", "command"}
"""Parameters that take any text, also none."""
NEEDED = {"counts": "app=2", "method": "GET", "path": "/", "letter_id": "1"}
"""What an argument is where another one is looked at; else ``app``."""
LONGEST_WORD = 400


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, inner in getattr(command, "commands", {}).items():
        yield from leaves(inner, (*path, name))
    if not hasattr(command, "commands"):
        yield path, command


root = functools.cache(sdctl.cli.main.build)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No Docker, no stack, a folder of its own; and the commands are put together once."""
    monkeypatch.chdir(tmp_path)
    for name, value in NO_DOCKER.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sdctl.cli.main, "build", lambda *_: root())


def words(path: tuple[str, ...], command: Any, param: Any, value: str) -> list[str]:
    """A command line in which ``param`` is ``value``, and all else as it should be."""
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    if param.param_type_name == "option":
        needed = [NEEDED.get(one.name, "app") for one in arguments if one.required]
        return [*path, *needed, max(param.opts, key=len), value]
    before = arguments[: arguments.index(param)]
    return [*path, "--", *(NEEDED.get(one.name, "app") for one in before), value]


def ended(line: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = exits.of(lambda: __main__.run(line), as_json=False, color=False)
    return code, capsys.readouterr().err


def cases() -> Iterator[tuple[tuple[str, ...], Any, Any, str]]:
    """Each option is nothing once, and a number is all that is no number; of the other values it
    has every fifth, others than its neighbour. `bench` has the faults of `chaos` again."""
    for number, (path, command) in enumerate(leaves(root())):
        if path[0] == "bench" and path != ("bench", "failover"):
            continue
        for place, param in enumerate(command.params):
            if getattr(param, "is_flag", False):
                continue
            for index, value in enumerate(ODD):
                must = not value or (value in NO_NUMBERS and is_number(param))
                if must or (index + number + place) % 5 == 0:
                    yield path, command, param, value


def is_number(param: Any) -> bool:
    return param.metavar in ("NUMBER", "PERCENT")


def test_no_odd_value_may_pass_for_another_or_be_taken_for_a_bug(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = []
    for path, command, param, value in cases():
        if path[0] == "render" and param.name == "out" and value:
            continue  # a folder may be called anything
        line = words(path, command, param, value)
        code, said = ended(line, capsys)
        told = (" ".join(line)[:60], code, said[:200])
        if code not in (0, 2, 3, 7) or "is a bug" in said or "Traceback" in said:
            wrong.append(told)
        if max(map(len, said.split()), default=0) > LONGEST_WORD:
            wrong.append(told)
        if code in (0, 3) and not value and param.name not in FREE_TEXT:
            wrong.append(told)
        if value in NO_NUMBERS and is_number(param) and code != 2:
            wrong.append(told)
    assert wrong == []
