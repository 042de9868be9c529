from __future__ import annotations

import pytest

from sdctl.targets.compose.answers import container, last_pause


def event(action: str, at: float) -> dict[str, object]:
    return {"Action": action, "timeNano": int(at * 1e9)}


def test_a_pause_must_be_as_long_as_between_its_events() -> None:
    old = [event("pause", 100), event("unpause", 101)]
    new = [event("pause", 200.5), event("unpause", 203.75)]
    assert last_pause([*old, *new], 150) == pytest.approx(3.25)
    assert last_pause(old, 150) is None, "it was before"
    assert last_pause([*old, event("pause", 200)], 150) is None, "it has not ended"
    assert last_pause([], 150) is None


@pytest.mark.parametrize(
    ("status", "young"),
    [
        ("Created", True), ("Up Less than a second", True), ("Up 1 second", True),
        ("Up 59 seconds (health: starting)", True), ("Up About a minute", False),
        ("Up 3 minutes", False), ("Up 10 seconds (Paused)", True),
        ("Exited (137) 6 seconds ago", False), ("Restarting (1) 2 seconds ago", False),
    ],
)  # fmt: skip
def test_a_container_must_be_young_for_a_minute(status: str, young: bool) -> None:
    raw = {"Labels": {"sdctl.stack": "b", "sdctl.node": "a-1"}, "Names": ["/a"], "State": "x",
           "Status": status, "Image": "i", "NetworkSettings": {"Networks": {}}}  # fmt: skip
    assert container(raw).young is young


def test_a_container_must_be_read_with_its_own_names_for_networks_and_ports() -> None:
    labels = {"sdctl.stack": "b", "sdctl.node": "lb-1", "sdctl.tier": "lb"}
    read = container(
        {
            "Labels": labels,
            "Names": ["/sdctl-b-lb-1"],
            "State": "running",
            "Status": "Up 3 minutes",
            "Image": "sdctl/haproxy:1",
            "Ports": [{"PrivatePort": 8404, "PublicPort": 49153}, {"PrivatePort": 80}],
            "NetworkSettings": {"Networks": {"sdctl-b_edge": {}, "elsewhere": {}}},
        }
    )
    assert (read.node, read.name) == ("lb-1", "sdctl-b-lb-1")
    assert read.addresses == {8404: "127.0.0.1:49153"}
    assert read.networks == {"edge", "elsewhere"}
    assert (read.state, read.shown) == ("running", "running")
