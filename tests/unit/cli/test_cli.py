from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sdctl.__main__ import after_globals, globals_first, named_command, named_stack, run
from sdctl.cli import exits
from sdctl.cli.context import Context
from sdctl.foundation import own_command
from sdctl.foundation.errors import Interrupted, InvalidProfile, NoSuchTarget, UsageError
from sdctl.guide import explaining
from sdctl.judge.verdict import Verdict
from tests.unit.cli import ends


def test_global_options_may_stand_anywhere_before_the_dashes() -> None:
    given = ["status", "--json", "--stack", "b", "--watch"]
    assert globals_first(given) == ["--json", "--stack", "b", "status", "--watch"]
    given = ["shell", "queue", "--stack=b", "--", "list_queues", "--json"]
    assert globals_first(given) == ["--stack=b", "shell", "queue", "--", "list_queues", "--json"]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("status --watch", "status"),
        ("--json --stack up -v status", "status"),
        ("--stack=up status up", "status"),
        ("--no-such status", None),
        ("--version", None),
        ("--stack", None),
        ("", None),
    ],
)
def test_the_command_must_be_the_first_word_after_the_global_options(
    given: str, named: str | None
) -> None:
    assert named_command(given.split()) == named


@pytest.mark.parametrize("words", ["", "leader --offset 1h", "app-1 --offset -1h --for 9s", "-h"])
def test_a_fault_that_no_image_lets_be_done_must_say_why(words: str) -> None:
    with pytest.raises(UsageError, match=r"all nodes of a machine have one time of day") as caught:
        run(["chaos", "clock", *words.split()])
    assert caught.value.code == 2
    assert "explain clock" in caught.value.hint


def test_a_fault_that_is_always_refused_must_not_be_in_the_list(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(["chaos", "--help"])
    shown = capsys.readouterr().out
    assert "kill-leader" in shown
    assert "clock" not in shown


def test_an_unknown_command_must_be_a_usage_error() -> None:
    with pytest.raises(UsageError, match="there is no command"):
        run(["frobnicate"])


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("frobnicate", "There is: doctor, tour, up, "),
        ("chaos pauze", "Did you mean pause? There is: list, "),
        ("bench nosuch", "There is: failover, "),
        ("up light", "Did you mean lite? There is: ha, "),
        ("explain databse", "Did you mean database? `sdctl explain` lists"),
        ("chaos pause app --fr 3s", "Did you mean --for? `sdctl chaos pause --help` lists"),
        ("status --jsn", "Did you mean --json? `sdctl status --help` lists"),
        ("logs --lvel 3s", "Did you mean --level? `sdctl logs --help` lists"),
        ("logs --nonsense", "`sdctl logs --help` lists"),
    ],
)
def test_a_usage_error_must_name_the_list_that_fits(given: str, hint: str) -> None:
    with pytest.raises((UsageError, NoSuchTarget)) as caught:
        run(given.split())
    assert caught.value.hint.startswith(hint)
    assert "did you mean" not in caught.value.message.casefold()


@pytest.mark.parametrize("option", ["--for", "--duration"])
def test_an_option_with_two_names_must_be_called_by_the_one_that_was_typed(option: str) -> None:
    for typed in ([option, "5x"], [f"{option}=5x"]):
        with pytest.raises(UsageError, match=f"^{option}: not a duration"):
            run(["load", *typed])


def test_an_invalid_profile_must_create_nothing_and_need_no_docker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    with pytest.raises(InvalidProfile):
        run(["render", "standard", "--set", "app.replicas=many"])
    with pytest.raises(NoSuchTarget):
        run(["up", "huge"])


def test_an_error_must_go_to_stdout_as_json_when_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exits.of(lambda: run(["--json", "render", "huge"]), as_json=True) == 7
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == 7
    assert "standard" in error["hint"]


def test_what_is_left_out_must_be_said_to_people_not_to_every_shell_that_starts(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {"gateway_url": "http://a", "api_key": "k", "connections": {}, "dashboards": {}}
    told["outside_urls"] = ["http://b", "http://c:1"]
    addresses = {**told, "left_out": {"grafana": "no registry offers its image"}}
    running = SimpleNamespace(addresses=lambda: addresses)
    monkeypatch.setattr(Context, "running", property(lambda self: running))
    run(["env"])
    told_people = " ".join(capsys.readouterr().err.split())
    assert "grafana is left out" in told_people
    assert "shell TIER` opens its own client" in told_people
    run(["env", "--export"])
    exported = capsys.readouterr()
    assert exported.err == ""
    assert exported.out.splitlines()[:2] == [
        "export SDCTL_GATEWAY_URL='http://a'",
        "export SDCTL_OUTSIDE_URLS='http://b http://c:1'",
    ]


def test_docker_that_is_down_must_say_how_to_start_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sdctl", "status"],
        env={**os.environ, "DOCKER_HOST": "unix:///nonexistent/docker.sock"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "systemctl start docker" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_to_type_must_begin_with_what_starts_this_program(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (other := tmp_path / "other").mkdir()
    own = tmp_path / ".venv" / "bin" / "sdctl"
    for script in (own, other / "sdctl"):
        script.write_text(f"#!{sys.executable}\nfrom sdctl.__main__ import main\nmain()\n")
        script.chmod(0o755)

    def hint(path: str, program: str, *words: str) -> str:
        done = subprocess.run(
            [program, *words, "chaos", "heal"], cwd=tmp_path, env={**os.environ, "PATH": path},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2, done.stderr
        return " ".join(done.stderr.split()).partition("→ Name one ")[2]

    typed = ".venv/bin/sdctl"
    assert hint("/usr/bin:/bin", typed).startswith("(`.venv/bin/sdctl chaos list`)")
    assert hint(f"/usr/bin:{other}", typed).startswith("(`.venv/bin/sdctl chaos list`)")
    assert hint(f"{own.parent}:/usr/bin", str(own)).startswith("(`sdctl chaos list`)")
    named = hint("/usr/bin:/bin", typed, "--stack", "b")
    assert named.startswith("(`.venv/bin/sdctl --stack b chaos list`)")


def test_a_hint_must_name_the_stack_that_the_command_named() -> None:
    assert named_stack(["status"]) == named_stack(["shell", "--", "--stack", "b"]) == []
    assert named_stack(["--stack", "a", "--stack=b", "status"])[-1:] == ["b"]
    hint = "Start one: `sdctl up`. Another: `sdctl --stack c up`."
    assert own_command.named(hint) == hint
    own_command.begin("b")
    try:
        assert own_command.named(hint) == (
            "Start one: `sdctl --stack b up`. Another: `sdctl --stack c up`."
        )
        assert own_command.typed("report f-3") == "sdctl --stack b report f-3"
        assert own_command.typed("report f-3", "sdctl") == "sdctl report f-3"
        assert own_command.example("sdctl chaos list") == "sdctl --stack b chaos list"
        assert own_command.example("sdctl --stack c up") == "sdctl --stack c up"
        assert own_command.example("") == ""
        told = Verdict(run="r1", next_step="Try `sdctl chaos list`.").to_json()
        assert (
            told["next_step"]
            == "`sdctl --stack b verdict r1` reads the stores again. If that does "
            "not help, `sdctl --stack b status` shows what is not well."
        )
        [meaning] = explaining.find("kill-leader")
        assert str(meaning.to_json()["example"]).startswith("sdctl --stack b chaos kill-leader")
    finally:
        own_command.begin()


@pytest.mark.parametrize(
    ("typed", "then"),
    [
        ("up", "sdctl up --set gateway.port=8082"),
        ("up --set gateway.port=8081", "sdctl up --set gateway.port=8082"),
        ("--json up lite --set=gateway.port=1 --set app.replicas=4 --timeout 9m",
         "sdctl up lite --set app.replicas=4 --timeout 9m --set gateway.port=8082"),
        ("--stack up doctor 'my own.yaml'", "sdctl up 'my own.yaml' --set gateway.port=8082"),
        ("scale app=3", "sdctl up --set gateway.port=8082"),
    ],
)  # fmt: skip
def test_an_up_that_mends_a_setting_must_say_again_all_that_the_user_said(
    typed: str, then: str
) -> None:
    own_command.begin(words=after_globals(shlex.split(typed)))
    try:
        assert own_command.up_with("gateway.port=8082") == then
    finally:
        own_command.begin()


def test_a_warning_and_an_error_must_name_the_stack_too() -> None:
    done = ends.run("--stack", "b", "chaos", "heal", "f-9", **ends.NO_DOCKER)
    assert "`sdctl " not in done.stderr.replace("`sdctl --stack b ", "")


def test_an_interruption_must_not_be_called_an_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def autoscaled() -> int:
        raise Interrupted("after 8s: 1 decision, 0 changes, app 2", hint="app stays as it is.")

    assert exits.of(autoscaled, as_json=False, color=False) == 130
    assert capsys.readouterr().err.startswith("ended: after 8s: 1 decision, 0 changes, app 2\n")

    def at_once() -> int:  # before its first decision, say
        raise KeyboardInterrupt

    assert exits.of(at_once, as_json=False, color=False) == 130
    assert capsys.readouterr().err.startswith("ended: interrupted\n")
