"""A component, a fault and a workload, each one new file in a folder of the user's own."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
import yaml

from sdctl.__main__ import run
from sdctl.components.component import all_components
from sdctl.errors import UsageError
from sdctl.faults.fault import all_faults
from sdctl.workloads import workloads

FILES = {
    "components/whoami.py": '''
        """A service that says who it is."""

        from sdctl.components.component import Component, Layout
        from sdctl.settings import Settings, Size
        from sdctl.topology import Image, Port


        class Whoami(Settings):
            scales_by = "replicas"
            memory: Size = 16 * 1024**2
            replicas: int = 2


        def nodes(settings, plan):
            return Layout(
                component="whoami", tier="echo", settings=settings, image=Image(name="whoami"),
                networks=("edge",), ports=(Port(name="http", number=80),),
            ).expand()


        COMPONENT = Component(
            name="whoami", tier="echo", summary="says who it is", settings=Whoami, nodes=nodes,
        )
    ''',
    "templates/whoami/image/Dockerfile": """
        FROM debian:trixie-slim
        USER nobody
        CMD ["sleep", "infinity"]
    """,
    "templates/whoami/config/whoami.conf.j2": """
        replicas={{ settings.replicas }} first={{ nodes[0].name }}
    """,
    "faults/stop_all.py": '''
        """stop-all: stops every node of a tier."""

        from dataclasses import dataclass
        from typing import ClassVar

        from sdctl.faults.fault import Fault, FaultPlan, option
        from sdctl.ops import Start, Stop


        @dataclass(frozen=True, kw_only=True)
        class StopAll(Fault):
            kind: ClassVar[str] = "stop-all"
            summary: ClassVar[str] = "stop every node of a tier"
            tier: str = option("app", "Which.", argument=True)

            def plan(self, snapshot, components):
                names = [node.name for node in snapshot.tiers[self.tier].nodes]
                ops = tuple(Stop(node=name, cause="stop-all") for name in names)
                return FaultPlan(
                    tier=self.tier, target=self.tier, how=None, inject=ops, for_s=10
                )

            def heal(self, snapshot, target):
                names = [node.name for node in snapshot.tiers[target].nodes]
                return tuple(Start(node=name, cause="heal") for name in names)


        FAULT = StopAll
    ''',
    "workloads/pings.py": '''
        """Nothing but GET /."""

        from dataclasses import dataclass
        from typing import ClassVar

        from sdctl.workloads.workload import Request


        @dataclass(frozen=True, kw_only=True)
        class Pings:
            name: ClassVar[str] = "pings"
            summary: ClassVar[str] = "GET / and nothing else"
            expected: ClassVar[frozenset[int]] = frozenset()

            def requests(self, rng, feedback):
                while True:
                    yield Request(b"GET", b"/", "read", "")


        WORKLOAD = Pings
    ''',
}


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip())
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))
    return tmp_path


def test_a_component_must_be_one_file_and_its_templates(plugins: Path, tmp_path: Path) -> None:
    assert all_components()["echo"].name == "whoami"
    profile = tmp_path / "mine.yaml"
    profile.write_text("tiers: [echo, observer]\necho: {replicas: 3}\n")
    out = tmp_path / "bundle"
    assert run(["render", str(profile), "-o", str(out)]) == 0
    services = yaml.safe_load((out / "compose.yml").read_text())["services"]
    assert {"whoami-1", "whoami-2", "whoami-3"} <= services.keys()
    assert services["whoami-1"]["volumes"] == ["./config/whoami:/etc/sdctl:ro"]
    assert (out / "config/whoami/whoami.conf").read_text() == "replicas=3 first=whoami-1\n"
    assert (out / "images/whoami/Dockerfile").is_file()


def test_a_fault_must_be_one_file_and_its_fields_its_options(
    plugins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "stop-all" in all_faults()
    import subprocess
    import sys

    shown = subprocess.run(
        [sys.executable, "-m", "sdctl", "chaos", "stop-all", "--help"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "Which.  [default: app]" in shown


def test_a_workload_must_be_one_file(plugins: Path) -> None:
    assert workloads()["pings"].summary == "GET / and nothing else"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("x = 1\n", "has no FAULT"), ("import nonsense\n", "cannot be imported")],
)
def test_a_broken_plug_in_must_be_named_not_skipped(
    text: str, complaint: str, plugins: Path
) -> None:
    (plugins / "faults" / "broken.py").write_text(text)
    with pytest.raises(UsageError, match=complaint) as caught:
        all_faults()
    assert "broken.py" in str(caught.value)
