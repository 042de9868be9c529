"""Replication: what PostgreSQL nodes and their Patronis say, as readings. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from sdctl.observer.positions import Positions, lag_seconds
from sdctl.state.snapshot import Fact, Reading

_LEADS = ("primary", "leader", "master")


@dataclass(frozen=True, kw_only=True)
class Follower:
    """A follower as the leader sees it."""

    sync: bool
    behind: int | None
    """Bytes not replayed there."""


@dataclass(frozen=True, kw_only=True)
class PostgresAnswers:
    """One node: Patroni's word, and its own."""

    state: str
    leads: bool
    streams: bool
    may_lead: bool
    """Whether its Patroni would promote it, as a follower that commits wait for. It knows so up to
    two of its rounds after the server began to wait."""
    timeline: int | None
    position: int | None = None
    age: float | None = None
    connections: int | None = None
    max_connections: int | None = None
    followers: Mapping[str, Follower] = field(default_factory=dict)


def parse(patroni: Mapping[str, Any], row: Mapping[str, Any] | None) -> PostgresAnswers:
    """``GET /patroni``, and a row of SQL (``probes/postgres.py``) where the node takes queries."""
    seen: dict[str, Any] = {
        "state": str(patroni.get("state") or "starting"),
        "leads": patroni.get("role") in _LEADS,
        "streams": patroni.get("replication_state") == "streaming",
        "may_lead": bool(patroni.get("sync_standby") or patroni.get("quorum_standby")),
        "timeline": patroni.get("timeline"),
    }
    if row is None:
        return PostgresAnswers(**seen)
    position, followers = row["position"], orjson.loads(row["followers"] or "{}")
    return PostgresAnswers(
        **seen,
        position=None if position is None else int(position),
        age=row["age"],
        connections=row["connections"],
        max_connections=row["max_connections"],
        followers={
            name: Follower(
                sync=follower["sync"] in ("sync", "quorum"),
                behind=None if follower["behind"] is None else int(follower["behind"]),
            )
            for name, follower in followers.items()
        },
    )


def leader_of(seen: Mapping[str, PostgresAnswers]) -> str | None:
    """Of several that hold themselves for leaders, the one on the newest timeline: another
    was cut off and has not noticed yet."""
    leading = [name for name, answer in seen.items() if answer.leads and answer.state == "running"]
    return max(leading, key=lambda name: seen[name].timeline or 0, default=None)


def readings(
    seen: Mapping[str, PostgresAnswers], positions: Positions, now: float
) -> dict[str, Reading]:
    """A reading for each node that answered; the leader's position is noted."""
    leader = leader_of(seen)
    if leader is not None and (position := seen[leader].position) is not None:
        positions.note(now, position, seen[leader].timeline)
    made = {}
    for name, answer in seen.items():
        if name == leader:
            made[name] = Reading(name=name, role="leader", health="ok", facts=_leader_facts(answer))
            continue
        reason = trouble(answer, leader is not None)
        facts: dict[str, Fact] = {}
        if not answer.leads and answer.state == "running":
            facts = _follower_facts(name, answer, seen[leader] if leader else None, positions, now)
        made[name] = Reading(
            name=name,
            role="follower" if facts else None,
            health="failing" if reason else "ok",
            reason=reason,
            facts=facts,
        )
    return made


def trouble(seen: PostgresAnswers, led: bool) -> str:
    """Why a node that does not lead is not ok; empty when it is."""
    if seen.state != "running":
        return f"PostgreSQL: {seen.state}"
    if seen.leads:
        return f"an old leader, on timeline {seen.timeline}"
    if not led:
        return "no leader yet"
    return "" if seen.streams else "not streaming from the leader"


def _leader_facts(seen: PostgresAnswers) -> dict[str, Fact]:
    return {
        "timeline": seen.timeline,
        "followers": len(seen.followers),
        "sync_followers": sum(follower.sync for follower in seen.followers.values()),
        "connections": seen.connections,
        "max_connections": seen.max_connections,
    }


def _follower_facts(
    name: str,
    seen: PostgresAnswers,
    leader: PostgresAnswers | None,
    positions: Positions,
    now: float,
) -> dict[str, Fact]:
    behind = sync = had_all = None
    if leader is not None:
        known = leader.followers.get(name)
        sync = known is not None and known.sync and seen.may_lead
        if known is not None and known.behind is not None:
            behind = max(known.behind, 0)
        elif leader.position is not None and seen.position is not None:
            behind = max(leader.position - seen.position, 0)
    if seen.position is not None:
        had_all = positions.had_all(seen.position)
    return {
        "lag_bytes": behind,
        "lag_seconds": lag_seconds(now=now, behind=behind, age=seen.age, had_all=had_all),
        "sync": sync,
        "timeline": seen.timeline,
        "max_connections": seen.max_connections,
    }
