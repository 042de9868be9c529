"""`sdctl doctor` from the start: also where the target does not answer, or the stack's name is
another's. Nobody waits for long: a registry that is silent offers nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sdctl.bringup.doctor.examination import Examination, look
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.bringup.registry_offers import asked
from sdctl.design import agreement, validation, variants
from sdctl.design.profile import DEFAULT, Profile
from sdctl.design.topology import Topology
from sdctl.foundation import own_command
from sdctl.foundation.errors import TargetUnavailable, UsageError
from sdctl.state import ownership
from sdctl.state.running import Running
from sdctl.state.stack import Stack, names
from sdctl.targets.check_result import CheckResult, TargetReport
from sdctl.targets.opening import open_target
from sdctl.targets.placement import Placement
from sdctl.targets.target import Instance, Target

_REGISTRY_S = 1.2


@dataclass(frozen=True)
class Visit:
    """What was found, and for which stack."""

    stack: str
    profile: str
    examination: Examination
    running: int = 0
    """How many nodes of it run."""
    known: tuple[str, ...] = ()
    """The stacks of this state folder."""


def visit(
    stack: Stack,
    chosen: Profile | None,
    overrides: tuple[str, ...],
    place: Placement | None = None,
) -> Visit:
    """Look at everything; without a profile at the one that runs, else the usual one. ``place``:
    the target that a user named; None: the stack's own."""
    target = open_target(stack.name, place)
    try:
        instances: Sequence[Instance] = target.nodes()
    except TargetUnavailable as problem:
        profile = chosen or validation.load(DEFAULT, overrides)
        topology = agreement.agreed(stack.name, variants.resolve(profile, (), _none).profile)
        survey = TargetReport(problems=(problem,))
        wanted = PlannedStack(topology=topology, survey=survey, answered=False)
        return Visit(stack.name, profile.name, look(wanted, (), target.host))
    profile = chosen or Running(target, stack).usual_profile(overrides)
    topology, said = _decided(target, stack, profile, instances)
    validation.heeded(topology.profile, overrides)
    survey = target.survey(topology, target.form.render(topology))
    changed_by = stack.changed_by
    wanted = PlannedStack(topology=topology, survey=survey, said=said, answered=not changed_by)
    found = look(wanted, instances, target.host)
    return Visit(
        stack.name,
        profile.name,
        Examination(
            (*found.findings, *_owner(target, stack, instances), *_busy(stack, changed_by))
        ),
        running=sum(instance.state == "running" for instance in instances),
        known=names(),
    )


def _none(image: str) -> bool:
    """Whether an image is offered where nobody can be asked."""
    return False


def _decided(
    target: Target, stack: Stack, profile: Profile, instances: Sequence[Instance]
) -> tuple[Topology, tuple[str, ...]]:
    resolved = variants.resolve(
        profile,
        {instance.component for instance in instances},
        asked(target, profile, within_s=_REGISTRY_S),
        abilities=target.abilities,
    )
    return agreement.agreed(stack.name, resolved.profile), resolved.said


def _busy(stack: Stack, changed_by: str) -> tuple[CheckResult, ...]:
    if not changed_by:
        return ()
    return (
        CheckResult(
            id="stack-changes",
            status="warning",
            message=f"{changed_by} is working on this stack. So ports, memory and disk were not "
            "judged: look again when it has ended",
            fix=own_command.typed("doctor", stack.name),
        ),
    )


def _owner(target: Target, stack: Stack, there: Sequence[Instance]) -> tuple[CheckResult, ...]:
    try:
        ownership.check(target, stack)
    except UsageError as problem:
        return (
            CheckResult(
                id="stack-of-another",
                status="failure",
                message=". ".join((problem.message, *problem.details)),
                fix=own_command.typed("up", f"{stack.name}-2"),
            ),
        )
    said = "is this stack's own" if there else "is free"
    return (CheckResult(id="stack-name", message=f"the name {stack.name!r} {said}"),)
