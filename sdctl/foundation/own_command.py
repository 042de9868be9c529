"""A command of sdctl, as a person types it: it names its stack where that is not the usual one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

USUAL = "sdctl"
"""The stack of a command line that names none."""
_SHOWN = re.compile(r"`sdctl (?!--stack )")
_MAKES = ("up", "doctor")
"""Commands whose words say what a stack shall be."""
_stack = USUAL
_words: Sequence[str] = ()
_options: dict[str, str] = {}


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
    return f"sdctl {words}" if of == USUAL else f"sdctl --stack {of} {words}"


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
    words = line.removeprefix(f"{USUAL} ")
    return line if words == line or words.startswith("--stack ") else typed(words)


def named(text: str) -> str:
    """A text whose commands, each between backticks, are of this process's stack."""
    return _SHOWN.sub(lambda _: f"`{typed('')}", text)
