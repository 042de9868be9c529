"""What a reader of a verdict does next: something that they have not just done."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import Field
from typing import TYPE_CHECKING, Any

from sdctl.components.under_fault import Alone
from sdctl.faults.fault import Fault, fields_of
from sdctl.faults.from_texts import made, name_of

if TYPE_CHECKING:
    from sdctl.judge.audit import Audit

OTHERS = "Try another one: `sdctl chaos list` shows all faults."
_LESSON = "Try "
"""How each begins."""
_REPLAY = " dlq replay"
_COMMAND = re.compile(r"`(sdctl [^`]+)`")


def _itself(text: str) -> str:
    return text


def after(fault: Fault, alone: Alone | None = None, meant: Callable[[str], str] = _itself) -> str:
    """Pure: the next lesson after ``fault``. ``alone``: nobody could take over, and what that means
    in its tier. ``meant``: the nodes that a text such as ``database:follower`` meant when the fault
    began; what hit the same ones is nothing new."""
    if alone is not None:
        return f"Try `sdctl up --set {alone.cure}`, then the same fault: somebody can take over."
    told = _COMMAND.sub(lambda found: f"`{_aimed(fault, found[1])}`", fault.advice)
    commands = _COMMAND.findall(told)
    return OTHERS if not commands or _is(fault, commands[0], meant) else told


def with_letters(next_step: str, audit: Audit | None) -> str:
    """Pure: a next step, of a run of which the stores hold this (None: not known). Where no order
    is a dead letter, there is nothing to replay."""
    none = audit is not None and not audit.dead
    return OTHERS if none and _REPLAY in next_step else next_step


def again(told: str, audit: Audit | None) -> str:
    """Pure: the next lesson of a run that is judged once more, of which an earlier verdict ``told``
    this. What that advised may have been about itself, such as to judge once more; it was no
    lesson then."""
    lesson = told if told.startswith(_LESSON) or not told else OTHERS
    return with_letters(lesson, audit)


def _aimed(fault: Fault, command: str) -> str:
    """A command that says more of the same fault and names nobody: with whom this one named."""
    start = f"sdctl chaos {fault.kind}"
    rest = command.removeprefix(start)
    if rest == command or rest[:3] != " --" or not fault.asked:
        return command
    return f"{start} {shlex.join(fault.asked.split())}{rest}"


def _is(fault: Fault, command: str, meant: Callable[[str], str]) -> bool:
    """Whether a command does what this fault did: to the same nodes, as far as it says how."""
    _, group, kind, *words = [*shlex.split(command), "", ""]
    if (group, kind) != ("chaos", fault.kind):
        return False
    texts = texts_of(type(fault), list(filter(None, words)))
    step, _ = made(type(fault), texts)
    names = {name_of(field) for field in _arguments(type(fault))} | texts.keys()
    fields = [field.name for field in fields_of(type(fault)) if name_of(field) in names]
    pairs = [(getattr(step, name), getattr(fault, name)) for name in fields]
    return all(typed == other or _same(meant, typed, other) for typed, other in pairs)


def _same(meant: Callable[[str], str], typed: object, other: object) -> bool:
    """Whether both are texts that mean the same nodes."""
    return isinstance(typed, str) and isinstance(other, str) and meant(typed) == meant(other)


def texts_of(kind: type[Fault], words: Sequence[str]) -> dict[str, str]:
    """Pure: the options among the words of a command line behind a fault's kind, by name."""
    flags = {name_of(field) for field in fields_of(kind) if field.default is False}
    arguments = iter(_arguments(kind))
    texts: dict[str, str] = {}
    given = iter(words)
    for word in given:
        name = word.removeprefix("--")
        if name == word:
            texts[name_of(next(arguments))] = word
        else:
            texts[name] = "true" if name in flags else next(given)
    return texts


def _arguments(kind: type[Fault]) -> list[Field[Any]]:
    return [field for field in fields_of(kind) if field.metadata["argument"]]
