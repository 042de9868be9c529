"""From a bundle to nodes that are as it says."""

from __future__ import annotations

from collections.abc import Collection

from sdctl.bringup.bring_up import BringUp
from sdctl.state import wanted
from sdctl.targets import bundle_folder
from sdctl.targets.bundle import Bundle
from sdctl.targets.changes import Changes


def converge(
    bring_up: BringUp, bundle: Bundle, changes: Changes, later: Collection[str] = ()
) -> None:
    """Carry out the ``changes``, but those of nodes whose turn comes ``later``. What is wanted is
    written down before and after, also where nothing changes; so are the secrets. So is a bundle
    that a change which was cut off left otherwise: nodes read it while they run."""
    topology, stack = bring_up.topology, bring_up.stack
    stack.make_secrets(topology.secrets)
    wanted.changing(stack.name, topology)
    if changes or not bundle_folder.holds(stack.bundle, bundle.files):
        bundle_folder.adopt(stack.bundle)
        bundle_folder.write(stack.bundle, bundle.files)
    if changes:
        bring_up.target.converge(topology, bundle, stack.bundle, bring_up.report, later)
    wanted.changed(stack.name, topology)
    stack.made()
