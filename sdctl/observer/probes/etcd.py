"""Consensus: each member's word on itself, and who leads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sdctl.observer.connections import Connections
from sdctl.observer.every_node import ask_each, in_order
from sdctl.observer.node import Node
from sdctl.observer.probes.probe import Probe
from sdctl.state.snapshot import Fact, Reading, Table

Answers = tuple[Mapping[str, Any], Mapping[str, Any]]
"""A member's status, and the members that it knows."""


async def _ask(target: Node, connections: Connections) -> Answers:
    # both from the member itself: without a majority anything else would not be answered
    status, members = await asyncio.gather(
        connections.post(target, "client", "/v3/maintenance/status", {}),
        connections.post(target, "client", "/v3/cluster/member/list", {"linearizable": False}),
    )
    return status.json(), members.json()


def reading(name: str, status: Mapping[str, Any], known: Mapping[str, Any], total: int) -> Reading:
    """Pure: ok when it follows a leader (or is one), and knows everybody."""
    leader = status.get("leader", "0")  # 0: none
    members = len(known.get("members", ()))
    reason = ""
    if leader == "0":
        reason = "no leader yet"
    elif status.get("errors"):
        reason = "; ".join(map(str, status["errors"]))
    elif members < total:
        reason = f"{members} of {total} members known"
    mine = status["header"]["member_id"]
    return Reading(
        name=name,
        role="member" if leader == "0" else "leader" if leader == mine else "follower",
        health="failing" if reason else "ok",
        reason=reason,
        facts={
            "db_size_bytes": int(status.get("dbSize", 0)),
            "raft_term": int(status.get("raftTerm", 0)),
            "members": members,
        },
    )


async def read(targets: tuple[Node, ...], connections: Connections) -> list[Reading]:
    """Each member for itself."""
    answers, failures = await ask_each(targets, lambda target: _ask(target, connections))
    readings = {n: reading(n, *answer, len(targets)) for n, answer in answers.items()}
    return in_order(targets, {**readings, **failures})


async def inspect(targets: tuple[Node, ...], connections: Connections) -> list[Table]:
    """The members, as they see themselves."""
    answers, failures = await ask_each(targets, lambda target: _ask(target, connections))
    rows: list[tuple[Fact, ...]] = []
    for target in targets:
        if target.name not in answers:
            rows.append((target.name, failures[target.name].reason, None, None, None, None))
            continue
        status, known = answers[target.name]
        seen = reading(target.name, status, known, len(targets))
        index = int(status.get("raftIndex", 0))
        rows.append((seen.name, seen.role or seen.reason, *seen.facts.values(), index))
    columns = ("member", "role", "db_size_bytes", "term", "members", "index")
    return [Table(title="members", columns=columns, rows=tuple(rows))]


PROBE = Probe(component="etcd", read=read, inspect=inspect)
