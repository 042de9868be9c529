"""Which node `sdctl shell` means, and what it runs there."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from sdctl.components.component import all_components, every_component
from sdctl.foundation.errors import NoSuchTarget
from sdctl.state.shells import note, resolve
from sdctl.state.snapshot import NodeStatus, Role, Snapshot, TierStatus


def node(name: str, role: Role | None = None, state: str = "running") -> NodeStatus:
    return NodeStatus(name=name, state=state, role=role, health="ok")


def stack(*database: NodeStatus) -> Snapshot:
    tiers = {
        "database": database or (node("postgres-1", "follower"), node("postgres-2", "leader")),
        "lb": (node("lb-1"),),
    }
    return Snapshot(
        stack="s", profile="lite", healthy=True, at="",
        tiers={t: TierStatus(healthy=True, leader=None, nodes=n) for t, n in tiers.items()},
    )  # fmt: skip


def chosen(where: str, *command: str, of: Snapshot | None = None) -> tuple[str, tuple[str, ...]]:
    return resolve(of or stack(), all_components(), where, command)


def test_a_command_for_a_tier_without_a_client_must_be_a_program_with_its_words() -> None:
    plain = {"lb": replace(all_components()["lb"], shell=("sh",), shell_command=None)}
    assert resolve(stack(), plain, "lb", ("id", "-u")) == ("lb-1", ("id", "-u"))
    assert resolve(stack(), plain, "lb", ()) == ("lb-1", ("sh",))


def test_a_tier_must_mean_its_leader_and_a_node_itself() -> None:
    assert chosen("database")[0] == "postgres-2"
    assert chosen("postgres-1")[0] == "postgres-1"
    assert chosen("lb")[0] == "lb-1"


def test_without_a_command_the_tiers_own_client_must_open() -> None:
    assert "psql" in chosen("database")[1]
    where, words = chosen("database", "SELECT 1")
    assert (where, words[-1]) == ("postgres-2", "SELECT 1")
    assert "psql" in words


def test_a_name_that_is_not_there_must_be_refused_with_those_that_are() -> None:
    with pytest.raises(NoSuchTarget, match="databse") as caught:
        chosen("databse")
    assert "database" in f"{caught.value.message} {caught.value.hint}"


def test_a_tier_without_a_leader_must_name_its_running_nodes() -> None:
    headless = stack(node("postgres-1", "follower"), node("postgres-2", None, "down"))
    with pytest.raises(NoSuchTarget, match="no leader right now") as caught:
        chosen("database", of=headless)
    assert caught.value.hint == "Name a node: postgres-1."


def test_a_tier_that_is_down_must_say_what_its_nodes_are() -> None:
    with pytest.raises(NoSuchTarget, match="no node of database is running: postgres-1 down"):
        chosen("database", of=stack(node("postgres-1", None, "down")))


@pytest.mark.parametrize(
    ("words", "said"), [(("sh",), True), (("bash",), True), (("psql",), False)]
)
def test_a_plain_shell_must_be_called_one_and_a_client_not(
    words: tuple[str, ...], said: bool
) -> None:
    told = note("opensearch-1", words, "search")
    assert ("plain shell in opensearch-1" in told) == said
    assert ("sdctl shell search -- COMMAND" in told) == said


def test_the_gateways_client_must_hand_each_line_to_haproxy(tmp_path: Path) -> None:
    socat = tmp_path / "socat"
    socat.write_text('#!/bin/sh\nread -r line\necho "$2 got: $line"\n')
    socat.chmod(0o755)
    done = subprocess.run(
        all_components()["gateway"].shell, input="show info\nshow servers state\n",
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "/tmp/haproxy.sock got: show info",
        "/tmp/haproxy.sock got: show servers state",
    ]


@pytest.mark.parametrize("path", ["_cat/indices?v", "/_cat/indices?v"])
@pytest.mark.parametrize("server", ["opensearch", "elasticsearch"])
def test_a_path_of_the_search_tier_must_be_understood_with_and_without_its_first_slash(
    server: str, path: str, tmp_path: Path
) -> None:
    curl = tmp_path / "curl"
    curl.write_text('#!/bin/sh\nfor last; do :; done\necho "$last"\n')
    curl.chmod(0o755)
    [search] = [one for one in every_component() if one.name == server]
    done = subprocess.run(
        [*(search.shell_command or ()), path],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "http://localhost:9200/_cat/indices?v"
