"""A command of sdctl, as a person types it: it begins with what starts this very program, and names
its stack where that is not the usual one."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

USUAL = "sdctl"
"""The stack of a command line that names none."""
_NAME = "sdctl"
"""What the program is called where a shell finds it."""
_SHOWN = re.compile(rf"`{_NAME} (--stack )?")
_MAKES = ("up", "doctor")
"""Commands whose words say what a stack shall be."""
_stack = USUAL
_words: Sequence[str] = ()
_options: dict[str, str] = {}
_path = _NAME
"""By which this program was started."""


def started(path: str) -> None:
    """This process was started by that path: it begins what is typed next, where a shell does not
    find this program by its name alone."""
    global _path
    _path = path


def program() -> str:
    """What a command line begins with: ``sdctl``, or ``.venv/bin/sdctl``."""
    return _first_word(_path)


@cache
def _first_word(path: str) -> str:
    own, found = Path(path), shutil.which(_NAME)
    if own.name != _NAME or not own.exists():
        return _NAME  # such as `python -m sdctl`, which is a file of the package
    return _NAME if found is not None and own.samefile(found) else shlex.quote(path)


def begin(stack: str = USUAL, words: Sequence[str] = ()) -> None:
    """A command of this stack begins: what is said from now on is about it. ``words``: the command
    and all that follows it, as the user typed it."""
    global _stack, _words
    _stack, _words = stack, words
    _options.clear()


def has(option: str) -> bool:
    """Whether the user typed this name of an option: ``--for 5s`` or ``--for=5s``."""
    return any(word == option or word.startswith(f"{option}=") for word in _words)


def called(option: str) -> str:
    """An option by the name that the user typed, where it has several: ``--for``."""
    return _options.get(option, option)


def name_option(option: str, typed: str) -> None:
    """An option of this command was given by this one of its names."""
    _options[option] = typed


def typed(words: str, stack: str | None = None) -> str:
    """``sdctl report f-3``, with the name of the stack: that of this process, if none is given."""
    of = _stack if stack is None else stack
    return f"{program()} {words}" if of == USUAL else f"{program()} --stack {of} {words}"


def up_with(setting: str, stack: str | None = None) -> str:
    """The `up` that the user typed, or looked at by `doctor`, with one setting more, such as
    ``gateway.port=8081``: it takes the place of another value of the same. A profile that was not
    named is not named here: one that is named brings its own settings, and others would go."""
    said = list(_words[1:]) if _words and _words[0] in _MAKES else []
    key = f"{setting.partition('=')[0]}="
    kept: list[str] = []
    for word in said:
        if kept[-1:] == ["--set"] and word.startswith(key):
            kept.pop()
        elif not word.startswith(f"--set={key}"):
            kept.append(word)
    return typed(shlex.join(["up", *kept, "--set", setting]), stack)


def example(line: str) -> str:
    """A whole line for a shell, as a help page has it, of this process's stack. One that is about
    no stack or names its own stays."""
    words = line.removeprefix(f"{_NAME} ")
    if words == line:
        return line
    return f"{program()} {words}" if words.startswith("--stack ") else typed(words)


def named(text: str) -> str:
    """A text whose commands, each between backticks, are of this process's stack."""
    return _SHOWN.sub(
        lambda found: f"`{program()} {found[1]}" if found[1] else f"`{typed('')}", text
    )
