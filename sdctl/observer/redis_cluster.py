"""A Redis Cluster as each of its nodes sees it, and whether they agree. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SLOTS = 16384
_STRANGE = {"handshake", "noaddr"}
_MISSED = {"fail", "fail?"}


@dataclass(frozen=True, kw_only=True)
class Member:
    """A line of ``CLUSTER NODES``."""

    id: str
    host: str
    flags: frozenset[str]
    primary: str
    """The id of the primary that it follows; ``-``: none."""
    epoch: int
    """Of the claim to its slots: of two claims to a slot the later one counts."""
    ranges: tuple[str, ...]
    """``0-5460``, ``7``."""

    @property
    def slots(self) -> int:
        """How many."""
        ranges = (slots.partition("-") for slots in self.ranges)
        return sum(int(last or first) - int(first) + 1 for first, _, last in ranges)


@dataclass(frozen=True, kw_only=True)
class ClusterView:
    """What one node says of the cluster and of itself."""

    members: tuple[Member, ...]
    cluster: Mapping[str, str]
    info: Mapping[str, str]

    @property
    def myself(self) -> Member:
        """The node's own line."""
        return next(member for member in self.members if "myself" in member.flags)

    @property
    def follows(self) -> str | None:
        """The host of the primary; None for a primary."""
        ids = {member.id: member.host for member in self.members}
        return ids.get(self.myself.primary, "?") if "slave" in self.myself.flags else None


def parse(nodes: str, cluster: str, info: str) -> ClusterView:
    """Pure: the replies to the three commands."""
    members = tuple(_member(line.split(" ")) for line in nodes.splitlines() if line)
    return ClusterView(members=members, cluster=_pairs(cluster), info=_pairs(info))


def _member(words: list[str]) -> Member:
    return Member(
        id=words[0],
        host=words[1].split(",")[1] if "," in words[1] else "",
        flags=frozenset(words[2].split(",")),
        primary=words[3],
        epoch=int(words[6]),
        # in brackets: one that moves
        ranges=tuple(word for word in words[8:] if not word.startswith("[")),
    )


def _pairs(text: str) -> dict[str, str]:
    lines = (line.partition(":") for line in text.splitlines() if not line.startswith("#"))
    return {key: value for key, colon, value in lines if colon}


def trouble(seen: ClusterView, total: int) -> str:
    """Pure: why a node is not ok; empty when it is."""
    known = sum(bool(member.host) and not member.flags & _STRANGE for member in seen.members)
    covered = int(seen.cluster["cluster_slots_ok"])
    if known < total:
        return f"joining: {known} of {total} nodes known"
    if covered < SLOTS:
        return f"{covered} of {SLOTS} slots covered"
    if seen.cluster["cluster_state"] != "ok":
        return f"the cluster's state is {seen.cluster['cluster_state']}"
    if seen.follows is None:
        return "" if seen.myself.slots else "has no slots yet"
    if seen.info.get("master_link_status") != "up":
        return f"the link to {seen.follows} is down"
    return ""


def disagreements(everyone: Mapping[str, ClusterView]) -> dict[str, str]:
    """Pure: of each node that sees another one otherwise than that sees itself, or is seen so, the
    first thing that differs. Such a cluster serves, but its next failover may find no majority."""
    found: dict[str, str] = {}
    for viewer, view in everyone.items():
        members = {member.id: member for member in view.members}
        for name, other in everyone.items():
            member = members.get(other.myself.id)
            if name == viewer or member is None or member.flags & _STRANGE:
                continue
            if what := _difference(member, other.myself):
                found.setdefault(viewer, f"takes {name} for {what}")
                found.setdefault(name, f"{viewer} takes it for {what}")
    return found


def _difference(seen: Member, own: Member) -> str:
    if seen.flags & _MISSED:
        return "failing"
    if seen.primary != own.primary:
        return "a follower of another node" if "slave" in seen.flags else "a primary"
    # a replica shows its primary's epoch, as far as it has heard of it
    if own.primary == "-" and seen.epoch != own.epoch:
        return f"one of epoch {seen.epoch}, not {own.epoch}"
    return "the owner of other slots" if seen.ranges != own.ranges else ""
