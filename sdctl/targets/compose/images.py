"""The images of a stack: which are missing, and how they come to be."""

from __future__ import annotations

import time
from pathlib import Path

from sdctl.components import versions
from sdctl.design.topology import Topology
from sdctl.foundation.units import format_duration
from sdctl.targets.bundle import Bundle, image_tag
from sdctl.targets.compose import base_image, command, fetched
from sdctl.targets.compose.build_progress import BuildProgress
from sdctl.targets.compose.docker import Docker
from sdctl.targets.target import Report


def missing(docker: Docker, topology: Topology, bundle: Bundle) -> tuple[str, ...]:
    """The tags of those that are built here and are not there yet."""
    return docker.missing_images([image_tag(bundle, image) for image in topology.built_images])


def ensure(
    docker: Docker,
    topology: Topology,
    bundle: Bundle,
    folder: Path,
    project: str,
    report: Report,
) -> None:
    """Have every image that is built here; ``folder`` holds the bundle.

    Raises ``BringUpFailed``.
    """
    tags = {image_tag(bundle, image): image for image in topology.built_images}
    lacking = docker.missing_images(tuple(tags))
    if not lacking:
        return
    report.stage("build the images")
    profile = topology.profile
    source = profile.registry.reference("debian", versions.DEBIAN)
    base_image.ensure(docker, profile.images, report.detail, source=source)
    for tag in lacking:
        _fetch(folder / "images" / tags[tag].name, report)
    # one node stands for its image: building them by node name is Compose's way
    first = {node.image: node.name for node in reversed(topology.nodes)}
    nodes = {first[tags[tag]]: tags[tag].name for tag in lacking}
    command.build(project, folder, list(nodes), BuildProgress(nodes, report).line)


def _fetch(context: Path, report: Report) -> None:
    """What the image needs from elsewhere; said when it was not here yet."""
    began, told = time.monotonic(), list[str]()

    def detail(line: str) -> None:
        told.append(line)
        report.detail(line)

    fetched.ensure(context, detail)
    if told:
        took = format_duration(time.monotonic() - began)
        report.say(f"{context.name}: fetched what its image needs ({took})")
