"""Who could take over from the leader that a fault hits, by the stack as it is before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdctl.components.band import Band
    from sdctl.components.component import Component
    from sdctl.design.profile import Profile
    from sdctl.faults.fault_plan import FaultPlan
    from sdctl.state.snapshot import NodeStatus, Snapshot


@dataclass(frozen=True, kw_only=True)
class Heirs:
    """What is known of them when a fault is about to begin."""

    plan: FaultPlan
    profile: Profile | None
    """None: the stack does not say which it is."""
    components: Mapping[str, Component]
    seen: Snapshot

    @property
    def there(self) -> bool | None:
        """Whether anybody could take over. A fault that is aimed at no leader has nobody to be
        followed by. None: a node that runs did not say what it is, or whether it has all writes."""
        if self.plan.leader_before is None:
            return False
        if self.plan.tier not in self.seen.tiers:
            return None
        answers = [self._may_lead(node) for node in self._followers]
        if True in answers:
            return True
        silent = any(node.role is None for node in self._others)
        return None if silent or None in answers else False

    @property
    def none(self) -> bool:
        """Whether the fault hits a leader from whom surely nobody can take over."""
        return self.plan.leader_before is not None and self.there is False

    @property
    def too_few(self) -> bool:
        """Whether that is so because the tier is too small, and not because of a fault that hits
        those who could."""
        hit = {operation.node for operation in self.plan.inject}
        return self.none and not self.behind and hit == {self.plan.leader_before}

    @property
    def behind(self) -> bool:
        """Whether some follow, and none of them has all that was acknowledged."""
        return self.none and bool(self._followers)

    @property
    def deprived(self) -> tuple[str, Band] | None:
        """Where nobody can take over, and a tier that keeps writes needs this one: which that is,
        and for how long it takes none by that."""
        if not self.none or self.profile is None:
            return None
        for tier, component in self.components.items():
            settings = self.profile.settings.get(tier)
            needs = self.plan.tier in component.needs and component.keeps_writes
            if needs and component.deprived is not None and settings is not None:
                return tier, component.deprived(settings, self.plan.for_s)
        return None

    @property
    def why_none(self) -> str:
        """Where nobody can take over: the reason, in a clause."""
        if self.behind:
            return "no follower has all acknowledged writes, so none may take over"
        return "nobody can take over"

    @property
    def _others(self) -> list[NodeStatus]:
        """The nodes of the tier that run and are not hit."""
        hit = {self.plan.leader_before, *(operation.node for operation in self.plan.inject)}
        nodes = self.seen.of_tier(self.plan.tier)
        return [node for node in nodes if node.state == "running" and node.name not in hit]

    @property
    def _followers(self) -> list[NodeStatus]:
        # a replica in a cache of several shards follows one primary, and takes over from no other
        own = (None, self.plan.leader_before)
        return [
            node
            for node in self._others
            if (node.follows or node.role == "member") and node.facts.get("replica_of") in own
        ]

    def _may_lead(self, node: NodeStatus) -> bool | None:
        tier = self.plan.tier
        component, settings = (
            self.components.get(tier),
            self.profile and self.profile.settings.get(tier),
        )
        if component is None or settings is None or component.may_lead is None:
            return True
        may = component.may_lead(settings, node.facts)
        # one that is well and is not waited for yet may be so in a moment
        return None if not may and node.health == "ok" else may
