"""A stack that is down and keeps its data: the next `up` makes the same one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdctl.bringup import lifecycle
from sdctl.design import validation
from sdctl.foundation.errors import NoSuchTarget
from sdctl.state import kept_profile
from sdctl.state.running import Running
from sdctl.state.stack import Stack
from sdctl.targets.recording import RecordingTarget
from sdctl.targets.target import Instance

ASKED = validation.load("lite", ("gateway.port=18480", "app.replicas=3"))


def ran(node: str, tier: str) -> Instance:
    return Instance(
        node=node, tier=tier, component=node.rpartition("-")[0], state="running",
        profile=ASKED.name, settings=json.dumps(ASKED.lasting()),
    )  # fmt: skip


NODES = [ran("app-1", "app"), ran("app-2", "app"), ran("app-3", "app"), ran("worker-1", "worker")]


def test_down_that_keeps_the_data_must_keep_the_profile_and_down_must_forget_it(
    own_state: Path,
) -> None:
    stack = Stack("b")
    lifecycle.down(RecordingTarget(NODES), stack, keep_data=True)
    gone = Running(RecordingTarget(), stack)
    again = gone.usual_profile()
    assert (again.name, again.settings["app"].count) == ("lite", 3)
    assert again.to_json()["gateway"]["port"] == 18480
    assert gone.usual_profile(("app.replicas=4",)).settings["app"].count == 4
    with pytest.raises(NoSuchTarget, match="Its data are kept, from the profile lite") as told:
        gone.nodes()
    assert told.value.hint.startswith("`sdctl --stack b up` brings it back as it was")
    # what is taken down once more, when nothing runs, says no profile: the first one stays
    lifecycle.down(RecordingTarget(), stack, keep_data=True)
    assert gone.usual_profile().name == "lite"
    lifecycle.down(RecordingTarget(), stack, keep_data=False)
    assert gone.usual_profile().name == "standard"
    assert not (own_state / "stacks" / "b").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 1, "settings": 2, "left_out": 3}'])
def test_a_file_that_is_spoilt_must_be_as_none(text: str, own_state: Path) -> None:
    folder = own_state / "stacks" / "b"
    folder.mkdir(parents=True)
    (folder / "kept.json").write_text(text)
    assert kept_profile.kept("b") is None
