"""What of a user's surroundings reaches Docker: which engine, and how to get to it. Nothing else.

The shell, the folder and Docker's own configuration may hold much that would change a stack:
``COMPOSE_FILE``, ``BUILDX_BUILDER``, ``DOCKER_DEFAULT_PLATFORM``, a stack's key from ``sdctl env
--export``, proxies for every container. What chooses the engine and logs in to registries stays.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdctl.foundation import json_files
from sdctl.foundation.errors import TargetUnavailable
from sdctl.foundation.places import real

UMASK = 0o022
"""For every process that makes files: containers read them as users of their own."""
_DROPPED = ("SDCTL_", "COMPOSE_", "DOCKER_", "BUILDX_", "BUILDKIT_")
_KEPT = frozenset({
    "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS",
    "DOCKER_TLS_VERIFY", "DOCKER_API_VERSION", "DOCKER_AUTH_CONFIG",
})  # fmt: skip
_OF_TOOLS = frozenset({
    "GOOS", "GOARCH", "GOARM", "GOARM64", "GOAMD64", "GOFLAGS", "GOEXPERIMENT", "GOWORK",
    "GO111MODULE", "CGO_ENABLED", "MAVEN_ARGS",
})  # fmt: skip
"""What would make Go and Maven fetch something else; where they fetch it from stays."""
_DEFAULT = "default"


def variables(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of whatever sdctl runs for a stack on the host. Docker's own configuration is
    read for the context in use."""
    kept = {
        name: value
        for name, value in environment.items()
        if name in _KEPT or not (name.startswith(_DROPPED) or name in _OF_TOOLS)
    }
    # the builder that `docker buildx use` chose may be one whose images no engine sees
    return {**kept, "BUILDX_BUILDER": context_name(environment)}


@dataclass(frozen=True)
class Endpoint:
    """The engine that the ``docker`` command would reach. ``host`` is None for the usual place, and
    where ``DOCKER_HOST`` says it."""

    host: str | None = None
    certificates: Path | None = None
    verify: bool = True


def context_name(environment: Mapping[str, str] = os.environ) -> str:
    """The Docker context in use, by the rules of the ``docker`` command."""
    if environment.get("DOCKER_HOST"):
        return _DEFAULT
    chosen = environment.get("DOCKER_CONTEXT") or _settings(environment).get("currentContext")
    return str(chosen or _DEFAULT)


def endpoint(environment: Mapping[str, str] = os.environ) -> Endpoint:
    """Where the engine is. Raises ``TargetUnavailable`` for a context that is not there."""
    name = context_name(environment)
    if name == _DEFAULT:
        return Endpoint()
    folder, key = _folder(environment) / "contexts", hashlib.sha256(name.encode()).hexdigest()
    try:
        meta = json_files.json_of(folder / "meta" / key / "meta.json")
        docker = meta["Endpoints"]["docker"]
        certificates = folder / "tls" / key / "docker"
        return Endpoint(
            str(docker["Host"]),
            certificates if certificates.is_dir() else None,
            not docker.get("SkipTLSVerify", False),
        )
    except (OSError, ValueError, KeyError, TypeError):
        raise TargetUnavailable(
            f"there is no Docker context {name!r}",
            hint="`docker context ls` lists them, `docker context use NAME` chooses one.",
            id="docker-no-context",
            fix="unset DOCKER_CONTEXT; docker context use default",
        ) from None


@contextmanager
def without_proxies() -> Iterator[dict[str, str]]:
    """The environment for making containers: Docker's configuration has no ``proxies`` in it, as
    they would become variables of every node, and its nodes ask each other by way of a proxy."""
    clean, settings, folder = variables(), _settings(os.environ), _folder(os.environ)
    if "proxies" not in settings:
        yield clean
        return
    with tempfile.TemporaryDirectory(prefix="sdctl-docker-") as place:
        own = Path(place)
        for entry in folder.iterdir():
            if entry.name != "config.json":
                (own / entry.name).symlink_to(real(entry))
        kept = {key: value for key, value in settings.items() if key != "proxies"}
        with open(own / "config.json", "x", opener=_private) as file:
            json.dump(kept, file)
        yield {**clean, "DOCKER_CONFIG": place}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def settings_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Where Docker keeps a user's settings."""
    return _folder(environment) / "config.json"


def _settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """Docker's ``config.json``; what cannot be read says nothing, as for Docker itself."""
    try:
        settings = json_files.json_of(settings_file(environment))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}


def _folder(environment: Mapping[str, str]) -> Path:
    named = environment.get("DOCKER_CONFIG")
    return Path(named) if named else Path(environment.get("HOME") or Path.home()) / ".docker"
