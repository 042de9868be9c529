"""What runs a stack is known in one folder alone."""

from __future__ import annotations

import inspect

import pytest

from sdctl.components.component import all_components
from sdctl.components.node import ALL_ABILITIES
from sdctl.foundation.errors import UsageError
from sdctl.targets import operations
from sdctl.targets.compose.target import ComposeTarget
from sdctl.targets.operations import Exec, Kill, Pause, Unpause
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Target


def test_the_contract_must_have_at_most_ten_methods() -> None:
    methods = {name for name, value in vars(Target).items() if inspect.isfunction(value)}
    methods = {name for name in methods if not name.startswith("_")}
    assert len(methods) <= 10, sorted(methods)
    for target in (ComposeTarget, RecordingTarget):
        own = {name for name, value in vars(target).items() if inspect.isfunction(value)}
        assert methods == {name for name in own if not name.startswith("_")}, target


def test_an_operation_that_a_target_cannot_do_must_be_refused_with_the_reason() -> None:
    all_of_them = [Pause(node="app-1", cause="x"), Kill(node="app-1", cause="x")]
    operations.check(all_of_them, ALL_ABILITIES)
    harmless = [Unpause(node="a", cause="x"), Exec(node="a", command=("true",), cause="x")]
    operations.check(harmless, ())
    with pytest.raises(UsageError, match="cannot pause a node, so it cannot pause app-1"):
        operations.check(all_of_them, ALL_ABILITIES - {"pause"})
    with pytest.raises(UsageError, match="cannot hold down a node, so it cannot kill app-1"):
        operations.check(all_of_them, ALL_ABILITIES - {"hold down"})


def test_what_components_require_must_be_known_abilities() -> None:
    required = {each for component in all_components().values() for each in component.requires}
    assert required == {"logs of all nodes", "usage of all nodes"}
    assert required <= ComposeTarget.abilities <= ALL_ABILITIES
