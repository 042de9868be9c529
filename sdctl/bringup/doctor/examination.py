"""All checks: the machine is read once, and every check decides from that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sdctl.bringup.doctor import machine as facts
from sdctl.bringup.doctor.checks import (
    disk,
    host_ports,
    kernel,
    left_tiers,
    memory,
    own_place,
    processors,
)
from sdctl.bringup.doctor.machine import Machine
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.design import needs, profile, validation
from sdctl.design.topology import Topology, expand
from sdctl.foundation.errors import UsageError
from sdctl.targets.bundle import Bundle
from sdctl.targets.check_result import CheckResult, Status, unavailable
from sdctl.targets.target import Instance, Target

Check = Callable[[Machine, PlannedStack], Iterator[CheckResult]]
CHECKS: tuple[Check, ...] = (
    memory.check, processors.check, disk.check, host_ports.check, kernel.check, own_place.check,
    left_tiers.check,
)  # fmt: skip
"""In the order in which people read them."""
_OF_WHAT_RUNS: frozenset[Check] = frozenset({memory.check, disk.check, host_ports.check})
"""Those that would hold against a stack what is its own already, where it is not known."""
_OF_ITS_MACHINE: frozenset[Check] = frozenset({processors.check, disk.check, kernel.check})
"""Those that are about the machine on which the nodes are."""


@dataclass(frozen=True)
class Examination:
    """Everything that was found, for one profile on this machine."""

    findings: tuple[CheckResult, ...]

    def of(self, *statuses: Status) -> tuple[CheckResult, ...]:
        """Those of a status."""
        return tuple(found for found in self.findings if found.status in statuses)

    def to_json(self) -> dict[str, Any]:
        """As docs/doctor.schema.json says."""
        words: tuple[Status, ...] = ("failure", "warning", "pass")
        return {
            "findings": [
                {
                    "id": finding.id,
                    "status": finding.status,
                    "message": finding.message,
                    "fix": finding.fix,
                }
                for finding in self.findings
            ],
            "summary": {word: len(self.of(word)) for word in words},
        }


def decide(machine: Machine, wanted: PlannedStack) -> Examination:
    """Pure: what every check says; what the target says of itself comes first."""
    left = (frozenset() if wanted.answered else _OF_WHAT_RUNS) | (
        frozenset() if wanted.survey.here else _OF_ITS_MACHINE
    )
    own = (found for check in CHECKS if check not in left for found in check(machine, wanted))
    targets = (*map(unavailable, wanted.survey.problems), *wanted.survey.findings)
    return Examination((*targets, *own))


def look(wanted: PlannedStack, instances: Sequence[Instance], host: str) -> Examination:
    """Decide by the machine as it is now; ``instances``: the stack as it is, on ``host``."""
    running = [instance.node for instance in instances if instance.state != "down"]
    wanted = replace(wanted, running=running, others=others)
    held = [
        int(at.rpartition(":")[2]) for instance in instances for at in instance.addresses.values()
    ]
    return decide(facts.read(wanted.survey.folder, wanted.ports, held, host), wanted)


def passed(target: Target, topology: Topology, bundle: Bundle) -> tuple[CheckResult, ...]:
    """The warnings, before a stack is made. Raises for what would keep it from coming up:
    ``TargetUnavailable`` where that is the target itself, else ``UsageError``."""
    survey = target.survey(topology, bundle)
    for problem in survey.problems:
        raise problem
    found = look(PlannedStack(topology=topology, survey=survey), target.nodes(), target.host)
    failures = found.of("failure")
    if len(failures) == 1:
        [failure] = failures
        raise UsageError(failure.message, hint=f"Nothing was changed. {failure.mending}".rstrip())
    if failures:
        raise UsageError(
            f"this machine cannot have {topology.profile.name}, for {len(failures)} reasons",
            hint="Nothing was changed. `sdctl doctor` shows everything that was looked at.",
            details=[
                ". ".join(filter(None, (failure.message, failure.mending))) for failure in failures
            ],
        )
    return found.of("warning")


def others() -> Mapping[str, int]:
    """The profiles that come with sdctl → the bytes that each takes at rest."""
    loaded = (validation.load(name) for name in profile.names())
    return {profile.name: needs.memory(expand("", profile).nodes) for profile in loaded}
