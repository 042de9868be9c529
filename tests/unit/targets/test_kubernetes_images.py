"""How images come to a cluster: by a command of the user's, run as everything else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sdctl.design.topology import Topology
from sdctl.foundation.errors import BringUpFailed
from sdctl.targets.bundle import Bundle
from sdctl.targets.kubernetes import images
from sdctl.targets.target import Report

Make = Callable[..., Topology]
MakeBundle = Callable[..., Bundle]


class NoMachines:
    context = "test"

    def list(self, kind: str) -> list[Any]:
        return []


class AllBuilt:
    def missing_images(self, tags: object) -> tuple[str, ...]:
        return ()


def brought(load: str, topology_of: Make, bundle_of: MakeBundle, folder: Path) -> list[str]:
    said = list[str]()
    docker: Any = AllBuilt()
    cluster: Any = NoMachines()
    topology, bundle = topology_of("lite", f"images.load={load}"), bundle_of("lite")
    report = Report(said.append, said.append, said.append)
    images.ensure(docker, cluster, topology, bundle, folder, report)
    return said


def test_the_command_must_get_nothing_of_the_shell_that_is_not_its_own(
    topology_of: Make, bundle_of: MakeBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SDCTL_SECRET", "x")
    monkeypatch.setenv("KUBECONFIG", "mine")
    load = """sh -c 'test -z "$SDCTL_SECRET" && test "$KUBECONFIG" = mine' {image}"""
    assert brought(load, topology_of, bundle_of, tmp_path)[-1].endswith("brought to the cluster")


def test_a_command_that_fails_must_be_told_with_what_it_said(
    topology_of: Make, bundle_of: MakeBundle, tmp_path: Path
) -> None:
    with pytest.raises(BringUpFailed, match="could not be brought to the cluster") as failed:
        brought("sh -c 'echo no room >&2; exit 3' {image}", topology_of, bundle_of, tmp_path)
    assert [*failed.value.details] == ["no room"]
    with pytest.raises(BringUpFailed, match="nobody-has-this cannot be run"):
        brought("nobody-has-this {image}", topology_of, bundle_of, tmp_path)
