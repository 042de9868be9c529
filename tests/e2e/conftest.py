"""Real stacks. Skipped, and counted as such, where no Docker daemon answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stacks import Stack, docker_answers


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep", action="store_true", help="leave the stacks running")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not docker_answers():
        pytest.skip("no Docker daemon answers; `make e2e` starts one")
    return tmp_path_factory.mktemp("home")


def brought_up(name: str, profile: str, home: Path, keep: bool) -> Iterator[Stack]:
    stack = Stack(name, home)
    stack.run("down", code=None)  # of an earlier run that was cut off
    assert stack.containers() == {}
    try:
        stack.up(profile)
        yield stack
    finally:
        if not keep:
            stack.run("down", code=None)


@pytest.fixture(scope="session")
def lite(home: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    yield from brought_up("e2e-lite", "lite", home, request.config.getoption("--keep"))


@pytest.fixture(scope="session")
def standard(home: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    yield from brought_up("e2e-standard", "standard", home, request.config.getoption("--keep"))
