"""A load to a stack that lacks what its workload needs."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from sdctl.design.topology import Topology
from sdctl.foundation.errors import NoSuchTarget
from sdctl.load.options import LoadOptions
from sdctl.load.to_stack import plan_to_stack
from sdctl.state.running import Running
from sdctl.state.stack import Stack
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance

Make = Callable[..., Topology]


def running(topology: Topology, monkeypatch: pytest.MonkeyPatch) -> Running:
    monkeypatch.setattr(Running, "way_in", lambda _: ("http://gateway", {}))
    target = RecordingTarget(
        Instance(
            node=node.name, tier=node.tier, component=node.component, state="running",
            profile=topology.profile.name if node.observes else "",
            settings=json.dumps(topology.profile.lasting()) if node.observes else "",
        )
        for node in topology.nodes
    )  # fmt: skip
    return Running(target, Stack("sdctl"))


def test_a_workload_without_its_tier_must_be_refused_before_anything_is_sent(
    topology_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen: every request of it was answered 501, and the load ended with 8."""
    options = LoadOptions(rps=10, workload="events")
    with pytest.raises(NoSuchTarget) as told:
        plan_to_stack(options, running(topology_of("lite"), monkeypatch))
    assert told.value.message == (
        "this stack has no tier documents, and the workload events needs it"
    )
    assert told.value.hint.startswith("Nothing was sent. The profiles standard and ha have it.")
    plan = plan_to_stack(options, running(topology_of("standard"), monkeypatch))
    assert plan.workload.name == "events"


def test_a_workload_that_names_no_tier_must_be_sent_to_any_stack(
    topology_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = running(topology_of("lite"), monkeypatch)
    assert plan_to_stack(LoadOptions(rps=10), there).workload.name == "mixed"
