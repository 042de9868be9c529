"""Why Docker cannot be used, in the user's words: from what its library raised or its command said
to what is so and what to do."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sdctl.foundation.errors import TargetUnavailable
from sdctl.targets.compose import surroundings

if TYPE_CHECKING:
    import requests

OLDEST_API = (1, 41)
"""Docker 20.10."""
OLDEST_COMPOSE = (2, 20)
_NEEDS = "sdctl needs Docker 20.10 (API 1.41) or newer."
_START = "Start it: `sudo systemctl start docker`, Docker Desktop, or `make setup` in a checkout."
_START_IT = "sudo systemctl start docker || sudo service docker start"
_RESTART = "sudo systemctl restart docker || sudo service docker restart"
_INSTALL = "curl -fsSL https://get.docker.com | sudo sh"
_INSTALL_COMPOSE = (
    "sudo apt-get install -y docker-compose-plugin || sudo apt-get install -y docker-compose"
)
_USUAL = "/var/run/docker.sock"
_HERE = ("localhost", "127.0.0.1", "::1")
_COMPOSE_S = 10


def place(environment: Mapping[str, str] = os.environ) -> tuple[str, str, str]:
    """The address of the engine that is used, what chose it, and how to choose the usual one."""
    if host := environment.get("DOCKER_HOST"):
        return host, f"DOCKER_HOST is {host}", "Is it right? `unset DOCKER_HOST` chooses the usual."
    name = surroundings.context_name(environment)
    host = surroundings.endpoint(environment).host
    if host is None:
        return f"unix://{_USUAL}", "", _START
    other = "`docker context use default` chooses the usual one."
    return host, f"the Docker context {name!r} is {host}", f"Is it right? {other}"


def check_place() -> None:
    """Raises ``TargetUnavailable`` for an engine on another machine: its ports would be there."""
    host, chosen, choose = place()
    try:
        parts = urlsplit(host)
    except ValueError:
        raise _no_address(chosen, choose) from None
    elsewhere = parts.scheme == "ssh" or (
        parts.scheme in ("tcp", "http", "https") and parts.hostname not in (None, *_HERE)
    )
    if elsewhere:
        raise TargetUnavailable(
            f"{chosen}, which is another machine; sdctl works with Docker on this one",
            hint=choose.removeprefix("Is it right? "),
            id="docker-elsewhere",
            fix=_usual(),
        )


def _usual(environment: Mapping[str, str] = os.environ) -> str:
    """The command that chooses the usual engine."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        if environment.get(name):
            return f"unset {name}"
    return "docker context use default"


def why(error: BaseException) -> TargetUnavailable:
    """What it means that Docker cannot be reached."""
    host, chosen, choose = place()
    root = error
    while (deeper := root.__cause__ or root.__context__) is not None:
        root = deeper
    by = f" ({chosen})" if chosen else ""
    start = f"{choose} {_START}" if chosen else _START
    socket = host.removeprefix("unix://")
    match root:
        case PermissionError():
            return TargetUnavailable(
                f"this user may not use Docker: no permission for {socket}",
                hint="`sudo usermod -aG docker $USER`, then log out and in again.",
                id="docker-no-permission",
                fix='sudo usermod -aG docker "$USER" && newgrp docker',
            )
        case FileNotFoundError():
            return _not_running(f"Docker does not run: there is no {socket}{by}", start, chosen)
        case ConnectionRefusedError():
            return _not_running(f"Docker does not run: nobody answers{by}", start, chosen)
        case TimeoutError():
            return _silent(f"Docker takes connections and says nothing{by}", choose, chosen)
    if type(error).__name__ == "TLSParameterError":
        return TargetUnavailable(
            "DOCKER_TLS_VERIFY asks for TLS, and the certificates for it are not there",
            hint="DOCKER_CERT_PATH names their folder. `unset DOCKER_TLS_VERIFY` goes without TLS.",
            id="docker-no-certificates",
            fix="unset DOCKER_TLS_VERIFY",
        )
    if type(error).__name__ == "InvalidVersion":
        return _too_old(f"Docker is too old: {error}")
    if re.match("Invalid bind address|The npipe", str(error)):
        return _no_address(chosen, choose)
    if (answer := getattr(root, "response", None)) is not None:
        return _silent(f"Docker answers with an error{by}: {_said(answer)}", choose, chosen)
    return _silent(f"Docker does not answer{by}: {root}", choose, chosen)


def _said(answer: requests.Response) -> str:
    """The status of an answer, and what Docker says in it where that is Docker's form."""
    try:
        return f"{answer.status_code}, {answer.json()['message']}"
    except (ValueError, KeyError, TypeError):
        return str(answer.status_code)


def _silent(message: str, hint: str, chosen: str) -> TargetUnavailable:
    fix = _usual() if chosen else _RESTART
    return TargetUnavailable(message, hint=hint, id="docker-silent", fix=fix)


def _not_running(message: str, hint: str, chosen: str) -> TargetUnavailable:
    fix = _usual() if chosen else _START_IT
    return TargetUnavailable(message, hint=hint, id="docker-not-running", fix=fix)


def _too_old(message: str) -> TargetUnavailable:
    return TargetUnavailable(message, hint=_NEEDS, id="docker-too-old", fix=_INSTALL)


def _no_address(chosen: str, choose: str) -> TargetUnavailable:
    return TargetUnavailable(
        f"{chosen}, which is no address of Docker",
        hint=choose,
        id="docker-no-address",
        fix=_usual(),
    )


def odd_settings() -> TargetUnavailable:
    """The error for settings of Docker that its library cannot read."""
    return TargetUnavailable(
        f"{surroundings.settings_file()} does not hold what Docker writes there",
        hint="Correct it, or name another folder: DOCKER_CONFIG=FOLDER.",
        id="docker-settings",
        fix='export DOCKER_CONFIG="$(mktemp -d)"',
    )


def check_api(version: str) -> None:
    """Raises ``TargetUnavailable`` for an engine that is too old."""
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < OLDEST_API:
        raise _too_old(f"Docker is too old: its API is {version}")


def no_command() -> TargetUnavailable:
    """The error for a machine without Docker's command."""
    return TargetUnavailable(
        "the command `docker` is not there (not in PATH)",
        hint="Install Docker's command line and its Compose plugin: docs.docker.com/engine/install",
        id="docker-command-missing",
        fix=_INSTALL,
    )


def check_compose(command: Sequence[str] = ("docker", "compose")) -> str:
    """Compose's version. Raises ``TargetUnavailable`` without Docker's command, or without a
    Compose that is new enough."""
    try:
        done = subprocess.run(
            [*command, "version", "--short"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env=surroundings.variables(),
            timeout=_COMPOSE_S,
            check=False,
        )
    except (FileNotFoundError, PermissionError):
        raise no_command() from None
    except subprocess.TimeoutExpired:
        raise TargetUnavailable(
            f"`docker compose version` did not answer in {_COMPOSE_S} s",
            hint="It asks nobody, so this machine is too busy (`top` shows by what), or the plugin "
            "hangs. Try again; if it stays so, install it anew.",
            id="compose-silent",
            fix=_INSTALL_COMPOSE,
        ) from None
    found = re.match(r"v?(\d+)\.(\d+)", done.stdout.strip())
    if done.returncode or found is None:
        said = (done.stderr or done.stdout).strip().splitlines()[:1]
        raise TargetUnavailable(
            "Docker's Compose plugin is not there",
            hint="Install it (docker-compose-plugin, or Debian's docker-compose), 2.20 or newer.",
            details=said,
            id="compose-missing",
            fix=_INSTALL_COMPOSE,
        )
    if (int(found[1]), int(found[2])) < OLDEST_COMPOSE:
        raise TargetUnavailable(
            f"Docker Compose is too old: {done.stdout.strip()}",
            hint="sdctl needs 2.20 or newer.",
            id="compose-too-old",
            fix=_INSTALL_COMPOSE,
        )
    return done.stdout.strip()
