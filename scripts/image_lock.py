"""Writes the lock of the Python image, ``image_lock.py FILE``: the newest wheels that
pyproject.toml's extra ``containers`` allows, each with the hashes of its files for both kinds of
machine.

The image's Python is Debian 13's. What is resolved here is for it, not for the Python that runs
this.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

PYTHON = "3.13"
MACHINES = ("x86_64", "aarch64")


def wheels(machine: str, wanted: list[str]) -> Iterator[tuple[str, str]]:
    """``name==version`` and the file's hash, of all that is needed on such a machine."""
    platforms = (f"manylinux2014_{machine}", f"manylinux_2_28_{machine}")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
             "--disable-pip-version-check", "--report", report, "--target", folder,
             "--only-binary=:all:", "--python-version", PYTHON,
             *(word for platform in platforms for word in ("--platform", platform)), *wanted],
            check=True,
        )  # fmt: skip
        found = json.loads(report.read_text())["install"]
    for wheel in found:
        about = wheel["metadata"]
        digest = wheel["download_info"]["archive_info"]["hashes"]["sha256"]
        yield f"{about['name'].lower().replace('_', '-')}=={about['version']}", digest


def main() -> None:
    """For both kinds of machine, in one list."""
    extras = tomllib.loads(Path("pyproject.toml").read_text())["project"]["optional-dependencies"]
    hashes: dict[str, set[str]] = {}
    for machine in MACHINES:
        for pin, digest in wheels(machine, extras["containers"]):
            hashes.setdefault(pin, set()).add(digest)
    lines = ["# Every package of the Python image, as wheels; renewed by: make lock"]
    for pin, digests in sorted(hashes.items()):
        lines.append(
            " \\\n    ".join([pin, *(f"--hash=sha256:{digest}" for digest in sorted(digests))])
        )
    Path(sys.argv[1]).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
