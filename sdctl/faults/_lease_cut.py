"""A cut between a leader and all of those whom it asks for its lease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdctl.targets.network_operations import Impair

if TYPE_CHECKING:
    from sdctl.components.band import Band
    from sdctl.components.component import Component
    from sdctl.faults.teaching import Before


@dataclass(frozen=True)
class LeaseCut:
    """A cut between a leader and all of those whom it asks for its lease."""

    component: Component
    settings: Any
    clients: bool
    """Whether it is cut off from all replicas of the service as well."""

    def still_led(self, for_s: float) -> str:
        """Why nobody takes over in that time; empty: somebody may."""
        if (
            self.component.cut_off is None
            or (band := self.component.cut_off(self.settings, for_s)) is None
        ):
            return ""
        runs_out = band.first
        assert runs_out is not None, "what would have to run out"
        return (
            f"the {runs_out.name} of {runs_out.high_s:g} s does not run out in {for_s:g} s: nobody "
            "takes over, and the same leader goes on with all that it wrote"
        )

    def stopped(self, for_s: float) -> Band | None:
        """How long writes stop by the settings; None: no setting tells."""
        assert self.component.predict is not None, "looked for among those that have it"
        takes_over = self.component.predict(self.settings, "partition")
        if takes_over is not None and takes_over.high_s < for_s:
            return takes_over
        if not self.clients or self.component.cut_off is None:
            return None
        return self.component.cut_off(self.settings, for_s)


def lease_cut(before: Before) -> LeaseCut | None:
    """That of a partition; None: it cuts otherwise."""
    cuts = [op for op in before.plan.inject if isinstance(op, Impair)]
    service = {node.name for node in before.seen.of_tier("app")}
    for tier, component in before.components.items():
        if component.predict is None or not component.keeps_writes:
            continue
        voters = [{node.name for node in before.seen.of_tier(need)} for need in component.needs]
        leaders = [node.name for node in before.seen.of_tier(tier) if node.role == "leader"]
        for leader in leaders:
            away = {peer for op in cuts if op.node == leader for peer in op.cut_to}
            away |= {op.node for op in cuts if leader in op.cut_from}
            if any(them and them <= away for them in voters):
                return LeaseCut(component, before.profile.settings[tier], service <= away)
    return None
