"""From a bundle to nodes that are as it says."""

from __future__ import annotations

from collections.abc import Collection

from sdctl.design.topology import Topology
from sdctl.state import wanted
from sdctl.state.stack import Stack
from sdctl.targets import bundle_folder
from sdctl.targets.bundle import Bundle
from sdctl.targets.changes import Changes
from sdctl.targets.target import Report, Target


def converge(
    target: Target,
    topology: Topology,
    bundle: Bundle,
    stack: Stack,
    changes: Changes,
    report: Report,
    later: Collection[str] = (),
) -> None:
    """Carry out the ``changes``, but those of nodes whose turn comes ``later``. What is wanted is
    written down before and after, also where nothing changes; so are the secrets."""
    stack.make_secrets(topology.secrets)
    wanted.changing(stack.name, topology)
    if changes:
        bundle_folder.adopt(stack.bundle)
        bundle_folder.write(stack.bundle, bundle.files)
        target.converge(topology, bundle, stack.bundle, report, later)
    wanted.changed(stack.name, topology)
    stack.made()
