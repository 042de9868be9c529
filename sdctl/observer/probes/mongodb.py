"""Documents on MongoDB: each member's part of the replica set, and what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sdctl.observer import document_store
from sdctl.observer.connections import Connections
from sdctl.observer.every_node import ask_each, in_order
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Fact, Reading, Table

_PRIMARY, _SECONDARY = 1, 2


@dataclass(frozen=True, kw_only=True)
class MemberStatus:
    """What one member says of the set and of itself."""

    state: int
    says: str
    """Its state in MongoDB's word."""
    term: int
    wrote: Mapping[str, datetime]
    """By member, as far as it is known here: when the last write that it has was made."""
    followers: int
    connections: int


def parse(status: Mapping[str, Any], server: Mapping[str, Any]) -> MemberStatus:
    """Pure: ``replSetGetStatus`` and ``serverStatus``."""
    members = status["members"]
    me = next(member for member in members if member.get("self"))
    return MemberStatus(
        state=int(status["myState"]),
        says=str(me["stateStr"]),
        term=int(status.get("term", 0)),
        wrote={
            str(member["name"]).partition(":")[0]: member["optimeDate"]
            for member in members
            if member["state"] in (_PRIMARY, _SECONDARY) and "optimeDate" in member
        },
        followers=sum(member["state"] == _SECONDARY for member in members),
        connections=int(server["connections"]["current"]),
    )


def readings(seen: Mapping[str, MemberStatus]) -> dict[str, Reading]:
    """Pure: a reading for each member that answered."""
    leading = [name for name, answer in seen.items() if answer.state == _PRIMARY]
    # one that was cut off holds itself for the leader until its election timeout is over
    leader = max(leading, key=lambda name: seen[name].term, default=None)
    return {name: _reading(name, answer, leader, seen) for name, answer in seen.items()}


def _reading(
    name: str, seen: MemberStatus, leader: str | None, everyone: Mapping[str, MemberStatus]
) -> Reading:
    if name == leader:
        facts: dict[str, Fact] = {
            "term": seen.term,
            "followers": seen.followers,
            "connections": seen.connections,
        }
        return Reading(name=name, role="leader", health="ok", facts=facts)
    if seen.state == _PRIMARY:
        reason = f"an old leader, of term {seen.term}"
        return Reading(name=name, health="failing", reason=reason)
    if seen.state != _SECONDARY:
        return Reading(name=name, health="failing", reason=seen.says.lower())
    lag = _lag_seconds(name, everyone[leader]) if leader is not None else None
    return Reading(
        name=name,
        role="follower",
        health="failing" if leader is None else "ok",
        reason="no leader yet" if leader is None else "",
        facts={"lag_seconds": lag, "term": seen.term, "connections": seen.connections},
    )


def _lag_seconds(name: str, leader: MemberStatus) -> float | None:
    """As the leader sees it; its view of a follower is as old as the last heartbeat, 2 s."""
    if name not in leader.wrote:
        return None
    return (max(leader.wrote.values()) - leader.wrote[name]).total_seconds()


async def _ask(target: Node, connections: Connections) -> MemberStatus:
    status = await connections.mongo(target, "admin", {"replSetGetStatus": 1})
    server = await connections.mongo(target, "admin", {"serverStatus": 1})
    return parse(status, server)


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each member for itself, then the followers against the leader."""
    seen, failures = await ask_each(targets, lambda target: _ask(target, connections))
    return in_order(targets, {**readings(seen), **failures})


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """Replication, and the collections as the leader has them."""
    found = await read(targets, connections)
    return [node_table(found), *await document_store.of_leader(targets, connections, found)]


def node_table(found: Sequence[Reading]) -> Table:
    """Pure: from the readings."""
    names = ("lag_seconds", "term", "followers", "connections")
    rows = tuple((r.name, r.role or r.reason, *map(r.facts.get, names)) for r in found)
    return Table(title="nodes", columns=("node", "role", *names), rows=rows)


async def figures(target: Node, connections: Connections) -> Mapping[str, float]:
    """The server has them in a form of its own alone."""
    return samples(await connections.mongo(target, "admin", {"serverStatus": 1}))


def samples(server: Mapping[str, Any]) -> dict[str, float]:
    """Pure: from ``serverStatus``, whose latencies are in microseconds and memory in MiB."""
    kinds = server["opLatencies"].values()
    connections = server["connections"]
    return {
        "documents_operations_total": sum(int(kind["ops"]) for kind in kinds),
        "documents_operation_seconds_total": sum(int(kind["latency"]) for kind in kinds) / 1e6,
        "documents_errors_total": int(server["asserts"]["user"]),
        "documents_connections": int(connections["current"]),
        "documents_connections_limit": int(connections["current"]) + int(connections["available"]),
        "process_resident_memory_bytes": int(server["mem"]["resident"]) * 1024**2,
    }


PROBE = Probe(
    component="mongodb", read=read, inspect=inspect, figures=figures, holds=document_store.holds
)
