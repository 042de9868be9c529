"""What load sends: one file each, found by directory scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdctl import registry

if TYPE_CHECKING:
    from sdctl.workloads.workload import Workload


def workloads() -> dict[str, type[Workload]]:
    """Every workload by its name: this folder's, and ``workloads/*.py`` of ``SDCTL_PLUGINS``.

    Raises ``UsageError`` naming the file that is not a workload.
    """
    found = registry.discover("sdctl.workloads", "WORKLOAD", contract="workload")
    return {each.name: each for each in found.values()}
