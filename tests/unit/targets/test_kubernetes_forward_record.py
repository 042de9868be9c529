"""Which ports of a cluster are forwarded, as a file says it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sdctl.targets.kubernetes.forward_record import Forward, Forwards, read

GATEWAY = Forward(node="gateway-1", number=8080, listen=18080)
METRICS = Forward(node="prometheus-1", number=9090, listen=40123)
THERE = Forwards(context="kind", namespace="sdctl", forwards=(GATEWAY, METRICS))


def test_what_is_written_must_be_read_again(tmp_path: Path) -> None:
    file = tmp_path / "forwards.json"
    THERE.write(file)
    assert read(file) == THERE
    assert [path.name for path in tmp_path.iterdir()] == ["forwards.json"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "5", "{}", '{"forwards": []}',
     '{"context": "c", "namespace": "n", "forwards": [{"node": "a"}]}',
     '{"context": "c", "namespace": "n", "forwards": [], "more": 1}'],
)  # fmt: skip
def test_a_damaged_file_must_say_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "forwards.json"
    file.write_text(text)
    assert read(file) is None
    assert read(tmp_path / "missing") is None


def test_they_must_be_the_wanted_ones_whatever_their_order_and_the_kernels_choice() -> None:
    anywhere = replace(METRICS, listen=0)
    assert THERE.has(THERE)
    assert THERE.has(replace(THERE, forwards=(anywhere, GATEWAY)))


@pytest.mark.parametrize(
    "wanted",
    [
        replace(THERE, context="other"),
        replace(THERE, namespace="other"),
        replace(THERE, forwards=(GATEWAY,)),
        replace(THERE, forwards=(GATEWAY, METRICS, replace(METRICS, node="prometheus-2"))),
        replace(THERE, forwards=(replace(GATEWAY, listen=18081), METRICS)),
        replace(THERE, forwards=(replace(GATEWAY, through="10.0.0.1:30080"), METRICS)),
    ],
)
def test_what_is_otherwise_must_be_made_anew(wanted: Forwards) -> None:
    assert not THERE.has(wanted)
