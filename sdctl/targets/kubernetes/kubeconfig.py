"""The user's kubeconfig: several files read as one, as kubectl does it, and looked through before
anything is asked. So what is wrong on this machine is told as that."""

from __future__ import annotations

import base64
import binascii
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sdctl.foundation.errors import TargetUnavailable

if TYPE_CHECKING:
    from lightkube.config.kubeconfig import SingleConfig

_USUAL = "~/.kube/config"
_LISTS = {"clusters": "cluster", "users": "user", "contexts": "context"}
"""Each list of named things, and the key of a thing in it."""
_PATHS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
_EXEC = "client.authentication.k8s.io/"
_EXEC_VERSIONS = (f"{_EXEC}v1beta1", f"{_EXEC}v1alpha1")
"""Of the commands that get a login, those that the client's library speaks with."""


def read(context: str) -> SingleConfig:
    """A context; empty: the current one. Raises ``TargetUnavailable``."""
    import msgspec
    from lightkube.config.kubeconfig import KubeConfig
    from lightkube.config.models import User

    files = _files()
    merged = _merged(files)
    name = context or merged["current-context"]
    known = [context["name"] for context in merged["contexts"]]
    where = ", ".join(map(str, files))
    if not name:
        raise _no_context(f"no context of {where} is the current one", known)
    if name not in known:
        raise _no_context(f"there is no context {name!r} in {where}", known)
    try:
        found = KubeConfig.from_dict(merged).get(name)
    except KeyError as error:
        raise _invalid(f"the context {name} names {error}, which is not in {where}") from None
    except (msgspec.MsgspecError, ValueError, TypeError, AttributeError) as error:
        raise _invalid(f"{where} cannot be used: {error}") from None
    assert found is not None  # without a default, it raises
    found = found._replace(user=found.user or User())  # who shows nothing is nobody
    for problem in _problems(found):
        raise _invalid(f"the context {name} cannot be used: {problem}")
    return found


def _files() -> list[Path]:
    """Those that ``KUBECONFIG`` names and that are there, or the usual one."""
    named = [Path(path) for path in os.environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    wanted = named or [Path(_USUAL).expanduser()]
    found = [path for path in wanted if path.is_file()]
    if not found:
        raise TargetUnavailable(
            f"there is no kubeconfig at {', '.join(map(str, wanted))}",
            hint="It says where your cluster is. Name it: KUBECONFIG=/path/to/file.",
            id="no-kubeconfig",
            fix="kind create cluster",
        )
    return found


def _merged(files: list[Path]) -> dict[str, Any]:
    """Of two things with one name the first one is meant. A path is read from where its file is."""
    merged: dict[str, Any] = {"current-context": "", **{word: {} for word in _LISTS}}
    for path in files:
        said = _loaded(path)
        merged["current-context"] = merged["current-context"] or said.get("current-context") or ""
        for word, key in _LISTS.items():
            for entry in said.get(word) or ():
                if not (
                    isinstance(entry, dict) and isinstance(entry.get(key), dict) and "name" in entry
                ):
                    raise _invalid(f"{path} cannot be used: something in its {word} has no {key}")
                merged[word].setdefault(entry["name"], {**entry, key: _at_home(entry[key], path)})
    return {**merged, **{word: list(merged[word].values()) for word in _LISTS}}


def _loaded(path: Path) -> Mapping[str, Any]:
    import yaml

    try:
        said = yaml.safe_load(path.read_text())
    except (OSError, ValueError, yaml.YAMLError) as error:
        told = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise _invalid(f"{path} cannot be used: {told}") from None
    if not (isinstance(said, dict) and all(isinstance(said.get(w) or [], list) for w in _LISTS)):
        raise _invalid(f"{path} cannot be used: it is no kubeconfig")
    return said


def _at_home(thing: Mapping[str, Any], path: Path) -> dict[str, Any]:
    paths = {key: str(path.parent.absolute() / thing[key]) for key in _PATHS if thing.get(key)}
    return {**thing, **paths}


def _problems(config: SingleConfig) -> Iterator[str]:
    """What would fail on this machine, before anybody is asked."""
    cluster, user = config.cluster, config.user
    assert user is not None
    yield from _of_address(cluster.server)
    paths = {
        "certificate-authority": cluster.certificate_auth,
        "client-certificate": user.client_cert,
        "client-key": user.client_key,
        "tokenFile": user.token_file,
    }
    for key, path in paths.items():
        if path and not os.access(path, os.R_OK):
            yield f"its {key} is {path}, and there is no such file that this user can read"
    data = {
        "certificate-authority-data": cluster.certificate_auth_data,
        "client-certificate-data": user.client_cert_data,
        "client-key-data": user.client_key_data,
    }
    for key, text in data.items():
        try:
            base64.b64decode(text or "", validate=False)
        except (binascii.Error, ValueError):
            yield f"its {key} is no base64"
    if user.exec:
        if user.exec.apiVersion not in _EXEC_VERSIONS:
            yield (
                f"its login command speaks {user.exec.apiVersion}, and sdctl knows "
                f"{_EXEC_VERSIONS[0]} alone"
            )
        if not shutil.which(user.exec.command):
            yield f"its login command {user.exec.command} is not installed"


def _of_address(server: str) -> Iterator[str]:
    try:
        parts = urlsplit(server)
        good = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        good = False
    if not good:
        yield f"its server {server!r} is no address such as https://127.0.0.1:6443"


def _no_context(message: str, known: list[str]) -> TargetUnavailable:
    there = f"There is: {', '.join(known)}." if known else "It has none."
    return TargetUnavailable(
        message,
        hint=f"{there} Choose one: --context NAME.",
        id="no-context",
        fix="kubectl config get-contexts",
    )


def _invalid(message: str) -> TargetUnavailable:
    return TargetUnavailable(
        message,
        hint="It is the kubeconfig of this machine; the cluster was not asked. Mend it, or name "
        "another: KUBECONFIG=/path/to/file.",
        id="kubeconfig-invalid",
        fix="kubectl config view",
    )
