"""Two faults at once are healed in any order."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest
from world import World

from sdctl.chaos import healing
from sdctl.components.component import Component
from sdctl.faults.fault import Fault, all_faults
from sdctl.faults.fault_plan import FaultPlan
from sdctl.faults.pause import PauseNodes
from sdctl.foundation.errors import SdctlError
from sdctl.state import fault_records, observation
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.network_operations import Helped
from sdctl.targets.operations import Op
from sdctl.targets.target import Output


@pytest.mark.slow("all pairs of all kinds of faults, each with its record on the disk")
def test_two_faults_must_heal_in_any_order(
    monkeypatch: pytest.MonkeyPatch, components: Mapping[str, Component]
) -> None:
    """All permutations of two kinds, as they stand by default: either one begins, and is healed,
    first. A kind that cannot hit this small stack is left out."""
    hitting = [kind for kind in sorted(all_faults()) if _planned(kind, _world(), components)]
    tried = set[str]()
    for number, kinds in enumerate(itertools.permutations(hitting, 2)):
        if _both_healed(monkeypatch, components, kinds, Stack(f"pair-{number}")):
            tried.update(kinds)
    assert tried >= {"pause", "kill-leader", "fail-messages", "kill", "stop"}


def test_many_faults_must_not_ask_for_the_stack_with_the_square_of_their_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each fault has a healer of its own, and those of a crowd begin at one moment."""
    world, stack, looks = _world(), Stack("crowd"), list[None]()

    def counted(*asked: object, **how: object) -> Snapshot:
        looks.append(None)
        return world.look(*asked, **how)

    monkeypatch.setattr(observation, "snapshot", counted)
    fault = PauseNodes(where="worker-1")
    records = [
        fault_records.open_record(
            stack, kind=fault.kind, params=fault.params(), how=None, tier="worker",
            target="worker-1", for_s=60,
        )
        for _ in range(8)
    ]  # fmt: skip
    for record in records:
        healing.heal(world, stack, record)
    assert len(looks) <= 2 * len(records)


class NobodyHelps(World):
    """Where no helper of a fault is left once it has been told to end."""

    def apply(self, op: Op) -> Output:
        return Output(1, "", "") if isinstance(op, Helped) else super().apply(op)


def _world() -> World:
    return NobodyHelps(nodes=3, beside=("worker",))


def _planned(
    kind: str, world: World, components: Mapping[str, Component]
) -> tuple[Fault, FaultPlan] | None:
    fault = SMALL.get(kind) or all_faults()[kind]()
    try:
        return fault, fault.plan(world.look(), components)
    except (SdctlError, LookupError):
        return None


def _both_healed(
    monkeypatch: pytest.MonkeyPatch,
    components: Mapping[str, Component],
    kinds: tuple[str, ...],
    stack: Stack,
) -> bool:
    world = _world()
    monkeypatch.setattr(observation, "snapshot", world.look)
    before = {node.node: node.state for node in world.nodes()}
    plans = []
    for kind in kinds:
        planned = _planned(kind, world, components)
        if planned is None:
            return False
        plans.append(planned)
        for operation in plans[-1][1].inject:
            world.apply(operation)
    records = [
        fault_records.open_record(
            stack, kind=fault.kind, params=fault.params(), how=plan.how, tier=plan.tier,
            target=plan.target, for_s=60,
        )
        for fault, plan in plans
    ]  # fmt: skip
    for record in records:
        healing.heal(world, stack, record)
    assert {node.node: node.state for node in world.nodes()} == before, kinds
    assert fault_records.active(stack) == []
    return True


SMALL: Mapping[str, Fault] = {"pause": PauseNodes(where="database:follower")}
