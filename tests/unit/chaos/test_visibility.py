"""Which nodes are not well, and how that is told."""

from __future__ import annotations

from sdctl.chaos import visibility
from sdctl.state.snapshot import NodeStatus, Snapshot, TierStatus


def test_what_is_the_matter_with_a_node_must_be_told_once() -> None:
    nodes = (
        NodeStatus(name="app-1", state="down", shown="exited", health="failing",
                   reason="Exited (137) 3 seconds ago"),
        NodeStatus(name="app-2", state="down", shown="missing", health="failing",
                   reason="somebody removed it"),
        NodeStatus(name="app-3", state="running", health="ok"),
    )  # fmt: skip
    tiers = {"app": TierStatus(healthy=False, leader=None, nodes=nodes)}
    seen = Snapshot(stack="s", profile="lite", healthy=False, at="", tiers=tiers)
    assert visibility.told_ill(seen) == [
        "app-1: Exited (137) 3 seconds ago",
        "app-2: missing, somebody removed it",
    ]
