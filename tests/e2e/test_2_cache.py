"""The cache's cluster must be sound after any change of its nodes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stacks import Stack, docker, eventually

pytestmark = pytest.mark.docker


def primaries(stack: Stack) -> list[str]:
    nodes = stack.json("status")["tiers"]["cache"]["nodes"]
    return [node["name"] for node in nodes if node["role"] == "primary"]


def views(stack: Stack) -> set[frozenset[tuple[str, str, str, str]]]:
    """What each node sees: of each node its name, whom it follows, its epoch and its slots."""
    seen = set()
    for node in ("redis-1", "redis-2", "redis-3", "redis-4", "redis-5", "redis-6"):
        lines = stack.run("shell", node, "--", "CLUSTER", "NODES").stdout.splitlines()
        words = [line.split() for line in lines if line]
        names = {fields[0]: fields[1].split(",")[1] for fields in words}
        seen.add(
            frozenset(
                (names[fields[0]], names.get(fields[3], ""), fields[6], " ".join(fields[8:]))
                for fields in words
            )
        )
    return seen


@pytest.fixture(scope="module")
def alone(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, str]]:
    """A stack of a cache and the observer, and its profile."""
    profile = tmp_path_factory.mktemp("profile") / "cache.yaml"
    profile.write_text("tiers: [cache, observer]\n")
    stack = Stack("e2e-cache", home)
    try:
        stack.run("up", str(profile))
        yield stack, str(profile)
    finally:
        stack.run("down")


@pytest.mark.proof
def test_primaries_must_fail_over_after_their_nodes_were_made_anew_thrice(
    alone: tuple[Stack, str],
) -> None:
    stack, profile = alone
    names = [f"sdctl-{stack.name}-redis-{n}" for n in (4, 1, 6, 2, 5, 3)]
    for size in ("32mb", "48mb", "40mb"):
        before = stack.containers()
        stack.run("up", profile, "--set", f"cache.max_memory={size}")
        assert all(before[name] != stack.containers()[name] for name in names)
        # who starts first gets the first address: so they change hands
        docker("stop", "--time", "3", *names)
        names.append(names.pop(0))
        docker("start", *names)
        eventually(lambda: stack.json("status")["healthy"], bool, timeout_s=60)
    assert len(views(stack)) == 1, "the nodes disagree about epochs or slots"
    for primary in primaries(stack):
        docker("kill", f"sdctl-{stack.name}-{primary}")
        # node timeout 2 s, and what it takes to agree; the machine may be busy
        eventually(
            lambda: primaries(stack),
            lambda seen, dead=primary: len(seen) == 3 and dead not in seen,
            timeout_s=20,
        )
        docker("start", f"sdctl-{stack.name}-{primary}")
        eventually(lambda: stack.json("status")["healthy"], bool, timeout_s=60)
    assert len(views(stack)) == 1


def test_another_number_of_nodes_must_be_a_cluster_again(alone: tuple[Stack, str]) -> None:
    stack, profile = alone
    stack.run("up", profile, "--set", "cache.masters=4")
    assert len(primaries(stack)) == 4
    assert len(stack.json("status")["tiers"]["cache"]["nodes"]) == 8


def test_replicas_must_join_again_after_they_were_removed(alone: tuple[Stack, str]) -> None:
    stack, profile = alone
    for replicas, count in ((1, 6), (0, 3), (1, 6)):
        stack.run("up", profile, "--set", f"cache.replicas_per_master={replicas}")
        nodes = stack.json("status")["tiers"]["cache"]["nodes"]
        assert [node["health"] for node in nodes] == ["ok"] * count
    assert len(primaries(stack)) == 3
