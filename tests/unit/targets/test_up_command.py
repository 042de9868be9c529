"""The command that makes a stack like one that is removed first."""

from __future__ import annotations

import pytest

from sdctl.design import validation
from sdctl.targets import placement
from sdctl.targets.placement import Placement
from sdctl.targets.up_command import up_anew


@pytest.mark.parametrize(
    ("set_", "changes", "command"),
    [
        ((), (), "sdctl up lite"),
        (
            ("gateway.port=18780",),
            ("database.volume_size=256mb",),
            "sdctl up lite --set gateway.port=18780 --set database.volume_size=256mb",
        ),
        (("queue.nodes=3",), ("queue.nodes=1",), "sdctl up lite --set queue.nodes=1"),
        (
            ("images=local", "cache.ttl=33s", "app.replicas=3"),
            (),
            "sdctl up lite --set images=local --set app.replicas=3 --set cache.ttl=33s",
        ),
    ],
)
def test_it_must_name_the_profile_and_all_that_was_set(
    set_: tuple[str, ...], changes: tuple[str, ...], command: str
) -> None:
    assert up_anew("sdctl", validation.load("lite", set_), *changes) == command


def test_it_must_make_the_same_profile_again() -> None:
    profile = validation.load("standard", ("gateway.port=18780", "cache.memory=512mb"))
    words = up_anew("b", profile).split()
    assert words[:5] == ["sdctl", "--stack", "b", "up", "standard"]
    assert validation.load("standard", words[6::2]) == profile


def test_what_was_decided_and_not_set_must_not_be_named() -> None:
    decided = validation.load("standard", ("documents.server=ferretdb",))
    assert up_anew("sdctl", decided) == "sdctl up standard"


def test_it_must_name_where_the_stack_was() -> None:
    placement.keep("b", Placement("kubernetes", {"context": "kind-kind", "expose": ""}))
    command = "sdctl --stack b up lite --target kubernetes --context kind-kind"
    assert up_anew("b", validation.load("lite")) == command
