"""What a fact of a node is called for people; its own name stays in JSON."""

from __future__ import annotations

_WORDS = {
    "cpu": "cores used",
    "cpu_seconds": "cpu time",
    "pool_leader": "connections to the leader",
    "pool_follower": "connections to a follower",
    "hit_ratio": "cache hits",
    "queues_led": "queues that it leads",
    # PostgreSQL counts it up with each promotion
    "timeline": "leaders so far",
    # etcd counts it up with each vote
    "raft_term": "votes so far",
    "term": "votes so far",
}


def label(name: str) -> str:
    """``lag`` for ``lag_bytes``: the unit is in the value."""
    if name in _WORDS:
        return _WORDS[name]
    for suffix in ("_bytes", "_seconds", "_per_s", "_ratio", "_rate"):
        if name.endswith(suffix):
            return name.removesuffix(suffix).replace("_", " ") + ("/s" if "per_s" in suffix else "")
    return name.replace("_", " ")
