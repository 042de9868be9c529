"""A stack must go whole, and as far as it can where Docker holds on to a part of it."""

from types import SimpleNamespace
from typing import Any

import pytest

from sdctl.foundation import waiting
from sdctl.foundation.errors import NoSuchTarget, TargetRefused
from sdctl.targets.compose import removal
from sdctl.targets.compose.removal import remove
from sdctl.targets.target import Removed


class Api:
    """Docker with one stack of two containers; what it is asked to do, in order."""

    def __init__(self, *refuses: tuple[str, str]) -> None:
        self.refuses = refuses
        self.done: list[tuple[str, str]] = []
        self.inside: tuple[str, ...] = ()
        self.kept: tuple[str, ...] = ("kept",)
        self.says = "network edge has active endpoints"
        self.lacks: tuple[tuple[str, str], ...] = ()
        self.labels: dict[str, dict[str, str]] = {}
        self.gone: dict[str, int] = {}
        """In how many looks a container has gone by itself."""

    def _do(self, what: str, name: str) -> None:
        self.done.append((what, name))
        if (what, name) in self.lacks:
            raise NoSuchTarget(f"{what} {name}: there is none")
        if (what, name) in self.refuses:
            raise TargetRefused(f"{what} {name}: {self.says}", hint="")

    def containers(self, **asked: Any) -> list[dict[str, Any]]:
        if "volume" in asked["filters"]:
            return [{"Names": [f"/{name}"]} for name in self.inside]
        networks: dict[str, Any] = {"edge": {}, "data": {}}
        return [
            {
                "Id": name,
                "Names": [f"/{name}"],
                "NetworkSettings": {"Networks": networks},
                "Labels": self.labels.get(name, {}),
            }
            for name in ("a", "b")
        ]

    def networks(self, **_: Any) -> list[dict[str, Any]]:
        ours = {"sdctl.stack": "s"}
        users = {"Id": "back", "Name": "back", "Labels": {"com.docker.compose.network": "back"}}
        return [*({"Id": name, "Name": name, "Labels": ours} for name in ("edge", "data")), users]

    def inspect_network(self, network: str) -> dict[str, Any]:
        return {"Containers": {f"id-{name}": {"Name": name} for name in self.inside}}

    def volumes(self, **_: Any) -> dict[str, list[dict[str, str]]]:
        users = {"Name": "p_db", "Labels": {"com.docker.compose.volume": "db"}}
        ours = ({"Name": name, "Labels": {"sdctl.stack": "s"}} for name in self.kept)
        return {"Volumes": [*ours, users]}

    def disconnect_container_from_network(self, container: str, network: str, **_: Any) -> None:
        self._do("leave", f"{container} {network}")

    def remove_container(self, container: str, **_: Any) -> None:
        self._do("remove", container)

    def inspect_container(self, container: str) -> None:
        self.gone[container] = self.gone.get(container, 99) - 1
        if self.gone[container] <= 0:
            raise NoSuchTarget("no such container")

    def remove_network(self, network: str) -> None:
        self._do("remove", network)

    def remove_volume(self, volume: str, **_: Any) -> None:
        self._do("remove", volume)


def removed_of(api: Api, *, keep_data: bool = False) -> Removed:
    docker: Any = SimpleNamespace(api=api, ask=lambda call: call())
    return remove(docker, "s", keep_data=keep_data)


def test_every_container_must_have_left_its_networks_before_any_is_removed() -> None:
    """Where several leave at once, Docker 20.10 miscounts, and never lets the network go."""
    api = Api(("leave", "a data"))  # one that has ended is refused, and has left
    assert removed_of(api).names == ("a", "b", "edge", "data", "kept")
    left = [("leave", f"{name} {network}") for name in "ab" for network in ("edge", "data")]
    assert api.done[:4] == left
    assert sorted(api.done[4:6]) == [("remove", "a"), ("remove", "b")]
    assert api.done[6:] == [("remove", "edge"), ("remove", "data"), ("remove", "kept")]


def test_data_that_is_kept_must_not_be_touched() -> None:
    api = Api()
    assert removed_of(api, keep_data=True).names == ("a", "b", "edge", "data")
    assert ("remove", "kept") not in api.done
    api.labels["b"] = {"sdctl.keeps": "postgres-1-data"}  # its volume is in memory while it runs
    assert removed_of(api, keep_data=True).names == ("a", "edge", "data")
    assert removed_of(api).names == ("a", "b", "edge", "data", "kept")


def test_what_goes_by_itself_meanwhile_must_keep_nothing_else_from_going(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The helper of a fault ends with its node, and the engine removes it as well."""
    assert waiting.until.__kwdefaults__ is not None
    monkeypatch.setitem(waiting.until.__kwdefaults__, "every_s", 0.001)
    api = Api(("remove", "b"))  # its removal is already in progress
    api.gone["b"] = 3
    api.lacks = (("remove", "a"), ("remove", "edge"))
    removed = removed_of(api)
    assert api.gone["b"] == 0, "it is waited for"
    assert api.done[-1] == ("remove", "kept")
    assert removed.left == {}


def test_a_container_that_stays_must_be_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "_REMOVAL_S", 0.0)
    with pytest.raises(TargetRefused, match="remove b"):
        removed_of(Api(("remove", "b")))


@pytest.mark.parametrize("inside", [(), ("web-1",)])
def test_a_network_that_docker_holds_must_be_named_with_who_is_in_it(
    inside: tuple[str, ...],
) -> None:
    """No error: where it is nobody, Docker has lost count, and the next `up` takes it over."""
    api = Api(("remove", "edge"))
    api.inside = inside
    removed = removed_of(api)
    assert removed.left == {"edge": inside}
    assert removed.names == ("a", "b", "data", "kept")


def test_a_network_that_docker_refuses_to_remove_for_another_reason_must_be_an_error() -> None:
    api = Api(("remove", "edge"))
    api.says = "no room on the disk"
    with pytest.raises(TargetRefused, match="no room on the disk"):
        removed_of(api)


def test_a_volume_that_somebody_uses_must_be_named_with_who_and_keep_no_other_from_going() -> None:
    api = Api(("remove", "used"))
    api.kept, api.inside = ("used", "kept"), ("theirs",)
    with pytest.raises(TargetRefused, match="in use by theirs: used; all else is removed"):
        removed_of(api)
    assert api.done[-1] == ("remove", "kept")
    api.inside = ()
    with pytest.raises(TargetRefused, match="active endpoints"):
        removed_of(api)
