"""Who reaches whom: how the calls of helpers and peers become ways."""

from __future__ import annotations

import json

from sdctl.faults import _reachability
from sdctl.targets.network_operations import Impair
from sdctl.targets.target import Output

HEARD = {"app-1": {"app-2": 9, "redis-1": 0}, "app-2": {"app-1": 0, "redis-1": 7}}
"""By helper's node, how many calls of each peer it heard."""


def test_the_ways_between_two_helpers_must_be_seen_at_both_ends() -> None:
    outputs = (Output(0, "app-1 8\napp-2 0\n", ""), Output(0, json.dumps(HEARD), ""))
    assert _reachability.ways(["app-1", "app-2"], ["redis-1"], outputs) == {
        ("app-1", "redis-1"): True,
        ("redis-1", "app-1"): False,
        ("app-2", "redis-1"): False,
        ("redis-1", "app-2"): True,
        ("app-1", "app-2"): False,
        ("app-2", "app-1"): True,
    }


def test_a_way_that_one_of_two_nodes_cuts_must_be_asked_to_be_closed() -> None:
    """Whichever of the two it is, and in whichever order they come."""
    one = Impair(node="app-1", cause="", for_s=1, cut_to=("app-2",), cut_from=())
    two = Impair(node="app-2", cause="", for_s=1, cut_to=("redis-1",), cut_from=())
    seen = {
        ("app-1", "app-2"): False,
        ("app-2", "app-1"): True,
        ("app-2", "redis-1"): False,
        ("redis-1", "app-2"): True,
    }
    for inject in ((one, two), (two, one)):
        effect = _reachability.effect_of(
            inject, ["redis-1", "app-1", "app-2"], operations=(), seen=lambda outputs: seen
        )
        assert effect.measured(()).holds
