"""Before a fault: every node is well, or it is wanted all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sdctl.chaos import live_line, visibility
from sdctl.components.component import Component
from sdctl.faults.fault import Fault
from sdctl.faults.fault_plan import FaultPlan
from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady, UsageError
from sdctl.state.snapshot import Snapshot
from sdctl.targets.target import Target

WELL_S = 10.0
"""How long a node that is not well just now may take."""


def planned(
    fault: Fault,
    components: Mapping[str, Component],
    look: Callable[[], Snapshot],
    *,
    tell: Callable[[str], None],
    anyway: bool = False,
) -> FaultPlan:
    """The plan of a fault for the stack as it is now. To be asked while no one else changes it.
    Who is waited for is ``tell``-ed.

    Raises ``NoSuchTarget`` or ``UsageError``, and ``NotReady`` for a node that is not well: what
    came of the fault could not be told from what was there before. ``anyway`` breaks it as it is.
    """
    plan = fault.plan(look(), components)
    well, seen = waiting.until(
        lambda: tell_who_is_ill(look(), tell),
        lambda snapshot: snapshot.healthy,
        timeout_s=0 if anyway else WELL_S,
    )
    if not well and not anyway:
        raise NotReady(
            "not every node is well; nobody could tell what the fault did",
            hint="`sdctl up` repairs the stack. --anyway begins the fault in any case, and the "
            "verdict says so.",
            details=[f"{node}: {what}" for node, what in visibility.ill(seen).items()],
        )
    return plan


def tried(engine: Target, plan: FaultPlan) -> None:
    """Raises ``UsageError`` where it turns out that the plan cannot be carried out here."""
    for operation in plan.tries:
        output = engine.apply(operation)
        if output.code:
            raise UsageError(
                f"this fault cannot be done here: {output.stderr or output.stdout}",
                hint="Nothing was done. docs/troubleshooting.md tells what it needs.",
            )


def tell_who_is_ill(seen: Snapshot, tell: Callable[[str], None]) -> Snapshot:
    """``tell`` who is not well yet; the same snapshot, for who waits for all to be."""
    if waited_for := live_line.nodes(visibility.ill(seen)):
        tell(f"waiting for {waited_for}")
    return seen
