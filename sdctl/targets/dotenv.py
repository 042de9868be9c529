"""The ``.env`` beside a bundle: its passwords, which are the only secrets on disk (mode 0600)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sdctl.foundation import certificate, files

if TYPE_CHECKING:
    from sdctl.components.node import Secret


NAME = ".env"
OWNER = "owner"
"""Not a secret: what everything of the stack is marked with, see ``ownership.py``."""
_PREFIX = "SDCTL_"


def secret_variable(name: str) -> str:
    """The name under which a secret stands in ``.env``."""
    return f"{_PREFIX}{name.upper()}"


def read(folder: Path) -> dict[str, str]:
    """The values by name; empty where there is no such file."""
    pairs = (line.split("=", 1) for line in _lines(folder) if _is_ours(line))
    return {key.removeprefix(_PREFIX).lower(): value.rstrip("\r") for key, value in pairs}


def write(folder: Path, wanted: Sequence[Secret], known: Mapping[str, str]) -> None:
    """Write it with a value for each secret that is not known yet, or is known of other members,
    and the owner's mark. Lines that are not sdctl's stay; the mode is 0600 whatever it was."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    values = {OWNER: secrets.token_hex(6), **known}
    for secret in wanted:
        if not fits(values.get(secret.name), secret):
            values[secret.name] = _made(secret)
    others = [line for line in _lines(folder) if not _is_ours(line)]
    ours = [f"{secret_variable(name)}={value}" for name, value in sorted(values.items())]
    text = "".join(f"{line}\n" for line in (*others, *ours))
    files.write_whole(folder / NAME, text.encode(errors="surrogateescape"), mode=0o600)


def fits(value: str | None, secret: Secret) -> bool:
    """Whether it is a value of this secret: a mark must be of the same members."""
    return value is not None and (secret.kind != "mark" or value.startswith(f"{secret.of}-"))


def _made(secret: Secret) -> str:
    if secret.kind == "certificate":
        return certificate.make(secret.hosts)
    if secret.kind == "mark":
        return f"{secret.of}-{secrets.token_hex(6)}"
    # 192 random bits, letters and digits only: they stand in URLs, in JSON and in shell
    return secrets.token_hex(24)


def _lines(folder: Path) -> list[str]:
    path = folder / NAME
    if not path.is_file():
        return []
    # the user's own lines stay byte for byte
    return path.read_bytes().decode(errors="surrogateescape").removesuffix("\n").split("\n")


def _is_ours(line: str) -> bool:
    return line.startswith(_PREFIX) and "=" in line
