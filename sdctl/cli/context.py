"""What every command is given: the stack, the engine, and how to print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sdctl.foundation import streams
from sdctl.state.stack import Stack

if TYPE_CHECKING:
    from rich.console import Console

    from sdctl.components.component import Component
    from sdctl.design.profile import Profile
    from sdctl.design.topology import Topology
    from sdctl.state.snapshot import Snapshot
    from sdctl.targets.target import Target


class Context:
    """The global options, and the doors they open. Results go to stdout, all else to stderr."""

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
        self.json = as_json
        self.dry_run = dry_run
        self.color = color
        self._changing = False

    @cached_property
    def err(self) -> Console:
        """For people."""
        from sdctl.terminal.console import console

        return console(stderr=True, color=self.color)

    @cached_property
    def out(self) -> Console:
        """For results."""
        from sdctl.terminal.console import console

        return console(color=self.color)

    @cached_property
    def engine(self) -> Target:
        """Docker, or with ``--dry-run`` a double that reads from it and writes nothing.

        Every command gets to a stack by this door, and to no stack that is another's (raises
        ``UsageError``). Whoever opens it first heals what is overdue.
        """
        from sdctl.state import ownership
        from sdctl.targets.opening import open_target

        real = open_target(self.stack.name)
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

    @contextmanager
    def changing(self, command: str) -> Iterator[None]:
        """While ``command`` changes the stack: alone, and with no fault on. Whatever it decides by
        is to be read within. One within another is of the same command. Raises ``UsageError``."""
        from sdctl.chaos.left_over import end_left_over

        if self.dry_run:
            yield
            return
        with nullcontext() if self._changing else self.stack.lock(command):
            end_left_over(self.engine, self.stack, command)
            outer, self._changing = self._changing, True
            try:
                yield
            finally:
                self._changing = outer

    @contextmanager
    def working(self, what: str) -> Iterator[None]:
        """While something lasts longer than a blink, say what; nothing with ``--json``."""
        if self.json:
            yield
            return
        with self.err.status(what):
            yield

    def print_json(self, value: Any) -> None:
        """One JSON document on stdout."""
        streams.document(value)

    def topology(self, profile: Profile) -> Topology:
        """The topology of a profile in this stack. Raises ``InvalidProfile`` where what was open
        when the profile was read turned out so that its settings contradict each other."""
        from sdctl.design import agreement
        from sdctl.design.topology import expand
        from sdctl.design.variants import certain
        from sdctl.foundation.errors import InvalidProfile

        topology = expand(self.stack.name, profile)
        found = (
            *agreement.conflicts(profile, profile.tiers),
            *agreement.publishing(topology, certain(profile)),
        )
        if problems := sorted(set(found)):
            raise InvalidProfile(f"profile {profile.name}", problems)
        return topology

    def resolved(self, profile: Profile) -> Profile:
        """The profile with each tier's component decided; what was decided is said on stderr."""
        from sdctl.design import variants

        running = {container.component for container in self.engine.nodes()}
        resolved = variants.resolve(profile, running, self.engine.can_pull)
        for line in resolved.said:
            self.err.print(line)
        return resolved.profile

    def components(self) -> dict[str, Component]:
        """Every known component, by tier: of several that can be a tier, the one that runs."""
        from sdctl.components.component import all_components

        return all_components({container.component for container in self.engine.nodes()})

    def running_profile(self, overrides: tuple[str, ...] = ()) -> Profile:
        """The profile that the running stack was made from, with ``overrides``."""
        from sdctl.design import profile, validation
        from sdctl.foundation.errors import NoSuchTarget
        from sdctl.state import observation
        from sdctl.targets.compose.labels import LABEL

        containers = self.engine.nodes()
        if not containers:
            raise NoSuchTarget(
                f"there is no stack {self.stack.name!r}",
                hint="Start one: `sdctl up` (or name it: --stack NAME).",
            )
        name = next(
            (c.labels[f"{LABEL}profile"] for c in containers if f"{LABEL}profile" in c.labels),
            profile.DEFAULT,
        )
        raw = observation.settings_of(containers)
        found = validation.validate(name, raw, overrides)
        return replace(found, left_out=observation.left_out_of(containers))

    def snapshot(self) -> Snapshot:
        """The stack as it is now."""
        from sdctl.state import observation

        engine = self.engine  # opened first: it heals what is overdue
        faults = self.active_faults()
        return observation.snapshot(engine, self.stack.name, self.stack.secrets(), faults=faults)

    def active_faults(self) -> list[dict[str, Any]]:
        """The faults that are on, oldest first."""
        from sdctl.state import fault_records

        return [record.to_json() for record in fault_records.active(self.stack)]

    def show_plan(self) -> None:
        """With ``--dry-run``: what would have been done, a line each."""
        from sdctl.targets.recording import RecordingTarget

        if isinstance(self.engine, RecordingTarget):
            self.print_plan(self.engine.record)

    def print_plan(self, steps: Sequence[str]) -> None:
        """What would be done."""
        if self.json:
            self.print_json({"plan": list(steps)})
        else:
            print("\n".join(steps or ["nothing to do"]))
