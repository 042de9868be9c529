"""What the machine refuses, in the user's words: Docker, files, folders, disks."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from pathlib import Path

import pytest

from sdctl.__main__ import run
from sdctl.cli import exits
from sdctl.foundation.errors import NoSuchTarget, TargetRefused, TargetUnavailable, UsageError
from sdctl.targets.compose import refusals
from sdctl.targets.compose.target import ComposeTarget
from tests.unit.cli import ends
from tests.unit.cli.fake_docker import fake_docker

NOWHERE = "unix:///nonexistent/docker.sock"
WELL = {"/version": (200, {"Version": "26.1", "ApiVersion": "1.45"})}


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (NOWHERE, "Docker does not run: there is no /nonexistent/docker.sock (DOCKER_HOST is unix"),
        (
            "tcp://127.0.0.1:1",
            "Docker does not run: nobody answers (DOCKER_HOST is tcp://127.0.0.1",
        ),
        ("tcp://192.0.2.1:2375", "DOCKER_HOST is tcp://192.0.2.1:2375, which is another machine"),
        ("ssh://me@build", "DOCKER_HOST is ssh://me@build, which is another machine"),
        ("nonsense", "DOCKER_HOST is nonsense, which is no address of Docker"),
        ("foo://bar", "DOCKER_HOST is foo://bar, which is no address of Docker"),
        ("http://[::1", "DOCKER_HOST is http://[::1, which is no address of Docker"),
    ],
)
def test_a_wrong_docker_host_must_be_named(
    host: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(TargetUnavailable) as caught:
        ComposeTarget("sdctl").nodes()
    assert caught.value.message.startswith(said)
    assert "unset DOCKER_HOST" in caught.value.hint


def test_a_context_that_is_elsewhere_must_be_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text('{"currentContext": "build"}')
    with pytest.raises(TargetUnavailable, match="no Docker context 'build'"):
        ComposeTarget("sdctl").nodes()
    key = hashlib.sha256(b"build").hexdigest()
    meta = tmp_path / "contexts/meta" / key / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Endpoints": {"docker": {"Host": "ssh://me@build"}}}))
    with pytest.raises(TargetUnavailable, match="'build' is ssh://me@build, which is another"):
        ComposeTarget("sdctl").nodes()


def test_who_is_not_in_the_group_must_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    outer = RuntimeError("Error while fetching server API version")
    outer.__cause__ = PermissionError(errno.EACCES, "Permission denied")
    told = refusals.why(outer)
    assert "no permission for /var/run/docker.sock" in told.message
    assert "usermod -aG docker" in told.hint


def test_a_docker_that_is_too_old_must_say_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    old = {"/version": (200, {"Version": "19.03", "ApiVersion": "1.40"})}
    with fake_docker(tmp_path, old) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        with pytest.raises(TargetUnavailable, match=r"too old") as caught:
            ComposeTarget("sdctl").nodes()
    assert caught.value.id == "docker-too-old"


def test_what_docker_refuses_must_be_its_own_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    answers = WELL | {"/containers/json": (500, {"message": "[bold]disk[/] is full"})}
    with fake_docker(tmp_path, answers) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        with pytest.raises(TargetRefused, match="is full"):
            ComposeTarget("sdctl").nodes()
        done = ends.run("status", DOCKER_HOST=host)
        assert done.returncode == 5
        assert "[bold]disk[/] is full" in done.stderr


@pytest.mark.parametrize(
    ("answer", "said"), [({"message": "shutting down"}, "503, shutting down"), ([], "503")]
)
def test_a_docker_that_refuses_to_say_who_it_is_must_not_be_called_silent(
    answer: object, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with fake_docker(tmp_path, {"/version": (503, answer)}) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        with pytest.raises(TargetUnavailable) as caught:
            ComposeTarget("sdctl").nodes()
    assert caught.value.message == f"Docker answers with an error (DOCKER_HOST is {host}): {said}"


@pytest.mark.parametrize(
    ("script", "said", "id_"),
    [
        ("exit 1", "Compose plugin is not there", "compose-missing"),
        ("echo \"docker: 'compose' is not a docker command.\" >&2; exit 1", "plugin is not there",
         "compose-missing"),
        ("echo 1.29.2", "too old: 1.29.2", "compose-too-old"),
        ("echo v2.19.1", "too old: v2.19.1", "compose-too-old"),
        ("echo hello", "plugin is not there", "compose-missing"),
        ("exec sleep 60", "did not answer in 0.2 s", "compose-silent"),
    ],
)  # fmt: skip
def test_compose_must_be_there_and_new_enough(
    script: str, said: str, id_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "_COMPOSE_S", 0.2 if "sleep" in script else 10)
    command = tmp_path / "docker"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    with pytest.raises(TargetUnavailable, match=said) as caught:
        refusals.check_compose([str(command)])
    assert caught.value.id == id_
    monkeypatch.setattr(refusals, "_COMPOSE_S", 10)
    command.write_text("#!/bin/sh\necho 2.26.1-4\n")
    refusals.check_compose([str(command)])
    with pytest.raises(TargetUnavailable, match="not in PATH") as caught:
        refusals.check_compose([str(tmp_path / "nothing")])
    assert caught.value.id == "docker-command-missing"


@pytest.mark.parametrize(
    "words",
    [
        "up nosuch", "up lite --timeout x", "up lite --set a=b", "render nosuch",
        "chaos kill-leader nosuch", "chaos kill-leader gateway", "chaos kill-leader --rps -1",
        "chaos kill-leader --rps nan", "chaos pause --for 0s", "chaos pause --for 20m",
        "chaos fail-messages --rate 200%", "chaos fail-messages --for 2h", "chaos heal f-9",
        "load --seed 1_000", "load --seed ٣", "load --seed -1", "chaos run retries --seed 0x10",
        "compare a b --seed 1e3",
        "load --rps -1", "load --rps inf", "load --workload nosuch", "load --duration x",
        "load --assert foo", "load --ramp x", "load --processes 0", "load --out /dev/null/x",
        "scale app=x", "scale app", "scale app=-1", "scale =1", "scale app=1 app=2", "scale app=²",
        "bench failover nosuch", "bench failover --trials 0", "bench failover --out /dev/null/x",
        "logs --since x", "dlq replay", "verdict nosuch", "report nosuch", "selftest nosuch",
    ],
)  # fmt: skip
def test_usage_must_be_checked_before_docker_is_asked(
    words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", NOWHERE)
    with pytest.raises((UsageError, NoSuchTarget)):
        run(words.split())


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "this user may not use it"),
        (errno.EROFS, "the file system can only be read"),
        (errno.ENOTDIR, "a file is where a folder should be"),
        (errno.EISDIR, "it is a folder, not a file"),
        (errno.EIO, "the disk does not answer rightly"),
        (errno.EBUSY, "device or resource busy"),
    ],
)
def test_a_refused_file_must_be_one_sentence_with_its_path(number: int, said: str) -> None:
    told = exits.refused(OSError(number, os.strerror(number), "/a/b"))
    assert told.message == f"/a/b cannot be used: {said}"
    assert told.code == 2
    assert told.hint


@pytest.mark.parametrize("home", ["/dev/null", "/dev/null/deeper", "/proc/nothing"])
def test_a_state_folder_that_cannot_be_must_be_said(home: str) -> None:
    with ends.hello() as server:
        words = ("load", "--url", server.url, "--duration", "1s")
        done = ends.run(*words, SDCTL_HOME=home)
        assert done.returncode == 2, done.stderr
        assert home in done.stderr
        assert "SDCTL_HOME=FOLDER" in done.stderr
        assert ends.error_of(ends.run("--json", *words, SDCTL_HOME=home))["code"] == 2


def test_an_error_must_be_shown_as_it_was_said_not_as_markup() -> None:
    done = ends.run("--stack", "[bold]x[/bold]", "profiles")
    assert "'[bold]x[/bold]' cannot name a stack" in done.stderr
    done = ends.run("profiles", "b[red]x:smile:\x1b[2J")
    assert "b[red]x:smile:" in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    "env",
    [{"COLUMNS": "0"}, {"COLUMNS": "20"}, {"COLUMNS": "x"}, {"COLUMNS": "-3"}, {"TERM": "dumb"},
     {"NO_COLOR": "1"}, {"PYTHONIOENCODING": "ascii"}, {"LANG": "C", "LC_ALL": "C"}],
)  # fmt: skip
def test_an_odd_terminal_must_harm_nothing(env: dict[str, str]) -> None:
    for words in (["--help"], ["profiles"], ["load", "--help"], ["report", "nope"]):
        done = ends.run(*words, **env)
        assert done.returncode in (0, 7), done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        assert (done.stdout or done.stderr).strip()


def test_colours_must_be_as_asked_for() -> None:
    def coloured(*words: str, **env: str) -> bool:
        return "\x1b[" in ends.run("report", "nope", *words, **env).stderr

    assert coloured(FORCE_COLOR="1")
    assert not coloured()
    assert not coloured(FORCE_COLOR="1", NO_COLOR="1")
    assert coloured(FORCE_COLOR="1", NO_COLOR="")
    assert not coloured("--no-color", FORCE_COLOR="1")


def test_a_bug_must_be_one_sentence_and_a_file(
    capsys: pytest.CaptureFixture[str], own_state: Path
) -> None:
    def wrong() -> int:
        raise KeyError("x")

    assert exits.of(wrong, as_json=True) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["message"] == "this is a bug in sdctl: KeyError: 'x'"
    [written] = (own_state / "bugs").iterdir()
    assert str(written) in error["hint"]
    assert "Traceback" in written.read_text()


def test_a_load_process_that_broke_must_be_one_sentence_too() -> None:
    broke = RuntimeError("Traceback (most recent call last):\n  File x\nValueError: no item\n")
    assert exits.bug(broke).message == "this is a bug in sdctl: RuntimeError: ValueError: no item"


def test_a_file_that_is_no_run_must_be_told_what_can_be_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDCTL_HOME", str(tmp_path))
    table = tmp_path / "t.csv"
    table.write_text("a,b")
    with pytest.raises(NoSuchTarget, match="is no run, and no file of a bench") as caught:
        run(["report", str(table)])
    assert "a fault's id (f-3)" in caught.value.hint
    assert "ends in .json" in caught.value.hint
    with pytest.raises(NoSuchTarget, match="there is no run 'zz'") as caught:
        run(["verdict", "zz"])
    assert "a fault's id (f-3)" in caught.value.hint


@pytest.mark.parametrize("text", ["[]", '{"proxies": null}', '{"proxies": [1]}'])
def test_settings_that_docker_did_not_write_must_be_named(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text(text)
    with fake_docker(tmp_path, WELL) as host:
        monkeypatch.setenv("DOCKER_HOST", host)
        with pytest.raises(TargetUnavailable, match=r"config\.json does not hold what Docker"):
            ComposeTarget("sdctl").nodes()


def test_tls_without_certificates_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    with pytest.raises(TargetUnavailable, match="DOCKER_TLS_VERIFY asks for TLS") as caught:
        ComposeTarget("sdctl").nodes()
    assert "unset DOCKER_TLS_VERIFY" in caught.value.hint


def test_a_current_folder_that_is_gone_must_be_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(FileNotFoundError) as error:
        run(["render", "lite", "-o", "b"])
    told = exits.refused(error.value)
    assert told.code == 2
    assert told.message == "the folder in which sdctl was started is not there any more"


def test_a_machine_without_memory_must_be_no_bug_of_ours(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def more() -> int:
        return len(bytearray(2**62))

    assert exits.of(more, as_json=True) == 2
    assert "no more memory" in json.loads(capsys.readouterr().out)["error"]["message"]
