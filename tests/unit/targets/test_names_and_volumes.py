"""What has a name that a stack needs is left alone, and a volume keeps its size."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
import yaml

from sdctl.design.topology import Topology
from sdctl.foundation.errors import TargetRefused, UsageError
from sdctl.targets.compose import taken_names
from sdctl.targets.compose.labels import LABEL
from sdctl.targets.compose.target import ComposeTarget

Make = Callable[..., Topology]
Answers = dict[str, tuple[int, Any]]


@pytest.mark.parametrize("size", [0, 256 * 1024**2])
def test_a_volume_must_keep_its_size_or_the_change_be_refused(
    target: ComposeTarget, answers: Answers, topology_of: Make, size: int
) -> None:
    """Docker would go on with the old one, or throw its data away."""
    topology = topology_of("lite", f"database.volume_size={size}")
    answers["/images/json"] = (200, [])
    answers["/containers/json"] = (200, [])
    options = {"type": "tmpfs", "device": "tmpfs", "o": f"size={size},mode=0700"} if size else None
    labels = {f"{LABEL}stack": "sdctl"}
    volume = {"Name": "sdctl_postgres-1-data", "Options": options, "Labels": labels}
    answers["/volumes"] = (200, {"Volumes": [volume]})
    assert target.changes(topology, target.form.render(topology))
    other = topology_of("lite", "database.volume_size=300mb")
    with pytest.raises(UsageError, match=r"database\.volume_size is 300mb, but") as no:
        target.changes(other, target.form.render(other))
    assert "sdctl down" in str(no.value.hint)


@pytest.mark.parametrize(
    ("path", "name", "taken"),
    [
        ("/volumes", "sdctl_postgres-1-data", True),
        ("/networks", "sdctl_data", True),
        ("/containers/json", "sdctl-app-1", True),
        ("/containers/json", "sdctl-postgres-1-data-keeper", True),
        ("/volumes", "sdctl_backup", False),
        ("/networks", "my-sdctl_data", False),
        ("/containers/json", "sdctl-tools", False),
        ("/containers/json", "sdctl-redis-1-data-keeper", False),
    ],
)
def test_what_a_user_made_under_a_name_that_is_needed_must_be_left_alone(
    target: ComposeTarget, answers: Answers, topology_of: Make, path: str, name: str, taken: bool
) -> None:
    """Compose would go on with such a volume, and the database write into it."""
    topology = topology_of("lite", "database.volume_size=256mb")
    made = {"Name": name, "Names": [f"/{name}"], "Labels": None}
    answers["/containers/json"] = (200, [])
    answers[path] = (200, {"Volumes": [made]} if path == "/volumes" else [made])
    with pytest.raises(UsageError) if taken else nullcontext() as no:
        taken_names.check(target.docker, topology, "sdctl")
    if no is not None:
        assert "sdctl did not make" in no.value.message
        assert no.value.details == (name,)


def test_a_change_must_look_for_names_that_are_taken(
    target: ComposeTarget, answers: Answers, topology_of: Make
) -> None:
    topology = topology_of("lite")
    answers["/networks"] = (200, [{"Name": "sdctl_data", "Labels": {}}])
    answers["/containers/json"] = (200, [])
    with pytest.raises(UsageError, match="sdctl did not make"):
        target.changes(topology, target.form.render(topology))


def test_a_volume_of_limited_size_must_be_in_memory_and_others_where_they_were(
    target: ComposeTarget, topology_of: Make
) -> None:
    topology = topology_of("lite", "database.volume_size=256mb")
    text = target.form.render(topology).files["compose.yml"]
    volumes = yaml.safe_load(text)["volumes"]
    limited = {name: made["driver_opts"] for name, made in volumes.items() if "driver_opts" in made}
    assert set(limited) == {"postgres-1-data", "postgres-2-data"}
    assert limited["postgres-1-data"]["o"].split(",")[0] == f"size={256 * 1024**2}"


def test_a_name_that_is_taken_meanwhile_must_be_told_with_who_may_go(
    target: ComposeTarget, answers: Answers
) -> None:
    """As of a fault's helper, whose name no `up` knows."""
    told = 'Conflict. The container name "/sdctl-app-1-f-3" is already in use by container "1f".'
    answers["/containers/create"] = (409, {"message": told})
    with pytest.raises(TargetRefused, match="name sdctl-app-1-f-3 is taken by another") as no:
        target.docker.ask(lambda: target.docker.client.containers.create("sdctl/python:1"))
    assert "docker rename sdctl-app-1-f-3" in no.value.hint
