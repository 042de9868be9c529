from __future__ import annotations

import stat
from collections.abc import Callable

import pytest

from sdctl.components.node import Secret
from sdctl.design.topology import Topology
from sdctl.foundation.errors import UsageError
from sdctl.state.stack import Stack


@pytest.mark.parametrize("name", ["", "-a", "A", "a b", "a" * 40, "../x", "a_b"])
def test_a_name_that_cannot_name_containers_must_be_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a stack"):
        Stack(name)


def test_secrets_must_be_long_distinct_kept_and_readable_by_the_owner_only() -> None:
    stack = Stack("sdctl")
    stack.make_secrets([Secret("api_key"), Secret("cache")])
    first = {name: stack.secrets()[name] for name in ("api_key", "cache")}
    assert len(set(first.values())) == 2
    assert all(len(value) == 48 for value in first.values())
    stack.make_secrets([Secret("api_key"), Secret("cache"), Secret("queue")])
    again = stack.secrets()
    assert {name: again[name] for name in first} == first
    assert "queue" in again
    assert stat.S_IMODE((stack.bundle / ".env").stat().st_mode) == 0o600


@pytest.mark.parametrize(("tier", "more", "fewer"), [
    ("cache", "cache.replicas_per_master=1", "cache.replicas_per_master=0"),
    ("cache", "cache.masters=4", "cache.masters=3"),
    ("consensus", "consensus.nodes=3", "consensus.nodes=1"),
])  # fmt: skip
def test_a_cluster_of_other_members_must_be_told_from_all_that_were_before(
    topology_of: Callable[..., Topology], tier: str, more: str, fewer: str
) -> None:
    """A node that was removed and comes back has the data of its former life still."""
    stack = Stack("sdctl")
    lives = []
    for settings in (more, more, fewer, more):
        stack.make_secrets(topology_of("lite", settings).secrets)
        stack.made()
        lives.append(stack.secrets()[f"{tier}_cluster"])
    assert lives[0] == lives[1]
    assert len(set(lives)) == 3


def test_a_cluster_must_keep_its_mark_where_a_change_of_its_members_never_came_to_its_end(
    topology_of: Callable[..., Topology],
) -> None:
    """Its nodes run with it still, or were made with it and not started yet."""
    stack = Stack("sdctl")

    def mark(masters: int) -> str:
        stack.make_secrets(topology_of("lite", f"cache.masters={masters}").secrets)
        return stack.secrets()["cache_cluster"]

    three = mark(3)
    stack.made()
    four, five = mark(4), mark(5)
    assert len({three, four, five}) == 3
    assert (mark(3), mark(4), mark(5), mark(3)) == (three, four, five, three)
    stack.made()
    assert mark(4) != four


def test_a_damaged_record_of_marks_must_make_new_ones(
    topology_of: Callable[..., Topology],
) -> None:
    stack = Stack("sdctl")
    for number, text in enumerate(("[", "[]", '{"cache_cluster": 3}', "3")):
        stack.make_secrets(topology_of("lite", f"cache.masters={3 + number}").secrets)
        (stack.folder / "marks.json").write_text(text)
    assert stack.secrets()["cache_cluster"].startswith("6of6-")
    stack.forget(keep_data=False)
    assert not stack.folder.exists() or not list(stack.folder.iterdir())


def test_forgetting_must_leave_no_file_and_keep_data_must_keep_the_secrets() -> None:
    stack = Stack("sdctl")
    stack.make_secrets([Secret("api_key")])
    with stack.lock("down"):
        stack.forget(keep_data=True)
    assert stack.secrets()
    assert not (stack.folder / "lock").exists()
    with stack.lock("down"):
        stack.forget(keep_data=False)
    assert not stack.folder.exists()
