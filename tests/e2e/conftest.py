"""Real stacks. Skipped, and counted as such, where no Docker daemon answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from sdctl.components import versions
from tests.command_lines import watched
from tests.stacks import Stack, docker_answers


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--images", default="auto", choices=("auto", "registry", "local"))
    parser.addoption("--moments", type=int, default=1, help="how many commands are interrupted")
    parser.addoption("--injections", type=int, default=200, help="how many faults are injected")
    parser.addoption("--injections-seed", type=int, default=1, help="when sdctl is killed")
    parser.addoption("--moments-seed", type=int, default=1, help="which, by what, and when")


def offered(reference: str) -> bool:
    """Whether a registry that this machine reaches has an image."""
    from sdctl.targets.compose.target import ComposeTarget

    return ComposeTarget("check").offers(reference)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ``--images registry`` on a machine that reaches none, every test is skipped, and says
    which images could not be had."""
    if config.getoption("--images") != "registry" or not docker_answers():
        return
    pinned = (versions.MONGODB, versions.ELASTICSEARCH, versions.LOGSTASH, versions.KIBANA,
              versions.GRAFANA)  # fmt: skip
    if missing := [reference for reference in pinned if not offered(reference)]:
        why = pytest.mark.skip(reason=f"no registry offers {', '.join(missing)}")
        for item in items:
            if "e2e" in item.path.parts:
                item.add_marker(why)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not docker_answers():
        pytest.skip("no Docker daemon answers; `make e2e` starts one")
    return tmp_path_factory.mktemp("home")


def brought_up(
    name: str, profile: str, home: Path, request: pytest.FixtureRequest, needs: Iterable[str] = ()
) -> Iterator[Stack]:
    keep = request.config.getoption("--keep")
    stack = Stack(name, home, images=request.config.getoption("--images"))
    stack.clear()  # of an earlier run that was cut off
    assert stack.containers() == {}
    try:
        with watched(stack):
            stack.up(profile)
        left_out = set(needs) - set(stack.json("status")["tiers"])
        assert not left_out, f"`sdctl up {profile}` left out {left_out}: are go, java and mvn here?"
        yield stack
    finally:
        if not keep:
            stack.run("down", code=None)


@pytest.fixture(scope="package")
def lite(home: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    yield from brought_up("e2e-lite", "lite", home, request)


@pytest.fixture(scope="package")
def standard(home: Path, request: pytest.FixtureRequest) -> Iterator[Stack]:
    # what `up` leaves out where a tool is missing
    yield from brought_up(
        "e2e-standard", "standard", home, request, needs=("documents", "search", "collector")
    )
