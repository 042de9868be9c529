"""The kernel's limits on what a stack's servers open, map and watch."""

from __future__ import annotations

from collections.abc import Iterator

from sdctl.bringup.doctor.machine import Machine
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.targets.check_result import CheckResult

_MAPS = 65_530
"""The kernel's own default, with which Java's servers run here; some machines have less."""
_INSTANCES = 128
"""Likewise; the collectors' watchers and the machine's own share them."""
_WATCHES = 8_192
_OWN_FILES = 1_024
"""A load of 500 rps with slow answers holds several hundred connections."""
_FILES_OF_A_NODE = 128
"""Sockets, logs and libraries that a node has open at rest, with room."""


def check(machine: Machine, wanted: PlannedStack) -> Iterator[CheckResult]:
    """Each limit that is lower than what the stack takes."""
    lower = list(_lower(machine, wanted))
    yield from lower
    if not lower:
        yield CheckResult(id="kernel-limits", message="open files, memory maps, watchers suffice")
    there = ", ".join(sorted(machine.tools)) or "neither nft nor tc"
    yield CheckResult(
        id="network-tools",
        message="faults on the network bring their own tools; those of this "
        f"machine are not needed (found: {there})",
    )


def _lower(machine: Machine, wanted: PlannedStack) -> Iterator[CheckResult]:
    for id_, name, value, least, what in (
        ("max-map-count", "vm.max_map_count", machine.max_map_count, _MAPS, "areas of memory"),
        ("inotify-instances", "fs.inotify.max_user_instances", machine.inotify_instances,
         _INSTANCES, "watchers of files"),
        ("inotify-watches", "fs.inotify.max_user_watches", machine.inotify_watches, _WATCHES,
         "watched files"),
    ):  # fmt: skip
        if value is not None and value < least:
            yield CheckResult(
                id=id_,
                status="warning",
                message=f"{name} is {value}: servers may run out of {what} ({least} is usual)",
                fix=f"sudo sysctl -w {name}={least}",
            )
    most = max((node.open_files or 0 for node in wanted.topology.nodes), default=0)
    if machine.open_files_most is not None and machine.open_files_most < most:
        yield CheckResult(
            id="open-files-of-a-process",
            status="failure",
            message=f"a process may open {machine.open_files_most} files here, and a node wants "
            f"{most}",
            fix=f"sudo sysctl -w fs.nr_open={max(most, 1_048_576)}",
        )
    need = _FILES_OF_A_NODE * len(wanted.new)
    if machine.files_left is not None and machine.files_left < need:
        yield CheckResult(
            id="open-files-of-the-machine",
            status="failure",
            message=f"this machine may open {machine.files_left} more files, and the stack opens "
            f"about {need}",
            fix="sudo sysctl -w fs.file-max=1000000",
        )
    if machine.open_files < _OWN_FILES:
        yield CheckResult(
            id="open-files-of-this-user",
            status="warning",
            message=f"this user may open {machine.open_files} files: the load generator may run "
            "out of connections",
            fix=f"ulimit -n {_OWN_FILES} || sudo prlimit --pid $$ --nofile={_OWN_FILES}:4096",
        )
