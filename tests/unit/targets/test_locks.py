"""What a development environment has of the containers' packages is what the containers have."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
IMAGE = ROOT / "templates" / "python" / "image" / "requirements.lock"
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)", re.MULTILINE)


def pins(path: Path) -> dict[str, str]:
    return {
        re.sub(r"[-_.]+", "-", name).lower(): version
        for name, version in PIN.findall(path.read_text())
    }


@pytest.mark.parametrize("name", sorted(pins(IMAGE)))
def test_both_locks_must_have_the_same_version(name: str) -> None:
    assert pins(ROOT / "requirements.lock")[name] == pins(IMAGE)[name]


def test_every_package_of_the_image_must_have_its_hash() -> None:
    for package in re.sub(r"\\\n\s+", "", IMAGE.read_text()).splitlines()[1:]:
        assert re.fullmatch(r"\S+==\S+ (--hash=sha256:[0-9a-f]{64} ?)+", package), package


def test_what_the_containers_need_must_be_in_their_lock() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = extras["optional-dependencies"]["containers"]
    names = {re.split(r"[\[><=]", requirement)[0] for requirement in wanted}
    assert names <= pins(IMAGE).keys()
