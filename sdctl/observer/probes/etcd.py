"""Consensus: each member's health, and who leads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sdctl.observer.each import read_each
from sdctl.observer.probes.probe import Probe, Target
from sdctl.observer.reach import Reach
from sdctl.snapshot import Fact, Reading, Table


async def _status(target: Target, reach: Reach) -> Mapping[str, Any]:
    url = f"http://{target.name}:{target.ports['client']}"
    value: Mapping[str, Any] = await reach.post(f"{url}/v3/maintenance/status", {})
    return value


def reading(name: str, status: Mapping[str, Any]) -> Reading:
    """Pure: from the member's own status; a leader of "0" means that there is none."""
    leader, member = status.get("leader", "0"), status.get("header", {}).get("member_id")
    led = leader != "0"
    return Reading(
        name=name,
        role=("leader" if leader == member else "follower") if led else "member",
        health="ok" if led else "failing",
        reason="" if led else str(status.get("error") or "no leader: no majority of members"),
        facts={
            "db_size_bytes": int(status.get("dbSize", 0)),
            "raft_term": int(status.get("raftTerm", 0)),
            "raft_index": int(status.get("raftIndex", 0)),
        },
    )


async def read(targets: tuple[Target, ...], reach: Reach) -> list[Reading]:
    """Each member for itself."""

    async def one(target: Target) -> Reading:
        return reading(target.name, await _status(target, reach))

    return await read_each(targets, one)


async def inspect(targets: tuple[Target, ...], reach: Reach) -> list[Table]:
    """The members as they see themselves."""
    answers = await asyncio.gather(
        *(_status(target, reach) for target in targets), return_exceptions=True
    )
    rows: list[tuple[Fact, ...]] = []
    for target, answer in zip(targets, answers, strict=True):
        if isinstance(answer, BaseException):
            rows.append((target.name, None, None, None, None))
            continue
        seen = reading(target.name, answer)
        rows.append((seen.name, seen.role, *seen.facts.values()))
    columns = ("member", "role", "db_size_bytes", "term", "index")
    return [Table(title="members", columns=columns, rows=tuple(rows))]


PROBE = Probe(component="etcd", read=read, inspect=inspect)
