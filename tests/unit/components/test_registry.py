"""Where an image is asked for."""

from __future__ import annotations

import pytest

from sdctl.components.versions import Registry


@pytest.mark.parametrize(
    ("vendors", "pulled"),
    [
        ("mongo:8.0.29", "m.example.org/library/mongo:8.0.29"),
        ("grafana/grafana:12", "m.example.org/grafana/grafana:12"),
        ("docker.elastic.co/kibana/kibana:9", "m.example.org/kibana/kibana:9"),
        ("localhost:5000/x:1", "m.example.org/x:1"),
    ],
)
def test_a_mirror_must_have_every_image_at_its_own_path(vendors: str, pulled: str) -> None:
    assert Registry(mirror="m.example.org").reference("x", vendors) == pulled
    assert Registry().reference("x", vendors) == vendors
