"""A rendered bundle is a project of its own, and complete."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sdctl.__main__ import run
from sdctl.components.node import Secret
from sdctl.design.topology import Topology
from sdctl.foundation.errors import BringUpFailed, TargetUnavailable, UsageError
from sdctl.state import wanted
from sdctl.state.stack import Stack
from sdctl.targets import dotenv
from sdctl.targets.compose import fetched
from sdctl.targets.compose.labels import own_project
from sdctl.targets.compose.target import ComposeTarget


@pytest.fixture(autouse=True)
def nothing_fetched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What images need from elsewhere: an empty file each."""
    asked: list[str] = []

    def ensure(context: Path, report: Callable[[str], None]) -> None:
        asked.append(context.name)
        (context / "fetched").mkdir(exist_ok=True)
        (context / "fetched" / "jar").touch()

    def away(engine: ComposeTarget) -> str:
        raise TargetUnavailable("not here")

    monkeypatch.setattr(fetched, "ensure", ensure)
    monkeypatch.setattr(ComposeTarget, "version", property(away))
    return asked


def compose(place: Path) -> dict[str, Any]:
    value = yaml.safe_load((place / "compose.yml").read_text())
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("b", "b"), ("My Bundle", "my-bundle"), ("münchen", "m-nchen"), ("日本", "bundle"),
        ("sdctl", "sdctl"), ("sdctl-b", "sdctl-b"), ("-", "bundle"), ("a_b", "a-b"),
        ("x" * 60, "x" * 24),
    ],
)  # fmt: skip
def test_a_project_must_be_called_as_its_folder_and_never_as_a_stack(
    folder: str, name: str
) -> None:
    project = own_project(Path("/a") / folder)
    assert re.fullmatch(rf"{name}_[0-9a-f]{{6}}", project)
    assert project != own_project(Path("/b") / folder), "another folder of that name"
    with pytest.raises(UsageError):
        Stack(project)


def test_a_bundle_must_not_be_the_running_stack(tmp_path: Path) -> None:
    """Compose would take its containers over, with other passwords."""
    stack = Stack("sdctl")
    stack.make_secrets([Secret("api_key")])
    place = tmp_path / "b"
    run(["render", "lite", "-o", str(place)])
    text = (place / "compose.yml").read_text()
    assert compose(place)["name"] == own_project(place)
    assert "sdctl-" not in [s["container_name"][:6] for s in compose(place)["services"].values()]
    assert "sdctl.stack: sdctl\n" not in text
    own = dotenv.read(place)
    assert own["api_key"] != stack.secrets()["api_key"]
    assert own["owner"] != stack.secrets()["owner"]


def test_a_bundle_must_keep_its_passwords(tmp_path: Path) -> None:
    run(["render", "lite", "-o", str(tmp_path)])
    before = dotenv.read(tmp_path)
    run(["render", "lite", "-o", str(tmp_path), "--set", "app.replicas=3"])
    assert dotenv.read(tmp_path) == before


def test_a_bundle_of_a_stack_must_carry_its_passwords(tmp_path: Path) -> None:
    stack = Stack("b")
    stack.make_secrets([Secret("api_key")])
    run(["--stack", "b", "render", "lite", "-o", str(tmp_path)])
    assert compose(tmp_path)["name"] == "sdctl-b"
    assert dotenv.read(tmp_path).items() >= stack.secrets().items()


def test_a_bundle_of_a_stack_must_be_as_that_stack_or_say_what_it_would_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], topology_of: Callable[..., Topology]
) -> None:
    wanted.changed("b", topology_of("lite", "gateway.port=18780", stack="b"))
    run(["--stack", "b", "render", "-o", str(tmp_path)])
    assert "warning" not in capsys.readouterr().err
    assert "http://127.0.0.1:18780/v1/orders" in (tmp_path / "README.md").read_text()
    assert "18780" in (tmp_path / "compose.yml").read_text()
    run(["--stack", "b", "render", "lite", "-o", str(tmp_path)])
    said = " ".join(capsys.readouterr().err.split())
    assert "would change them: gateway.port 18780 → 8080." in said
    assert "http://127.0.0.1:8080/v1/orders" in (tmp_path / "README.md").read_text()
    assert "18780" not in (tmp_path / "compose.yml").read_text()
    run(["--stack", "b", "render", "lite", "--target", "kubernetes", "-o", str(tmp_path / "k")])
    assert "would change" not in capsys.readouterr().err, "the stack runs elsewhere"
    run(["render", "-o", str(tmp_path / "own"), "--set", "gateway.port=8090"])
    assert "http://127.0.0.1:8090/v1/orders" in (tmp_path / "own" / "README.md").read_text()


def test_what_images_need_from_elsewhere_must_be_in_the_bundle(
    tmp_path: Path, nothing_fetched: list[str]
) -> None:
    run(["render", "standard", "-o", str(tmp_path), "--set", "documents.server=ferretdb"])
    assert "ferretdb" in nothing_fetched
    for dockerfile in tmp_path.glob("images/*/Dockerfile"):
        for line in dockerfile.read_text().splitlines():
            if line.startswith("COPY fetched"):
                assert (dockerfile.parent / "fetched" / "jar").is_file(), dockerfile


def cannot_be_fetched(monkeypatch: pytest.MonkeyPatch, image: str) -> None:
    def ensure(context: Path, report: Callable[[str], None]) -> None:
        if context.name == image:
            raise BringUpFailed("no", details=[f"{image} needs Go"])
        (context / "fetched").mkdir(exist_ok=True)

    monkeypatch.setattr(fetched, "ensure", ensure)


def test_without_what_every_stack_needs_there_must_be_no_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cannot_be_fetched(monkeypatch, "python")
    with pytest.raises(BringUpFailed):
        run(["render", "lite", "-o", str(tmp_path)])


def test_what_cannot_be_fetched_must_be_left_out_with_what_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cannot_be_fetched(monkeypatch, "ferretdb")
    run(["render", "standard", "-o", str(tmp_path), "--set", "documents.server=ferretdb"])
    assert not list(tmp_path.glob("images/ferretdb/*"))
    assert not any("ferretdb" in name for name in compose(tmp_path)["services"])
    assert "documents is left out: ferretdb needs Go" in capsys.readouterr().err


def test_what_no_registry_offers_must_be_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ComposeTarget, "version", "Docker")
    monkeypatch.setattr(ComposeTarget, "offers", lambda self, image: False)
    monkeypatch.setattr("shutil.which", lambda tool: None)
    run(["render", "standard", "-o", str(tmp_path)])
    said = " ".join(capsys.readouterr().err.split())
    assert "grafana is left out: no registry offers its image" in said
    images = [service["image"] for service in compose(tmp_path)["services"].values()]
    assert all(image.startswith("sdctl/") for image in images)


def test_a_bundle_must_say_what_it_is_and_how_to_start_it(tmp_path: Path) -> None:
    place = tmp_path / "b"
    run(["render", "lite", "-o", str(place), "--set", "gateway.port=18123"])
    page = (place / "README.md").read_text()
    for said in (
        "docker compose up",
        "127.0.0.1:18123/v1/orders",
        "postgres-1, postgres-2",
        "SDCTL_API_KEY",
    ):
        assert said in page, said
    assert not any(secret in page for secret in dotenv.read(place).values())
    assert max(map(len, page.splitlines())) <= 110
