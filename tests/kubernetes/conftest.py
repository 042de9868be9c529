"""What the tests on a real cluster share. Without ``--cluster``, only the smoke runs, and only
where our own cluster is built already."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.kubernetes.clusters import Cluster, NoCluster, source


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cluster", default="", help="a context, or `any`: `make test-kubernetes`")


@pytest.fixture(scope="session")
def _start(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[int], Cluster]]:
    chosen = source(request.config.getoption("--cluster"), tmp_path_factory.mktemp("cluster"))

    def start(nodes: int) -> Cluster:
        try:
            return chosen.start(nodes)
        except NoCluster as why:
            pytest.skip(str(why))

    yield start
    if not request.config.getoption("--keep"):
        chosen.stop()


@pytest.fixture(scope="session")
def smoke(_start: Callable[[int], Cluster]) -> Cluster:
    """A cluster of one node."""
    return _start(1)


@pytest.fixture(scope="module")
def one_node(request: pytest.FixtureRequest, _start: Callable[[int], Cluster]) -> Cluster:
    _long(request)
    return _start(1)


@pytest.fixture(scope="module")
def three_nodes(request: pytest.FixtureRequest, _start: Callable[[int], Cluster]) -> Cluster:
    _long(request)
    return _start(3)


def _long(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--cluster"):
        pytest.skip("it takes minutes; `make test-kubernetes` runs it")
