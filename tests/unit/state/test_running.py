"""What runs: how many nodes an elastic tier has, and which stacks there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdctl.components.component import all_components
from sdctl.design import validation
from sdctl.foundation.errors import NoSuchTarget
from sdctl.state import observation
from sdctl.state.running import elastic_counts
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance


def node(name: str, tier: str) -> Instance:
    return Instance(node=name, tier=tier, component=name.rpartition("-")[0], state="running")


def test_what_is_kept_must_not_say_how_many_replicas_there_are() -> None:
    five = validation.load("lite", ("app.replicas=5",))
    two = validation.load("lite")
    assert five.lasting() == two.lasting()
    assert "nodes" in two.lasting()["database"]


def test_the_last_replica_must_say_how_many_there_are() -> None:
    """One that was removed by hand in between is to come back; others are as they were made."""
    nodes = [node("app-1", "app"), node("app-3", "app"), node("postgres-1", "database")]
    tiers = ("app", "worker", "database", "gone")
    assert elastic_counts(tiers, all_components(), nodes) == {"app": {"replicas": 3}}


def test_where_the_stack_is_not_there_those_that_are_must_be_named(own_state: Path) -> None:
    with pytest.raises(NoSuchTarget) as none:
        observation.present(RecordingTarget(), "sdctl")
    assert none.value.hint == "Start it: `sdctl up`."
    (own_state / "stacks" / "first").mkdir(parents=True)
    with pytest.raises(NoSuchTarget) as other:
        observation.present(RecordingTarget(), "b")
    assert other.value.hint == "Yours: first. Name one: --stack first."
