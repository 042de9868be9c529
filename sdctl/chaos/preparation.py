"""Before a fault: it can be done here, and every node is well, or it is wanted all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sdctl.chaos import live_line, visibility
from sdctl.components.component import Component
from sdctl.faults.fault import Fault
from sdctl.faults.fault_plan import FaultPlan
from sdctl.foundation import waiting
from sdctl.foundation.errors import NotReady, UsageError
from sdctl.state.snapshot import Snapshot
from sdctl.targets import operations
from sdctl.targets.target import Target

WELL_S = 10.0
"""How long a node that is not well just now may take."""


def planned(
    engine: Target, fault: Fault, seen: Snapshot, components: Mapping[str, Component]
) -> FaultPlan:
    """The plan of a fault for the stack as it was ``seen``. Raises ``NoSuchTarget`` or
    ``UsageError``, also for what this target cannot do."""
    plan = fault.plan(seen, components)
    operations.check(plan.inject, engine.abilities, engine.unable)
    return plan


def await_wellness(
    look: Callable[[], Snapshot], tell: Callable[[str], None], *, anyway: bool = False
) -> None:
    """To be asked while no one else changes the stack. Who is waited for is ``tell``-ed.

    Raises ``NotReady`` for a node that is not well: what came of a fault could not be told from
    what was there before. With ``anyway`` nobody is waited for.
    """
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
            details=visibility.told_ill(seen),
        )


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
