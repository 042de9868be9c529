"""What a verdict says to do next is something that its reader has not just done."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from test_selector import node, snapshot

from sdctl.components.component import all_components, every_component
from sdctl.design import validation
from sdctl.faults import advice
from sdctl.faults.bandwidth import Bandwidth
from sdctl.faults.fault import Fault, all_faults
from sdctl.faults.from_texts import made
from sdctl.faults.kill_leader import HOWS, KillLeader
from sdctl.faults.pause import PauseNodes
from sdctl.faults.selector import meant
from sdctl.faults.slow import SlowNode
from sdctl.faults.slow_queries import SlowQueries
from sdctl.judge.audit import Audit


def command(step: str) -> list[str]:
    return shlex.split(step.split("`")[1])


def suggested(step: str) -> Fault | None:
    """The fault that a step says to try; None: it is another command."""
    _, group, *words = command(step)
    if group != "chaos" or words[0] not in all_faults():
        return None
    kind = all_faults()[words[0]]
    fault, _ = made(kind, advice.texts_of(kind, words[1:]))
    return fault


@pytest.mark.parametrize("kind", all_faults())
def test_who_follows_the_advice_must_be_advised_something_else(kind: str) -> None:
    first = all_faults()[kind]()
    step = advice.after(first)
    assert command(step)[0] == "sdctl"
    following = suggested(step)
    if following is not None:
        assert command(advice.after(following)) != command(step)


@pytest.mark.parametrize(
    "step", ["Try `sdctl dlq replay --all`.", "Try `sdctl --stack b dlq replay --all`."]
)
def test_where_nothing_is_left_to_replay_nobody_must_be_told_to_do_it(step: str) -> None:
    none = Audit(acknowledged=3, refused=0, unknown=0, lost=(), recovered=(), duplicated=(),
                 broken_promises=(), unfinished=(), undelivered=(), notified_twice=())  # fmt: skip
    some = replace(none, dead=("r-1",))
    assert advice.with_letters(step, some) == advice.with_letters(step, None) == step
    assert "dlq" not in advice.with_letters(step, none)


def test_options_that_are_as_the_step_says_must_count_as_done() -> None:
    longer = PauseNodes(where="database:leader", for_=40.0)
    assert "chaos list" in advice.after(longer)
    assert "--for 40s" in advice.after(PauseNodes(where="database:leader", for_=3.0))
    done = SlowNode(where="database:sync-follower", for_=15.0, seed=7)
    assert "chaos list" in advice.after(done), "how long it lasted is not what the step says"


def test_another_word_for_the_same_node_must_count_as_done() -> None:
    seen = snapshot(
        database=[
            node("postgres-1", "leader"),
            node("postgres-2", "follower", sync=True),
            node("postgres-3", "follower", sync=False),
        ]
    )
    told = meant(seen, all_components(), 7)
    assert "chaos list" in advice.after(SlowNode(where="database:follower"), None, told)
    assert "chaos list" in advice.after(SlowNode(where="postgres-2"), None, told)
    assert "sync-follower" in advice.after(SlowNode(where="postgres-3"), None, told)
    assert "sync-follower" in advice.after(SlowNode(where="cache:leader"), None, told)


def test_each_way_to_lose_a_leader_must_lead_to_another_one_of_the_same_tier() -> None:
    steps = [command(advice.after(KillLeader(tier="cache", how=how))) for how in HOWS]
    assert {step[3] for step in steps} == {"cache"}
    assert sorted(step[-1] for step in steps) == sorted(HOWS)


def test_where_nobody_could_take_over_the_advice_must_be_what_changes_that() -> None:
    for component in every_component():
        assert (component.alone is not None) == component.leads, component.name
    for tier, component in all_components().items():
        if component.alone is not None:
            step = advice.after(KillLeader(tier=tier), component.alone)
            assert command(step)[:3] == ["sdctl", "up", "--set"]
            changed = validation.load("standard", [component.alone.cure])
            assert changed.settings[tier].count > 1


def test_more_of_the_same_fault_must_be_advised_of_the_same_target() -> None:
    step = command(advice.after(Bandwidth(where="queue:leader")))
    assert step == ["sdctl", "chaos", "bandwidth", "queue:leader", "--rate", "100kbit"]
    assert command(advice.after(SlowQueries()))[:3] == ["sdctl", "chaos", "slow-queries"]
