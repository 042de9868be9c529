"""The kinds of plug-ins, and a command that is run beside some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sdctl.chaos.phases.phases import all_phases
from sdctl.cli.main import all_commands
from sdctl.components.component import all_components
from sdctl.faults.fault import all_faults
from sdctl.guide.tour import all_steps
from sdctl.guide.word import glossaries
from sdctl.selftest.checks.check import all_checks
from sdctl.targets.opening import all_targets
from sdctl.workloads.workload import all_workloads
from tests.unit.cli import ends

KINDS: dict[str, tuple[Callable[[], Any], str]] = {
    "components": (all_components, "COMPONENT"),
    "phases": (all_phases, "PHASES"),
    "faults": (all_faults, "FAULT"),
    "workloads": (all_workloads, "WORKLOAD"),
    "checks": (all_checks, "CHECK"),
    "commands": (all_commands, "COMMAND"),
    "steps": (all_steps, "STEP"),
    "glossary": (glossaries, "GLOSSARY"),
    "targets": (all_targets, "TARGET"),
}


def shown(*words: str) -> str:
    """What the command shows, from a process of its own: the tests that follow must not know these
    plug-ins."""
    done = ends.run(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout
