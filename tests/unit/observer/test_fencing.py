"""When a leader is dead beyond doubt, and that exactly its lease is revoked."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sdctl.chaos.phases import _patroni
from sdctl.chaos.phases.phases import LogLine
from sdctl.observer.fencing import leadership
from sdctl.observer.fencing.__main__ import Watch
from sdctl.observer.fencing.consensus import Unavailable
from sdctl.observer.fencing.control_groups import ControlGroups
from sdctl.observer.fencing.death import Evidence, rule
from sdctl.observer.fencing.fence import Fence
from sdctl.observer.fencing.leadership import Leader, Leadership, LeaseHolder
from sdctl.observer.probes import fencing

KERNEL = "fc39cb65"
LEADER = Leader(name="postgres-1", revision=41, lease=7)
HELD = Leadership(
    leader=LEADER,
    members={
        "postgres-1": LeaseHolder(name="postgres-1", lease=7, group=f"{KERNEL}/11"),
        "postgres-2": LeaseHolder(name="postgres-2", lease=8, group=f"{KERNEL}/12"),
    },
)
DEAD = Evidence(seen=True, processes=0)


def member(**changes: Any) -> Leadership:
    """The leader's record, changed."""
    record = replace(HELD.members["postgres-1"], **changes)
    return replace(HELD, members={**HELD.members, "postgres-1": record})


def test_a_leader_without_a_process_must_be_dead() -> None:
    ruling = rule(HELD, KERNEL, {f"{KERNEL}/11": DEAD})
    assert (ruling.fence, ruling.why) == (True, "no process of postgres-1 is left")


@pytest.mark.parametrize(
    ("state", "evidence", "why"),
    [
        (replace(HELD, leader=None), DEAD, "nobody leads"),
        (replace(HELD, leader=replace(LEADER, lease=0)), DEAD, "postgres-1's key has no lease"),
        (replace(HELD, members={}), DEAD, "postgres-1 has no record of its own"),
        # stale: it was started again and has another lease, or has not written its record yet
        (member(lease=9), DEAD, "postgres-1's record is not of the process that leads"),
        (member(lease=0), DEAD, "postgres-1's record is not of the process that leads"),
        (member(group=""), DEAD, "postgres-1 does not say its control group"),
        (member(group=f"{KERNEL}/"), DEAD, "postgres-1 does not say its control group"),
        (member(group="another/11"), DEAD, "postgres-1 runs on another kernel"),
        (member(group=f"{KERNEL}/12"), DEAD,
         "postgres-1 shares its control group with another node"),
        (HELD, None, "postgres-1's control group cannot be read"),
        (HELD, Evidence(seen=True), "postgres-1's control group cannot be read"),
        (HELD, Evidence(seen=False, processes=0),
         "postgres-1's control group was never seen with a process"),
        (HELD, Evidence(seen=True, processes=1), "postgres-1 has 1 processes"),
        (HELD, Evidence(seen=True, processes=33), "postgres-1 has 33 processes"),
    ],
)  # fmt: skip
def test_every_doubt_must_leave_the_lease_alone(
    state: Leadership, evidence: Evidence | None, why: str
) -> None:
    found = {} if evidence is None else {f"{KERNEL}/{n}": evidence for n in (11, 12)}
    ruling = rule(state, KERNEL, found)
    assert (ruling.fence, ruling.why) == (False, why)


def group(root: Path, name: str, processes: int | None) -> str:
    """A control group; None: one in which processes are not counted."""
    folder = root / "docker" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cgroup.procs").write_text("")
    if processes is not None:
        (folder / "pids.current").write_text(f"{processes}\n")
    return f"{KERNEL}/{folder.stat().st_ino}"


def remove(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def test_a_group_must_be_known_by_its_number_and_followed_to_its_end(tmp_path: Path) -> None:
    groups = ControlGroups(tmp_path, KERNEL)
    name = group(tmp_path, "a", 33)
    groups.watch([name, "another/1", f"{KERNEL}/999999999", ""])
    assert groups.look() == {name: Evidence(seen=True, processes=33)}
    group(tmp_path, "a", 0)
    assert groups.look() == {name: DEAD}
    remove(tmp_path / "docker" / "a")
    assert groups.look() == {name: DEAD}, "it is gone: the kernel removes none with a process"
    groups.watch([])
    assert groups.look() == {}


def test_a_later_group_of_the_same_name_must_not_be_taken_for_the_one_that_ended(
    tmp_path: Path,
) -> None:
    """The engine starts a container again: the same path, another group."""
    groups = ControlGroups(tmp_path, KERNEL)
    name = group(tmp_path, "a", 33)
    groups.watch([name])
    groups.look()
    (tmp_path / "docker" / "a").rename(tmp_path / "gone")
    again = group(tmp_path, "a", 5)
    remove(tmp_path / "gone")
    assert again != name
    groups.watch([name, again])
    assert groups.look() == {name: DEAD, again: Evidence(seen=True, processes=5)}


def test_what_cannot_be_read_must_be_not_known(tmp_path: Path) -> None:
    groups = ControlGroups(tmp_path, KERNEL)
    name, empty = group(tmp_path, "a", 33), group(tmp_path, "b", 0)
    groups.watch([name, empty])
    groups.look()
    (tmp_path / "docker" / "a" / "pids.current").write_text("what")
    assert groups.look()[name] == Evidence(seen=True)
    (tmp_path / "docker" / "a" / "pids.current").unlink()
    assert groups.look()[name] == Evidence(seen=True), "nobody counts any more, but it is there"
    assert groups.look()[empty] == Evidence(seen=False, processes=0)
    assert ControlGroups(tmp_path, "another").look() == {}


class Store:
    """The consensus store: etcd's answers, kept in memory."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, int, int]] = {}
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.between = lambda: None
        """What happens between a reading and the next write."""

    def lead(self, name: str, lease: int, group: str, revision: int = 1) -> None:
        self.keys["/service/sdctl/leader"] = (name, revision, lease)
        record = json.dumps({"state": "running", "tags": {"control_group": group}})
        self.keys[f"/service/sdctl/members/{name}"] = (record, revision, lease)

    def ask(self, path: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append((path, value))
        if path != "/v3/kv/txn":
            return {}
        if "compare" not in value:
            leader, members = self._read("/service/sdctl/leader"), self._read("/service/sdctl/mem")
            return {"responses": [{"response_range": leader}, {"response_range": members}]}
        self.between()
        if not all(map(self._holds, value["compare"])):
            return {}
        for operation in value["success"]:
            del self.keys[_text(operation["request_delete_range"]["key"])]
        return {"succeeded": True}

    def _read(self, prefix: str) -> Mapping[str, Any]:
        found = [
            {"key": leadership.encoded(key), "value": leadership.encoded(value),
             "mod_revision": str(revision), "lease": str(lease)}
            for key, (value, revision, lease) in self.keys.items() if key.startswith(prefix)
        ]  # fmt: skip
        return {"kvs": found} if found else {}

    def _holds(self, compare: Mapping[str, Any]) -> bool:
        found = self.keys.get(_text(compare["key"]))
        if found is None:
            return False
        value, revision, lease = found
        return {
            "VALUE": leadership.encoded(value) == compare.get("value"),
            "MOD": str(revision) == compare.get("mod_revision"),
            "LEASE": str(lease) == compare.get("lease"),
        }[compare["target"]]


def _text(encoded: str) -> str:
    return base64.b64decode(encoded).decode()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """postgres-1 leads, in a group with processes."""
    made = Store()
    made.lead("postgres-1", 7, group(tmp_path, "a", 33))
    return made


@pytest.fixture
def watch(store: Any, tmp_path: Path) -> Watch:
    made = Watch([Fence("database", "sdctl", store, KERNEL)], ControlGroups(tmp_path, KERNEL))
    made.step(0.0)  # it reads who leads,
    made.step(0.05)  # and sees them alive
    return made


def test_exactly_the_dead_leaders_lease_must_be_revoked_and_at_once(
    watch: Watch, store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert watch.to_json()["watched"] == 1
    group(tmp_path, "a", 0)
    watch.step(0.1)
    assert store.keys == {}
    assert store.asked[-1] == ("/v3/lease/revoke", {"ID": "7"})
    assert watch.to_json()["revoked"] == 1
    lines = [
        LogLine(node="fencing-1", at=float(n), text=f"2026-11-29 00:27:26,803 INFO: {text}")
        for n, text in enumerate(caplog.messages)
    ]
    taken = "2026-11-29 00:27:29,049 INFO: promoted self to leader by acquiring session lock"
    done = "2026-11-29 00:27:29.170 UTC [54] LOG:  archive recovery complete"
    lines += [LogLine(node="postgres-2", at=at, text=t) for at, t in ((5.0, taken), (6.0, done))]
    found = _patroni.read(lines, "postgres-1")
    assert (found.detected, found.revoked, found.elected, found.promoted) == (0, 1, 5, 6)
    assert found.revoked_after(-0.5, 7) == 1.5
    assert found.remark(-0.5, 7) is None
    assert _patroni.read(lines, "postgres-3").revoked is None, "it is of another leader"


@pytest.mark.parametrize("processes", [1, 33])
def test_a_leader_with_processes_must_keep_its_lease_however_silent(
    watch: Watch, store: Store, tmp_path: Path, processes: int
) -> None:
    """Paused, slow, cut off, or its server crashed alone: all the same to the kernel."""
    before = dict(store.keys)
    group(tmp_path, "a", processes)
    for n in range(1, 60):
        watch.step(n / 2)
    assert store.keys == before
    assert {path for path, _ in store.asked} == {"/v3/kv/txn"}


@pytest.mark.parametrize("again", ["it was started again", "another leads"])
def test_a_leader_that_took_the_key_meanwhile_must_keep_it(
    watch: Watch, store: Store, tmp_path: Path, again: str
) -> None:
    name = "postgres-1" if again == "it was started again" else "postgres-2"
    new = group(tmp_path, "new", 4)
    store.between = lambda: store.lead(name, 9, new, revision=2)
    group(tmp_path, "a", 0)
    watch.step(0.1)
    assert store.keys["/service/sdctl/leader"] == (name, 2, 9)
    assert "/v3/lease/revoke" not in {path for path, _ in store.asked}
    assert watch.to_json()["revoked"] == 0
    watch.step(0.2)
    assert store.keys["/service/sdctl/leader"] == (name, 2, 9)


def test_who_comes_after_the_death_must_not_call_it_one(store: Any, tmp_path: Path) -> None:
    """It never saw the leader alive: so the lease runs out."""
    group(tmp_path, "a", 0)
    late = Watch([Fence("database", "sdctl", store, KERNEL)], ControlGroups(tmp_path, KERNEL))
    for n in range(5):
        late.step(float(n))
    assert len(store.keys) == 2


def test_a_store_that_does_not_answer_must_be_told_and_asked_again(
    watch: Watch, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> Mapping[str, Any]:
        raise Unavailable("etcd-1: timed out")

    with monkeypatch.context() as patch:
        patch.setattr(store, "ask", silent)
        watch.step(2.0)
    reading = fencing.reading("fencing-1", watch.to_json())
    assert (reading.health, reading.reason) == ("failing", "the consensus tier: etcd-1: timed out")
    watch.step(4.0)
    reading = fencing.reading("fencing-1", watch.to_json())
    assert (reading.health, reading.facts) == ("ok", {"watched": 1, "revoked": 0})
