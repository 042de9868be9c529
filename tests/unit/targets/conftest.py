"""A Docker that answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sdctl.targets.compose.target import ComposeTarget
from tests.unit.cli.fake_docker import fake_docker

Answers = dict[str, tuple[int, Any]]


@pytest.fixture
def answers() -> Answers:
    return {
        "/version": (200, {"Version": "26.1", "ApiVersion": "1.45"}),
        "/volumes": (200, {"Volumes": []}),
        "/networks": (200, []),
    }


@pytest.fixture
def asked() -> list[str]:
    """What Docker was told to do."""
    return []


@pytest.fixture
def target(
    answers: Answers, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ComposeTarget]:
    with fake_docker(tmp_path, answers, asked) as address:
        monkeypatch.setenv("DOCKER_HOST", address)
        yield ComposeTarget("sdctl")
