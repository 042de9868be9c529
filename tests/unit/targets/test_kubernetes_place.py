"""Which cluster, and which namespace on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sdctl.__main__ import run
from sdctl.foundation.errors import TargetUnavailable, UsageError
from sdctl.targets.kubernetes import TARGET
from sdctl.targets.kubernetes.cluster import Cluster
from sdctl.targets.kubernetes.names import own_namespace


@pytest.mark.parametrize("name", ["A b", "...", "x" * 300, "ä", "k8s"])
def test_any_folder_must_give_a_name_that_a_namespace_can_have(name: str) -> None:
    namespace = own_namespace(Path("/tmp") / name)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", namespace)


def test_an_unknown_target_must_be_refused() -> None:
    with pytest.raises(UsageError, match="nomad"):
        run(["render", "lite", "--target", "nomad"])


@pytest.mark.parametrize("namespace", ["..", "a/../x", "UPPER", "-a", "a-", "a" * 64, "a b"])
def test_what_cannot_name_a_namespace_must_be_refused(namespace: str) -> None:
    with pytest.raises(UsageError, match="cannot name a namespace"):
        TARGET("sdctl", namespace=namespace)


@pytest.mark.parametrize("text", ["a: [", "", "hello", "[]", "contexts: 5"])
def test_an_ill_kubeconfig_must_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    monkeypatch.setenv("KUBECONFIG", str(path))
    with pytest.raises(TargetUnavailable, match="cannot be used"):
        _ = Cluster("", "sdctl").config
