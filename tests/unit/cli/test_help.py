"""Help and completion: headings, an example for each command, values that the shell offers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import typer

from sdctl.__main__ import run
from sdctl.cli import completion
from sdctl.cli.command_list import grouped
from sdctl.cli.main import build
from sdctl.foundation.errors import UsageError


def metavars(*words: str) -> dict[str, str | None]:
    found = command()
    for word in words:
        found = found.commands[word]
    return {param.name: param.metavar for param in found.params}


@cache
def command() -> Any:
    return build()


def every(group: Any, path: str) -> Iterator[tuple[str, Any]]:
    for name, found in group.commands.items():
        yield f"{path} {name}", found
        if hasattr(found, "commands"):
            yield from every(found, f"{path} {name}")


def test_a_command_that_is_made_alone_must_say_the_same() -> None:
    for name, found in command().commands.items():
        [(_, alone)] = build(name).commands.items()
        said, whole = (one.get_help(typer.Context(one, info_name=name)) for one in (alone, found))
        assert said == whole
        assert "--help" in said


def test_every_command_must_show_an_example_of_itself() -> None:
    for path, found in every(command(), "sdctl"):
        lines = [line.strip() for line in (found.help or "").splitlines()]
        examples = [line for line in lines if line.startswith("sdctl ") or "$(sdctl " in line]
        name = path.removeprefix("sdctl ")
        assert any(name in line for line in examples), path


def test_the_first_help_must_fit_a_terminal_of_80_columns() -> None:
    found = command()
    lines = found.get_help(typer.Context(found, info_name="sdctl", terminal_width=80)).splitlines()
    assert [line for line in lines if len(line) > 80] == []


def test_a_value_must_be_called_what_it_is() -> None:
    assert metavars("chaos", "kill-leader")["for_"] == "TIME"
    assert metavars("chaos", "slow")["latency"] == "TIME"
    assert metavars("chaos", "cpu")["limit"] == "PERCENT"
    assert metavars("chaos", "pause")["seed"] == "NUMBER"


def shown(found: Any, path: str) -> str:
    return str(found.get_help(typer.Context(found, info_name=path, terminal_width=80)))


def test_no_value_must_have_a_name_that_says_nothing() -> None:
    silent = re.compile(r"^  -\S+(?:, -\S+)* (?:TEXT|VALUE|STRING)\b.*", re.M)
    pages = {path: shown(found, path) for path, found in every(command(), "sdctl")}
    pages["sdctl"] = shown(command(), "sdctl")
    assert {path: lines for path, page in pages.items() if (lines := silent.findall(page))} == {}
    assert silent.findall("  --up-select TEXT   One of them.")


def test_a_default_must_stand_in_one_kind_of_brackets() -> None:
    pages = {path: shown(found, path) for path, found in every(command(), "sdctl")}
    assert [path for path, page in pages.items() if "[default: (" in page] == []
    assert "[default: 5m]" in pages["sdctl autoscale"]


def test_the_commands_must_stand_under_headings_each_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    headings = [line.rstrip(":") for line in text.splitlines() if line.endswith(":")]
    assert headings == ["Options", "Start", "Look", "Load", "Break", "Judge", "More"]
    listed = [line.split()[0] for line in text.partition("\nStart:")[2].splitlines()
              if line.startswith("  ") and line.split()]  # fmt: skip
    assert sorted(listed) == sorted(command().commands)
    assert max(map(len, text.splitlines())) > 80, "it uses the width that there is"
    assert grouped(["up", "mine"]) == {"Start": ["up"], "More": ["mine"]}


@pytest.mark.parametrize("group", ["bench", "chaos", "dlq"])
def test_a_summary_must_go_on_below_and_never_be_cut(
    group: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run([group, "--help"]) == 0
    told = capsys.readouterr().out.partition("\nCommands:\n")[2]
    assert told
    assert "..." not in told
    assert max(map(len, told.splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "typo"),
    [
        (["--stack", "NO NAME", "load", "--rsp", "5"], "--rsp"),
        (["--stack", "NO NAME", "chaos", "heal", "--al"], "--al"),
        (["--stack", "NO NAME", "statsu"], "statsu"),
    ],
)
def test_a_typo_must_be_said_first_whatever_else_is_wrong(words: list[str], typo: str) -> None:
    with pytest.raises(UsageError, match=f"there is no (option|command).*{typo}"):
        run(words)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["up", ""], {"lite", "standard", "ha"}),  # nothing is typed yet
        (["load", "--workload", ""], {"orders", "mixed"}),
        (["chaos", ""], {"kill-leader", "heal"}),
        (["inspect", ""], {"database"}),
        (["chaos", "pause", ""], {"leader", "cache"}),
        (["up", "--set", "cache.eviction", "=", ""], {"allkeys-lru"}),
        (["chaos", "partition", ""], {"database:leader", "rest"}),
        (["tour", "c"], {"cache"}),
        (["load", "--assert", "p9"], {"p99<"}),
        (["up", "--set", "cache.evic"], {"cache.eviction="}),
        (["up", "--set", "cache.eviction", "=", "allkeys"], {"allkeys-lru", "allkeys-lfu"}),
        (["chaos", "pause", "cache", ":", "sync"], {"sync-follower"}),
        (["chaos", "pause", "minor"], {"minority"}),
        (["chaos", "kill-leader", "d"], {"database", "documents"}),
        (["explain", "writes st"], {"writes stopped for"}),
    ],
)
def test_the_shell_must_offer_what_can_stand_there(
    words: list[str],
    offered: set[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As bash asks, which cuts words at ``:`` and ``=``."""
    typed = ["sdctl", *(word.replace(" ", "\\ ") for word in words)]
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    monkeypatch.setenv("_SDCTL_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "\n".join(typed))
    monkeypatch.setenv("COMP_CWORD", str(len(typed) - 1))
    assert run([]) == 0
    found = set(capsys.readouterr().out.splitlines())
    assert offered <= found
    if ":" not in words and "=" not in words:
        assert all(value.startswith(words[-1]) for value in found)


def test_words_that_bash_cut_must_be_whole_again() -> None:
    cut = {"COMP_WORDS": "sdctl\nchaos\npause\ncache\n:\nfol\n--for", "COMP_CWORD": "5"}
    whole = {"COMP_WORDS": "sdctl\nchaos\npause\ncache:fol\n--for", "COMP_CWORD": "3"}
    assert completion.whole_words(cut) == whole
    assert completion.whole_words({}) == {}
