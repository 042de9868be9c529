"""fill-disk: nothing more can be written to nodes' volumes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from sdctl.faults import promises
from sdctl.faults._on_nodes import TARGET, WorseNodes
from sdctl.faults.effect import Effect
from sdctl.faults.fault import Ask, option, recorded
from sdctl.faults.teaching import Prediction
from sdctl.foundation.errors import UsageError
from sdctl.foundation.own_command import typed
from sdctl.foundation.units import duration
from sdctl.targets.operations import Exec, Op

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.design.profile import Profile
    from sdctl.faults.teaching import Before
    from sdctl.state.snapshot import NodeStatus, Snapshot

_MARK = "sdctl-fill"
"""Of the file, and of the process that holds it."""
_KIND = ("stat", "-f", "-c", "%T")
_IN_MEMORY = "tmpfs"
"""A file system of this kind has a size of its own, and nobody else writes to it."""
_FILL = f"""
[ "$(stat -f -c %T "$1")" = {_IN_MEMORY} ] && cd "$1" || exit 1
exec 3> {_MARK} || exit 1
rm {_MARK}
setsid timeout "$2" sh -c 'while :; do cat /dev/zero; sleep 0.2; done' {_MARK} \\
    >&3 2> /dev/null < /dev/null &
"""
"""The file has no name, so it takes room only while a process has it open: when that ends, in
whichever way, the room is free. It takes what others let go, too."""
_TRY = f"""
cd "$1" || exit 1
said=$({{ LC_ALL=C head -c 65536 /dev/zero > {_MARK}-try; }} 2>&1)
rm -f {_MARK}-try
case "$said" in
"") echo written;;
*"No space left on device"*) echo ENOSPC;;
*) echo "$said";;
esac
"""
"""Writes 64 kB, and prints what the kernel says."""
_AFTER_S = 3.0
"""Until whoever retries finds room again."""
_LONGER_S = 15.0
"""The process ends by itself so long after the fault, where nobody else ends it."""


@dataclass(frozen=True, kw_only=True)
class FillDisk(WorseNodes):
    """A file takes all that is left of the node's volume, and what becomes free meanwhile. So the
    node can write nothing more: the kernel answers it ENOSPC. Only a volume with a size of its own
    is filled (`volume_size`), never the disk of your machine."""

    kind: ClassVar[str] = "fill-disk"
    summary: ClassVar[str] = "leave no room on nodes' volumes"
    example: ClassVar[str] = "sdctl chaos fill-disk database:leader --for 20s"
    does: ClassVar[str] = "filled"
    figures: ClassVar[Mapping[str, str]] = {**promises.FIGURES, **promises.STANDS}
    next_step: ClassVar[str] = (
        "Try `sdctl chaos kill-leader database`: a leader that is gone is replaced within seconds, "
        "and one without room is not."
    )

    where: str = option("database:leader", TARGET, argument=True)
    for_: float = option(20.0, "How long, such as 20s.", parse=duration)
    folders: Mapping[str, str] = recorded()

    @property
    def told(self) -> str:
        """``full``."""
        return "full"

    @classmethod
    def lacking(cls, profile: Profile) -> str:
        """A volume that has a size of its own."""
        sizes = {
            f"`{tier}.volume_size`": own.volume_size
            for tier, own in profile.settings.items()
            if hasattr(own, "volume_size")
        }
        if any(sizes.values()):
            return ""
        return f"no volume has a size of its own; {' or '.join(sizes)} sets one"

    def pinned(self, snapshot: Snapshot, components: Mapping[str, Component], ask: Ask) -> Self:
        """With the folder of each node's volume. Raises ``UsageError`` for a node whose volume has
        no size of its own: it would fill the disk of the machine."""
        drawn = super().pinned(snapshot, components, ask)
        found = drawn.selected(snapshot, components)
        tier = components[found.tier]
        for name in (node.name for node in found.nodes):
            if not (folder := tier.part_of(name).limited):
                others = [other for other, component in components.items() if component.limited]
                raise UsageError(
                    f"the disk of {name} cannot be filled: it keeps nothing on a volume of a "
                    "limited size",
                    hint=f"Nothing was done. These can have one: {', '.join(others)}.",
                )
            look = Exec(node=name, command=(*_KIND, folder), cause="is its volume limited?")
            if (kind := ask(look).stdout.strip()) != _IN_MEMORY:
                raise UsageError(
                    f"the disk of {name} cannot be filled: its volume has no size of its own "
                    f"({kind or 'it does not say what it is'}), so this would fill the disk of the "
                    "machine",
                    hint="Nothing was done. Make the stack anew: "
                    f"`{typed('down', snapshot.stack)}` removes it and its data, then "
                    f"`{_with_a_size(snapshot, found.tier)}`.",
                )
        # of all nodes of the tier: who leads may be another one in a moment
        folders = {node.name: tier.part_of(node.name) for node in snapshot.tiers[found.tier].nodes}
        return dataclasses.replace(
            drawn, folders={name: part.limited for name, part in folders.items()}
        )

    def expects(self, before: Before) -> Iterable[Prediction]:
        """A leader without room still leads, so nobody takes over."""
        yield promises.lost(before)
        leads = [before.seen.nodes()[op.node].role == "leader" for op in before.plan.inject]
        if any(leads):
            yield Prediction(
                what=promises.STOPPED,
                low=self.for_ / 2,
                high=self.for_ + _AFTER_S,
                unit="s",
                why="it leads and renews its lease, refuses what needs room, and nobody takes over",
                measure=promises.stopped,
            )

    def begins(self, node: NodeStatus, cause: str) -> Op:
        """Fill it, and hold it."""
        lasts = f"{self.for_ + _LONGER_S:g}"
        return Exec(
            node=node.name,
            command=("sh", "-c", _FILL, "sh", self.folders.get(node.name, ""), lasts),
            cause=cause,
            told=f"fill the volume of {node.name}: {cause}",
        )

    def ends(self, node: str, cause: str) -> Op:
        """End the process; it is gone where the node has stopped meanwhile."""
        command = ("sh", "-c", f"pkill -KILL -f '[s]{_MARK[1:]}' || :")
        return Exec(node=node, command=command, cause=cause, told=f"{cause} of {node}")

    def effects(self, node: str, snapshot: Snapshot) -> tuple[Effect, ...]:
        """A write that is refused."""
        command = ("sh", "-c", _TRY, "sh", self.folders.get(node, ""))
        return (
            Effect(
                what=f"what a write of 64 kB to the volume of {node} gets",
                asked="ENOSPC",
                operations=(Exec(node=node, command=command, cause="measure the effect"),),
                read=lambda outputs: outputs[0].stdout.strip(),
                within_s=15.0,
            ),
        )


def _with_a_size(seen: Snapshot, tier: str) -> str:
    """The command that makes the stack with such a volume."""
    from sdctl.state import wanted
    from sdctl.targets.up_command import up_anew

    sized = f"{tier}.volume_size=256mb"
    if (profile := wanted.profile(seen.stack)) is None:
        return typed(f"up {seen.profile} --set {sized}", seen.stack)
    return up_anew(seen.stack, profile, sized)


FAULT = FillDisk
