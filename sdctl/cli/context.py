"""What every command is given: the stack, the engine, and the screen."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING

from sdctl.foundation.errors import UsageError
from sdctl.state.stack import Stack
from sdctl.terminal.screen import Screen

if TYPE_CHECKING:
    from pathlib import Path

    from sdctl.design.profile import Profile
    from sdctl.state.running import Running
    from sdctl.targets.placement import Placement
    from sdctl.targets.target import Target

_REGISTRY_S = 6.0
"""A little longer than the target itself waits for one."""


class Context:
    """The global options, and the doors they open."""

    def __init__(
        self,
        stack: str,
        *,
        as_json: bool,
        dry_run: bool,
        color: bool,
        named: bool = True,
    ) -> None:
        self.stack = Stack(stack)
        self.named = named
        """Whether the user said which stack."""
        self.dry_run = dry_run
        self.screen = Screen(as_json=as_json, color=color)
        self.placement: Placement | None = None
        """What the user said of the stack's target; None: nothing."""

    def placed(self, target: str | None, options: Mapping[str, str]) -> Placement | None:
        """What the stack has when a user says this of its target; None: nothing was ever said.
        Raises ``UsageError`` where it would be another place."""
        from sdctl.targets import placement
        from sdctl.targets.opening import usual

        exists = bool(self.stack.secrets())
        return placement.changed(self.stack.name, target, options, exists=exists, usual=usual())

    @cached_property
    def engine(self) -> Target:
        """What runs the stack, or with ``--dry-run`` a double that only reads from it.

        Every command gets to a stack by this door, and to no stack that is another's (raises
        ``UsageError``). Whoever opens it first heals what is overdue.
        """
        from sdctl.state import ownership
        from sdctl.targets.opening import open_target

        real = open_target(self.stack.name, self.placement)
        ownership.check(real, self.stack)
        if not self.dry_run:
            self._sweep(real)
            return real
        from sdctl.targets.recording import RecordingTarget

        return RecordingTarget(reads=real)

    def _sweep(self, engine: Target) -> None:
        from sdctl.state import fault_records

        if fault_records.active(self.stack):
            from sdctl.chaos import healing

            healing.sweep(engine, self.stack)

    @property
    def running(self) -> Running:
        """The stack as it runs."""
        from sdctl.state.running import Running

        return Running(self.engine, self.stack)

    def changing(self, command: str) -> AbstractContextManager[None]:
        """While ``command`` changes the stack, see ``chaos/changing.py``; a dry run changes
        nothing."""
        from sdctl.chaos.changing import changing

        return nullcontext() if self.dry_run else changing(self.engine, self.stack, command)

    def resolved(self, profile: Profile) -> Profile:
        """The profile with each tier's component decided; what was decided is said on stderr."""
        from sdctl.bringup.registry_offers import asked
        from sdctl.design import variants

        with self.screen.working("asking which images this machine can have"):
            running = {node.component for node in self.engine.nodes()}
            offered = asked(self.engine, profile, within_s=_REGISTRY_S)
            resolved = variants.resolve(profile, running, offered, abilities=self.engine.abilities)
        for line in resolved.said:
            self.screen.err.print(line)
        return resolved.profile

    def try_out(self, out: Path | None) -> None:
        """See to it that what ``--out`` names can be written, before anything is done. Raises
        ``UsageError``."""
        from sdctl.foundation import files, output

        if out is None:
            return
        files.try_out("--out", out)
        if self.screen.json and output.is_stdout(out):
            raise UsageError(
                f"--out: {out} is stdout, and with --json one document goes there",
                hint="Name a file, or leave out one of the two.",
            )

    def show_plan(self, *above: str) -> None:
        """With ``--dry-run``: what would have been done, a line each, after those ``above``."""
        from sdctl.targets.recording import RecordingTarget

        if isinstance(self.engine, RecordingTarget):
            self.screen.print_plan([*above, *self.engine.record])
