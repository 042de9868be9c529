"""drain: what it asks of the target, and how it is seen that a machine is empty."""

from __future__ import annotations

import pytest

from sdctl.components.component import all_components
from sdctl.components.node import ALL_ABILITIES
from sdctl.faults.drain import DrainMachine
from sdctl.foundation.errors import UsageError
from sdctl.targets import operations
from sdctl.targets.compose.target import ComposeTarget
from sdctl.targets.kubernetes.target import KubernetesTarget
from sdctl.targets.network_operations import Drain, Restore
from sdctl.targets.target import Output
from tests.unit.faults.test_network import SEEN

COMPONENTS = all_components()


def test_it_must_close_and_empty_the_machine_of_each_node_and_open_it_again() -> None:
    plan = DrainMachine(where="app").plan(SEEN, COMPONENTS)
    assert [(op.node, op.empty) for op in plan.inject if isinstance(op, Drain)] == [
        ("app-1", True), ("app-2", True)
    ]  # fmt: skip
    healed = DrainMachine().heal(SEEN, plan.target)
    assert [(type(op), op.node) for op in healed] == [
        (Restore, "app-1"), (Restore, "app-2")
    ]  # fmt: skip


def test_one_machine_must_not_be_emptied() -> None:
    plan = DrainMachine().plan(SEEN, COMPONENTS)
    operations.check(plan.inject, KubernetesTarget.abilities)
    with pytest.raises(UsageError, match="cannot drain the machine of postgres-2"):
        operations.check(plan.inject, ComposeTarget.abilities)


@pytest.mark.parametrize(
    ("cordon_only", "code", "there", "seen", "holds"),
    [
        (False, 0, "", "closed and empty", True),
        (False, 0, "app-1, app-2", "closed, and app-1, app-2 still there", False),
        (False, 1, "", "open", False),
        (True, 0, "app-1", "closed", True),
        (True, 1, "", "open", False),
    ],
)
def test_it_must_be_seen_by_who_is_there_still(
    cordon_only: bool, code: int, there: str, seen: str, holds: bool
) -> None:
    fault = DrainMachine(cordon_only=cordon_only)
    [effect] = fault.plan(SEEN, COMPONENTS).seen_by(ALL_ABILITIES, "f-7").effects
    [look] = effect.operations
    assert getattr(look, "fault", None) == "f-7"
    found = effect.measured([Output(code, there, "")])
    assert (found.seen, found.holds) == (seen, holds)
