"""Every command that a page or a help text shows is one that there is, with options that it has."""

from __future__ import annotations

import inspect
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from sdctl.__main__ import globals_first
from sdctl.chaos.gameday import day_file
from sdctl.cli.main import build
from sdctl.components.component import all_components
from sdctl.design import validation
from sdctl.faults.fault import all_faults, fields_of
from sdctl.faults.from_texts import made, name_of
from sdctl.foundation.errors import SdctlError
from sdctl.guide import explaining

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("[bt]*/**/README.md")])
FENCED = re.compile(r"^```.*?\n(.*?)^```", re.M | re.S)
INLINE = re.compile(r"`(sdctl [^`]+)`")
CONTINUED = re.compile(r"\\\n\s*")
FOR_THE_SHELL = ("|", ">", ";", "&&")
PLACEHOLDER = re.compile(r"\b[A-Z]{2,}\b|…|<\w+>")
UNFINISHED = re.compile(r"^Usage: |^Missing argument|requires an argument\.$")
LEFT_OUT = {"pings", "echo", "--install-completion", "--show-completion"}
"""Words that docs/extending.md adds, and options that do something as they are read."""
COMMANDS = build()


def in_fences(text: str) -> Iterator[str]:
    """The lines that call sdctl."""
    for block in FENCED.findall(text):
        for line in CONTINUED.sub(" ", block).splitlines():
            yield from re.findall(r"(?:^|\$\(|&& |; )\s*(sdctl [^)]*)", line)


def in_sentences(text: str) -> list[str]:
    """What stands between backticks; such a command may be named without all of its words."""
    return INLINE.findall(FENCED.sub("", text).replace("\n", " "))


def mistakes(text: str) -> dict[str, str]:
    """The wrong commands of a page, each with what sdctl would say of it."""
    typed = {line: mistake(line) for line in in_fences(text)}
    named = {line: mistake(line) for line in in_sentences(text)}
    named = {line: said for line, said in named.items() if not UNFINISHED.search(said)}
    return {line: said for line, said in {**named, **typed}.items() if said}


def words(line: str) -> list[str]:
    """What the shell hands to sdctl of this line."""
    found: list[str] = []
    for word in shlex.split(line, comments=True)[1:]:
        if word.startswith(FOR_THE_SHELL):
            break
        if word != "…":
            found.append(word.removesuffix(";"))
        if word.endswith(";"):
            break
    return found


def helps(command: Any) -> Iterator[str]:
    """The help texts of all commands."""
    yield command.help or ""
    for inner in getattr(command, "commands", {}).values():
        yield from helps(inner)


def mistake(line: str) -> str:
    """What sdctl would say of this line before it looks at any stack; empty: nothing."""
    try:
        given = globals_first(words(line))
        if LEFT_OUT & set(given):
            return ""
        with COMMANDS.make_context("sdctl", given) as context:
            of = leaf(context)
        looked_up(of.info_name, of.params)
    except typer.Exit:  # such as --help
        return ""
    except typer.TyperException as error:
        return error.format_message()
    except (SdctlError, ValueError) as error:
        return str(error)
    return ""


def leaf(context: Any) -> Any:
    """The context of the command itself, below its groups. Raises as typer does."""
    given = [*context._protected_args, *context.args]
    if not isinstance(context.command, TyperGroup) or not given or PLACEHOLDER.search(given[0]):
        return context
    name, command, rest = context.command.resolve_command(context, given)
    return leaf(command.make_context(name, list(rest), parent=context))


def looked_up(command: str, params: dict[str, Any]) -> None:
    """What typer takes as any text: a fault's options, settings, words, game days. Raises
    ``SdctlError`` or ``ValueError``."""
    texts = {name: value for name, value in params.items() if not PLACEHOLDER.search(str(value))}
    if kind := all_faults().get(command):
        fields = {field.name: name_of(field) for field in fields_of(kind)}
        given = {fields[name]: text for name, text in texts.items() if name in fields}
        fault, wrong = made(kind, given)
        if wrong:
            raise ValueError(wrong)
        fault.check(all_components())
    if command in ("up", "doctor", "render") and not str(texts.get("profile")).endswith(".yaml"):
        validation.load(texts.get("profile") or "ha", texts.get("set_") or [])
    if command == "explain" and texts.get("word"):
        explaining.find(" ".join(texts["word"]))
    day = texts.get("day", "mine.yaml")
    assert day.endswith(".yaml") or day in day_file.names(), f"no game day {day!r}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_on_a_page_must_be_one_that_there_is(page: Path) -> None:
    assert mistakes(page.read_text()) == {}


def test_every_command_in_a_help_text_must_be_one_that_there_is() -> None:
    lines = [
        line
        for text in helps(COMMANDS)
        for line in re.findall(
            r"^ *(sdctl (?:\S| (?! ))+)", CONTINUED.sub(" ", inspect.cleandoc(text)), re.M
        )
    ]
    assert len(lines) > 50
    assert {line: said for line in lines if (said := mistake(line))} == {}


def test_every_example_in_a_help_text_must_fit_a_terminal_of_80_columns() -> None:
    """It broke inside a word. A long one goes on in a line of its own, after a backslash."""
    lines = [
        line
        for text in helps(COMMANDS)
        for line in text.replace("\b", "").splitlines()
        if re.match(r" *(sdctl |  --)", line)
    ]
    assert len(lines) > 50
    assert [line for line in lines if len(line) > 78] == []


@pytest.mark.parametrize(
    "line",
    [
        "sdctl upp",
        "sdctl status --wach",
        "sdctl chaos slow gateway --latency 200",
        "sdctl chaos kill nowhere:leader --for 1s",
        "sdctl up lite --set cache.eviktion=lru",
        "sdctl explain nonsense",
    ],
)
def test_a_command_that_sdctl_would_refuse_must_be_found(line: str) -> None:
    assert mistake(line)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_target_of_make_on_a_page_must_be_in_the_makefile(page: Path) -> None:
    there = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M))
    text = page.read_text()
    typed = re.findall(r"^make ([\w-]+)", "\n".join(FENCED.findall(text)), re.M)
    named = re.findall(r"`make ([\w-]+)", FENCED.sub("", text))
    assert {*typed, *named} - there == set()
