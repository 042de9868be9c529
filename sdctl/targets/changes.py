"""What is to be done to have the nodes that are wanted. Deciding only, whatever runs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sdctl.design.topology import Topology
from sdctl.targets.bundle import Bundle


@dataclass(frozen=True)
class Changes:
    """What :meth:`Target.converge` would do. True when there is anything to do."""

    built: frozenset[str] = frozenset()
    """The names of the images that are missing, when there is anything to make of them."""
    created: tuple[str, ...] = ()
    """Nodes that are not there."""
    recreated: tuple[str, ...] = ()
    """Nodes that are made otherwise than they should be."""
    removed: tuple[str, ...] = ()
    """Nodes that nobody wants any more."""
    renewed: Mapping[str, str] = field(default_factory=dict)
    """Nodes that are taken away first and made anew, although they are as they should be made; and
    why."""
    others: tuple[str, ...] = ()
    """What is no node, and is not there or not as it should be: by the target's own names."""

    def __bool__(self) -> bool:
        return bool(self.created or self.recreated or self.removed or self.renewed or self.others)

    @property
    def stage(self) -> str:
        """What carrying it out is called."""
        made = self.created or self.recreated or self.renewed or not self.removed
        words = [*(["create"] if made else []), *(["remove"] if self.removed else [])]
        return f"{' and '.join(words)} containers"

    @property
    def steps(self) -> tuple[str, ...]:
        """A line each, in order."""
        kinds = (("remove", tuple(self.renewed)), ("create", self.created),
                 ("recreate", self.recreated), ("remove", self.removed),
                 ("put right", self.others))  # fmt: skip
        lines = [f"build the images {', '.join(sorted(self.built))}"] if self.built else []
        return (*lines, *(f"{verb} {', '.join(nodes)}" for verb, nodes in kinds if nodes))

    @property
    def nodes(self) -> tuple[str, ...]:
        """All that are not as they should be."""
        return (*self.created, *self.recreated, *self.removed, *self.renewed)


def differing(topology: Topology, bundle: Bundle, made: Mapping[str, str]) -> Changes:
    """Pure: what differs from the bundle. ``made``: by node that is there, running or not, the
    digest of how it was made."""
    wanted = {node.name: bundle.specs[node.name] for node in topology.nodes}
    return Changes(
        created=tuple(name for name in wanted if name not in made),
        recreated=tuple(
            name for name, spec in wanted.items() if name in made and made[name] != spec
        ),
        removed=tuple(name for name in made if name not in wanted),
    )
