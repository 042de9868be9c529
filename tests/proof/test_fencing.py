"""Two leaders at once, and leaders that are taken for dead: `make prove`.

Every node of the database is written to all the time, from inside, whoever leads. A write counts
when its node acknowledged it.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.stacks import Stack, docker, eventually

pytestmark = [pytest.mark.proof, pytest.mark.docker]

TRIALS = int(os.environ.get("PROVE_TRIALS", "40"))
MINUTES = float(os.environ.get("PROVE_MINUTES", "30"))
LASTS_S = 27.0
"""Longer than a lease and all that comes after it."""
_WRITER = """
import sys, time, psycopg2
node, n, link = sys.argv[1], int(sys.argv[2]), None
while True:
    n += 1
    try:
        if link is None or link.closed:
            link = psycopg2.connect("host=/var/run/postgresql user=postgres dbname=sdctl")
            link.autocommit = True
        sent = time.time()
        link.cursor().execute("INSERT INTO two_leaders VALUES (%s, %s)", (node, n))
        # a commit that did not reach the follower it waits for is done with a warning
        if not link.notices:
            print(n, sent, time.time(), flush=True)
        link.notices.clear()
    except psycopg2.Error:
        if link is not None:
            link.close()
    time.sleep(0.02)
"""
Acknowledged = Mapping[str, list[tuple[int, float, float]]]
"""By node: a write's number, when it was sent, when it was acknowledged."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    made = Stack("proof-fencing", tmp_path_factory.mktemp("fencing"))
    try:
        made.up("lite")
        yield made
    finally:
        made.run("down", code=None)


def container(stack: Stack, node: str) -> str:
    return f"sdctl-{stack.name}-{node}"


@contextmanager
def written_to(stack: Stack, folder: Path, first: int) -> Iterator[dict[str, Path]]:
    """What each node acknowledges, in a file of its own."""
    files = {node: folder / node for node in ("postgres-1", "postgres-2")}
    with ExitStack() as opened:
        for node, path in files.items():
            words = ["docker", "exec", container(stack, node), "timeout", "150",
                     "python3", "-c", _WRITER, node, str(first)]  # fmt: skip
            file = opened.enter_context(path.open("w"))
            writer = subprocess.Popen(words, stdout=file, stderr=subprocess.DEVNULL)
            opened.callback(writer.wait)
            opened.callback(writer.kill)
        yield files
        for node in files:
            docker("exec", container(stack, node), "pkill", "-f", "two_leaders")


def read(files: Mapping[str, Path]) -> Acknowledged:
    found = {}
    for node, path in files.items():
        words = (line.split() for line in path.read_text().splitlines())
        found[node] = [(int(n), float(sent), float(done)) for n, sent, done in words]
    return found


@contextmanager
def paused(stack: Stack, node: str) -> Iterator[None]:
    docker("pause", container(stack, node))
    try:
        yield
    finally:
        docker("unpause", container(stack, node))


def cut_off(*networks: str) -> Callable[[Stack, str], ExitStack]:
    """From every other node on these networks."""

    def begin(stack: Stack, node: str) -> ExitStack:
        ended = ExitStack()
        for network in networks:
            name = f"sdctl-{stack.name}_{network}"
            docker("network", "disconnect", name, container(stack, node))
            ended.callback(docker, "network", "connect", "--alias", node, "--alias", "postgres",
                           name, container(stack, node))  # fmt: skip
        return ended

    return begin


FAULTS = (paused, cut_off("consensus"), cut_off("data"), cut_off("consensus", "data"))


@pytest.mark.timeout(7200)
def test_no_two_nodes_must_take_writes_at_once(stack: Stack, tmp_path: Path) -> None:
    """In every pause and partition: nothing is acknowledged by the old leader after the new one
    acknowledged its first write; nothing that was acknowledged is lost; nobody is fenced."""
    stack.run("shell", "database", "--", "CREATE TABLE two_leaders (node text, n int)")
    changed = 0
    for trial, fault in enumerate(itertools.islice(itertools.cycle(FAULTS), TRIALS)):
        leader = stack.leader("database") or ""
        folder = tmp_path / str(trial)
        folder.mkdir()
        with written_to(stack, folder, first=trial * 1_000_000) as files:
            eventually(files[leader].read_text, bool, timeout_s=30)
            began = time.time()
            with fault(stack, leader):
                time.sleep(LASTS_S)
            eventually(lambda: stack.json("status")["healthy"], bool, timeout_s=120)
        acknowledged = read(files)
        other = next(node for node in files if node != leader)
        taken = [done for _, _, done in acknowledged[other] if done > began]
        changed += bool(taken)
        late = [n for n, sent, _ in acknowledged[leader]
                if taken and min(taken) < sent < max(taken)]  # fmt: skip
        assert late == [], f"trial {trial}: {leader} and {other} both took writes"
        rows = stack.run("shell", "database", "--", f"COPY (SELECT node, n FROM two_leaders "
                         f"WHERE n > {trial * 1_000_000}) TO STDOUT")  # fmt: skip
        held = {tuple(line.split("\t")) for line in rows.stdout.splitlines()}
        wanted = {(node, str(n)) for node, found in acknowledged.items() for n, _, _ in found}
        assert wanted - held == set(), f"trial {trial}: acknowledged and lost"
        assert stack.node("fencing-1")["facts"]["revoked"] == 0, f"trial {trial}: fenced on doubt"
        print(f"trial {trial}: {len(wanted)} writes, 0 at once, 0 lost")
    assert changed >= TRIALS // 4, "in each pause at least another takes over"


@pytest.mark.timeout(7200)
def test_a_full_machine_must_not_be_taken_for_a_dead_leader(stack: Stack) -> None:
    """For half an hour each processor has more to do than it can."""
    before = stack.node("fencing-1")["facts"]["revoked"]
    busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"])
            for _ in range(2 * (os.cpu_count() or 1))]  # fmt: skip
    try:
        ends = time.monotonic() + 60 * MINUTES
        while time.monotonic() < ends:
            stack.run("load", "--rps", "50", "--duration", "60s", code=None)
            facts = stack.node("fencing-1")["facts"]
            assert facts.get("revoked", before) == before
    finally:
        for process in busy:
            process.kill()
            process.wait()
