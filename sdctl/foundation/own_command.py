"""A command of sdctl, as a person types it: it names its stack where that is not the usual one."""

from __future__ import annotations

import re

USUAL = "sdctl"
"""The stack of a command line that names none."""
_SHOWN = re.compile(r"`sdctl (?!--stack )")
_stack = USUAL


def begin(stack: str = USUAL) -> None:
    """A command of this stack begins: what is said from now on is about it."""
    global _stack
    _stack = stack


def typed(words: str, stack: str | None = None) -> str:
    """``sdctl report f-3``, with the name of the stack: that of this process, if none is given."""
    of = _stack if stack is None else stack
    return f"sdctl {words}" if of == USUAL else f"sdctl --stack {of} {words}"


def example(line: str) -> str:
    """A whole line for a shell, as a help page has it, of this process's stack. One that is about
    no stack or names its own stays."""
    words = line.removeprefix(f"{USUAL} ")
    return line if words == line or words.startswith("--stack ") else typed(words)


def named(text: str) -> str:
    """A text whose commands, each between backticks, are of this process's stack."""
    return _SHOWN.sub(lambda _: f"`{typed('')}", text)
