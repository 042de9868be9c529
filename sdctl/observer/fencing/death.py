"""Whether a leader is dead beyond doubt. Pure: from what the consensus store and the kernel say.

A leader is fenced when the very control group in which it took its lease had processes and has none
any more: whoever comes later under the same name has another group and another lease. Everything
else is a doubt, and then the lease runs out as it does without fencing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sdctl.observer.fencing.leadership import Leadership


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the kernel says of a control group."""

    seen: bool = False
    """Whether it was ever seen with processes in it."""
    processes: int | None = None
    """How many are in it now, frozen ones too; 0: none, or the group is gone. None: not known."""


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """Whether to revoke the leader's lease, and why or why not."""

    fence: bool
    why: str


def rule(leadership: Leadership, kernel: str, groups: Mapping[str, Evidence]) -> Ruling:
    """``kernel``: the boot of the one that is asked; ``groups``: what it says, looked at *after*
    the store was read."""
    leader = leadership.leader
    if leader is None:
        return _wait("nobody leads")
    if not leader.lease:
        return _wait(f"{leader.name}'s key has no lease")
    member = leadership.members.get(leader.name)
    if member is None:
        return _wait(f"{leader.name} has no record of its own")
    if member.lease != leader.lease:
        return _wait(f"{leader.name}'s record is not of the process that leads")
    boot, _, number = member.group.partition("/")
    if not number:
        return _wait(f"{leader.name} does not say its control group")
    if boot != kernel:
        return _wait(f"{leader.name} runs on another kernel")
    if Counter(other.group for other in leadership.members.values())[member.group] > 1:
        return _wait(f"{leader.name} shares its control group with another node")
    evidence = groups.get(member.group, Evidence())
    if evidence.processes is None:
        return _wait(f"{leader.name}'s control group cannot be read")
    if evidence.processes:
        return _wait(f"{leader.name} has {evidence.processes} processes")
    if not evidence.seen:
        return _wait(f"{leader.name}'s control group was never seen with a process")
    return Ruling(fence=True, why=f"no process of {leader.name} is left")


def _wait(why: str) -> Ruling:
    return Ruling(fence=False, why=why)
