"""Shared by all tests: state goes to a temporary folder, never to the user's own."""

from __future__ import annotations

import functools
import gc
import itertools
import os
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, settings

from sdctl.components.component import Component, all_components
from sdctl.design import validation
from sdctl.design.topology import Topology, expand
from sdctl.targets.bundle import Bundle
from sdctl.targets.compose.bundle import render
from tests import full_machine

# A busy machine is no failure of the code. `make test` tries the same examples each time; `make
# prove` looks for others.
settings.register_profile("thorough", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "quick", settings.get_profile("thorough"), max_examples=20, derandomize=True
)
settings.load_profile("quick")

# by default the collector looks at each new object within moments, and at all old ones again and
# again: a tenth of the time of all tests
gc.set_threshold(20_000, 20, 20)

UNIT = Path(__file__).parent / "unit"
_UNTOLD = "untold"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden")
    parser.addoption(
        "--limit-s", type=float, help="a unit test that takes longer and is not `slow` fails"
    )
    parser.addoption("--keep", action="store_true", help="leave stacks and clusters running")
    parser.addoption("--prove", action="store_true", help="also the long proofs: `make prove`")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three for each core: many tests wait for what they observe, longer than they compute."""
    return 3 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A long proof is skipped, and counted as such, where it is not asked for."""
    if not config.getoption("--prove"):
        why = pytest.mark.skip(reason="a long proof: `make prove` runs it")
        for item in items:
            if item.get_closest_marker("proof"):
                item.add_marker(why)


def pytest_collection_finish() -> None:
    """What is there now stays to the end: the collector need not look at it again."""
    gc.freeze()


@dataclass(frozen=True)
class Spent:
    """What the machine has done so far, in seconds."""

    wall_s: float
    cpu_s: float
    idle_s: float

    @classmethod
    def now(cls) -> Spent:
        return cls(time.monotonic(), sum(os.times()[:4]), psutil.cpu_times().idle)

    def since(self, before: Spent) -> float:
        """What a test itself took: its CPU time, or the time that it waited on a machine with
        nothing to do. So what others run at the same time does not count."""
        waited = min(self.wall_s - before.wall_s, self.idle_s - before.idle_s)
        return max(self.cpu_s - before.cpu_s, waited)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    limit_s = item.config.getoption("--limit-s")
    if limit_s is None or UNIT not in item.path.parents or item.get_closest_marker("slow"):
        return (yield)
    before = Spent.now()
    done = yield
    if time.monotonic() - before.wall_s > limit_s:
        took_s = Spent.now().since(before)
        if took_s > limit_s:
            pytest.fail(
                f"{took_s:.1f} s: mark it `slow` with a reason, or make it quick", pytrace=False
            )
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With what a full machine kept the test from telling."""
    report = yield
    report.user_properties += [(_UNTOLD, why) for why in full_machine.noted()]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What could not be told; the tests' own time, and how many were skipped or run twice: ``-ra``
    says which."""
    for report in itertools.chain(*terminalreporter.stats.values()):
        for name, why in getattr(report, "user_properties", ()):
            if name == _UNTOLD:
                terminalreporter.write_line(f"NOT TOLD {report.nodeid}: {why}")
    skipped = len(terminalreporter.stats.get("skipped", ()))
    again = len(terminalreporter.stats.get("rerun", ()))
    cpu_s = sum(os.times()[:4])
    terminalreporter.write_line(
        f"{cpu_s:.0f} s of CPU time; {skipped} tests skipped, {again} run twice"
    )


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that are not there yet. pytest's own way to a new one looks at all that are there."""
    folder = tmp_path_factory.mktemp("states")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def own_state(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    home = next(homes)
    home.mkdir()
    monkeypatch.setenv("SDCTL_HOME", str(home))
    monkeypatch.delenv("SDCTL_PLUGINS", raising=False)
    return home


@pytest.fixture(scope="session")
def components() -> Mapping[str, Component]:
    return all_components()


@pytest.fixture(scope="session")
def topology_of() -> Callable[..., Topology]:
    """A profile's topology; that of the same arguments is made once."""

    @functools.cache
    def make(name: str = "standard", *overrides: str, stack: str = "sdctl") -> Topology:
        return expand(stack, validation.load(name, overrides))

    return make


@pytest.fixture(scope="session")
def bundle_of(topology_of: Callable[..., Topology]) -> Callable[..., Bundle]:
    """A profile's rendered files; those of the same arguments are rendered once."""

    @functools.cache
    def make(name: str = "standard", *overrides: str) -> Bundle:
        return render(topology_of(name, *overrides))

    return make
