"""Shared by all tests: state goes to a temporary folder, never to the user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from sdctl.components.component import Component, all_components
from sdctl.design import validation
from sdctl.design.topology import Topology, expand

# a busy machine is no failure of the code
settings.register_profile("sdctl", deadline=None)
settings.load_profile("sdctl")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden")


@pytest.fixture(autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("SDCTL_HOME", str(home))
    monkeypatch.delenv("SDCTL_PLUGINS", raising=False)
    return home


@pytest.fixture(scope="session")
def components() -> Mapping[str, Component]:
    return all_components()


@pytest.fixture
def topology_of() -> Callable[..., Topology]:
    def make(name: str = "standard", *overrides: str, stack: str = "sdctl") -> Topology:
        chosen = validation.load(name, overrides)
        return expand(stack, chosen)

    return make
