"""fill-disk: only a volume of a size of its own is filled, and its room is free again whoever ends
it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from test_selector import node, snapshot

from sdctl.components.component import Component
from sdctl.components.node import ALL_ABILITIES
from sdctl.design import validation
from sdctl.design.topology import Topology
from sdctl.faults.fault import impossible
from sdctl.faults.fill_disk import FillDisk
from sdctl.faults.teaching import Before
from sdctl.foundation.errors import UsageError
from sdctl.state import wanted
from sdctl.targets.operations import Exec
from sdctl.targets.target import Output

Components = Mapping[str, Component]
SEEN = snapshot(
    app=[node("app-1", "replica")],
    database=[node("postgres-1", "follower"), node("postgres-2", "leader")],
)

_MOUNTED = 'mount -t tmpfs -o size=1m none "$0" && exec python3 -c "$1"'
_STEPS = """
import json, subprocess, sys, time
for words in json.load(sys.stdin):
    subprocess.run(words, check=True, timeout=10)
    time.sleep(0.5)
"""


def test_a_stack_without_a_volume_of_limited_size_must_be_told_in_the_list_of_faults() -> None:
    lite = validation.load("lite")
    assert impossible(ALL_ABILITIES, {}, lite) == {
        "fill-disk": "no volume has a size of its own; `database.volume_size` sets one"
    }
    sized = validation.load("lite", ["database.volume_size=256mb"])
    assert impossible(ALL_ABILITIES, {}, sized) == impossible(ALL_ABILITIES, {}) == {}


def of_kind(word: str) -> Callable[[Exec], Output]:
    return lambda op: Output(0, f"{word}\n", "")


def script(operation: object, folder: Path) -> list[str]:
    """What it runs in a node, on a folder of this machine."""
    assert isinstance(operation, Exec)
    return [str(folder) if word == "/data" else word for word in operation.command]


def test_it_must_be_written_down_for_every_node_that_may_lead_by_then(
    components: Components,
) -> None:
    fault = FillDisk().pinned(SEEN, components, of_kind("tmpfs"))
    again = FillDisk(**fault.params())  # as the healer reads it
    assert again.folders == {"postgres-1": "/data", "postgres-2": "/data"}
    plan = again.plan(SEEN, components)
    [fill] = plan.inject
    assert (fill.node, plan.for_s, plan.ends_with_nodes) == ("postgres-2", 20, True)
    [effect] = plan.effects
    assert effect.measured([Output(0, "ENOSPC\n", "")]).holds
    assert not effect.measured([Output(0, "written\n", "")]).holds
    assert [op.node for op in again.heal(SEEN, "postgres-2")] == ["postgres-2"]


@pytest.mark.parametrize(
    ("where", "kind", "said", "hint"),
    [
        ("database:leader", "ext2/ext3", "no size of its own", "--set database.volume_size=256mb"),
        ("database:leader", "", "does not say what it is", "database.volume_size"),
        ("app-1", "tmpfs", "keeps nothing on a volume of a limited size", "database"),
    ],
)
def test_what_would_fill_the_machine_must_be_refused_with_what_to_do(
    components: Components, where: str, kind: str, said: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=said) as error:
        FillDisk(where=where).pinned(SEEN, components, of_kind(kind))
    assert error.value.hint is not None
    assert hint in error.value.hint
    assert "Nothing was done" in error.value.hint


def test_the_way_to_a_volume_with_a_size_must_keep_profile_port_and_settings(
    components: Components, topology_of: Callable[..., Topology]
) -> None:
    wanted.changed(SEEN.stack, topology_of("lite", "gateway.port=18780"))
    with pytest.raises(UsageError) as error:
        FillDisk().pinned(SEEN, components, of_kind("ext2/ext3"))
    assert error.value.hint is not None
    assert error.value.hint.endswith(
        "`sdctl --stack s down` removes it and its data, then `sdctl --stack s up lite "
        "--set gateway.port=18780 --set database.volume_size=256mb`."
    )
    validation.load("lite", ("database.volume_size=256mb",))


def test_in_the_node_too_nothing_but_a_volume_in_memory_must_be_filled(
    components: Components, tmp_path: Path
) -> None:
    """Also where the folder was never looked up."""
    [blind] = FillDisk().plan(SEEN, components).inject
    [fill] = FillDisk().pinned(SEEN, components, of_kind("tmpfs")).plan(SEEN, components).inject
    of_disk = Path("/proc")  # a folder of another kind, wherever the tests run
    for command in (script(blind, tmp_path), script(fill, of_disk)):
        assert subprocess.run(command, cwd=tmp_path, timeout=10, check=False).returncode == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow("a real volume is filled for its time")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a volume of 1 MB")
def test_a_full_volume_must_refuse_a_write_and_be_empty_again_when_it_is_over(
    components: Components, tmp_path: Path
) -> None:
    fault = FillDisk(for_=1).pinned(SEEN, components, of_kind("tmpfs"))
    plan = fault.plan(SEEN, components)
    [undo] = fault.heal(SEEN, "postgres-2")
    steps = [plan.inject[0], plan.effects[0].operations[0], undo, plan.effects[0].operations[0]]
    words = json.dumps([script(step, tmp_path) for step in steps])
    done = subprocess.run(
        # whoever ends it looks for its process by name: among those of this trial alone
        ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", _MOUNTED,
         str(tmp_path), _STEPS],
        input=words, capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["ENOSPC", "written"]


def test_a_leader_without_room_must_be_predicted_to_stop_writes_for_as_long(
    components: Components,
) -> None:
    def told(where: str) -> list[str]:
        fault = FillDisk(where=where)
        before = Before(
            plan=fault.plan(SEEN, components), profile=validation.load("lite"),
            components=components, seen=SEEN, writes_per_s=60.0,
        )  # fmt: skip
        return [
            f"{prediction.what} {prediction.low}–{prediction.high}"
            for prediction in fault.expects(before)
        ]

    assert told("database:leader") == ["writes lost 0.0–0.0", "writes stopped for 10.0–23.0"]
    assert told("postgres-1") == ["writes lost 0.0–0.0"], "the leader goes on without it"
