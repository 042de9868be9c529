"""Who leads a tier that Patroni fails over, as the consensus store has it at one revision. Pure.

Patroni keeps ``/service/<scope>/leader`` and ``/service/<scope>/members/<name>``, both bound to the
lease of the process that wrote them (Patroni 4.0, dcs/etcd3.py).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Leader:
    """The key of a scope's leader."""

    name: str
    revision: int
    """Of the store, when the key was last written."""
    lease: int
    """0: the key is bound to none."""


@dataclass(frozen=True, kw_only=True)
class LeaseHolder:
    """What a node's Patroni says of itself."""

    name: str
    lease: int
    group: str
    """Its control group, as ``<kernel's boot>/<number>``; empty: it does not say."""


@dataclass(frozen=True, kw_only=True)
class Leadership:
    """A scope's leader, and its members by name."""

    leader: Leader | None
    members: Mapping[str, LeaseHolder]


def leader_key(scope: str) -> str:
    """Where Patroni keeps who leads."""
    return f"/service/{scope}/leader"


def members_prefix(scope: str) -> str:
    """Below it each member keeps its record."""
    return f"/service/{scope}/members/"


def question(scope: str) -> Mapping[str, Any]:
    """The body of a ``/v3/kv/txn`` that reads both at one revision."""
    prefix = members_prefix(scope)
    return {
        "success": [
            {"request_range": {"key": encoded(leader_key(scope))}},
            {"request_range": {"key": encoded(prefix), "range_end": encoded(_after(prefix))}},
        ]
    }


def parse(answer: Mapping[str, Any]) -> Leadership:
    """What was answered to :func:`question`."""
    leaders, members = (
        response["response_range"].get("kvs", ()) for response in answer["responses"]
    )
    return Leadership(
        leader=_leader(leaders[0]) if leaders else None,
        members={member.name: member for member in map(_member, members)},
    )


def removal(scope: str, leader: Leader) -> Mapping[str, Any]:
    """The body of a ``/v3/kv/txn`` that takes the key and the record of just this leader away: only
    while both are bound to its lease, and nobody wrote the key since."""
    key, record = encoded(leader_key(scope)), encoded(members_prefix(scope) + leader.name)
    lease = str(leader.lease)
    return {
        "compare": [
            {"key": key, "target": "VALUE", "value": encoded(leader.name)},
            {"key": key, "target": "MOD", "mod_revision": str(leader.revision)},
            {"key": key, "target": "LEASE", "lease": lease},
            {"key": record, "target": "LEASE", "lease": lease},
        ],
        # without its record the next leader need not wait for the dead one's answer
        "success": [
            {"request_delete_range": {"key": key}},
            {"request_delete_range": {"key": record}},
        ],
    }


def encoded(text: str) -> str:
    """As the store's JSON has keys and values."""
    return base64.b64encode(text.encode()).decode()


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()


def _after(prefix: str) -> str:
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _leader(pair: Mapping[str, Any]) -> Leader:
    return Leader(
        name=_decoded(pair["value"]),
        revision=int(pair["mod_revision"]),
        lease=int(pair.get("lease", 0)),
    )


def _member(pair: Mapping[str, Any]) -> LeaseHolder:
    said = json.loads(_decoded(pair["value"]))
    return LeaseHolder(
        name=_decoded(pair["key"]).rpartition("/")[2],
        lease=int(pair.get("lease", 0)),
        group=str(said.get("tags", {}).get("control_group", "")),
    )
