"""Is there room on the disk: for images, for data, and so much that the search tier writes?"""

from __future__ import annotations

from collections.abc import Iterator

from sdctl.bringup.doctor.machine import Machine
from sdctl.bringup.doctor.planned import PlannedStack
from sdctl.design import needs
from sdctl.foundation.units import format_size, write_size
from sdctl.targets.check_result import CheckResult

_DATA = 512 * 1024**2
"""Databases with their journals, when they are new."""
_INODES = 100_000
"""About three times what all images together have."""


def check(machine: Machine, wanted: PlannedStack) -> Iterator[CheckResult]:
    """Free room, against what is to be built and what the settings allow to be kept."""
    missing = [image for image in wanted.topology.images if image.name in wanted.survey.missing]
    images = sum(image.size for image in missing)
    free, folder = machine.disk_free, machine.disk_folder
    need = images + (_DATA if wanted.new else 0)
    most = needs.disk_at_most(wanted.topology)
    said = f"{format_size(free)} is free in {folder}"
    wants, floor = _floor(wanted)
    if free < need:
        yield CheckResult(
            id="disk-full",
            status="failure",
            message=f"{said}; images and data take about {format_size(need)}",
            fix=wanted.survey.make_room,
        )
    elif wants and free - images < wants:
        less = max(1024**2, (free - images) // 4 // 1024**2 * 1024**2)
        yield CheckResult(
            id="disk-watermark",
            status="failure",
            message=f"{said}; with less than {format_size(wants)} the search tier makes no index",
            fix=wanted.command(
                f"up {wanted.topology.profile.name} --set search.disk_free_min={write_size(less)}"
            ),
        )
    elif free < need + most + floor:
        yield CheckResult(
            id="disk-tight",
            status="warning",
            message=f"{said}; the stack may keep {format_size(most)} of lines and figures",
            fix=wanted.survey.make_room,
        )
    elif machine.inodes_free is not None and machine.inodes_free < _INODES:
        yield CheckResult(
            id="disk-inodes",
            status="failure" if missing else "warning",
            message=f"only {machine.inodes_free} more files can be made in {folder}",
            fix=wanted.survey.make_room,
        )
    else:
        yield CheckResult(id="disk", message=said)


def _floor(wanted: PlannedStack) -> tuple[int, int]:
    """Below the first the search tier makes no new index, below the second it takes no lines."""
    settings = wanted.topology.profile.settings
    least = max((section.disk_free_least for section in settings.values()), default=0)
    return least * 3, least
