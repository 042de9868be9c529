"""The images of a stack: which are missing, and how they come to be."""

from __future__ import annotations

import time
from pathlib import Path

from sdctl.components import versions
from sdctl.components.node import Image
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
    lacking = prepared(docker, topology, bundle, folder, report)
    if not lacking:
        return
    # one node stands for its image: building them by node name is Compose's way
    first = {node.image: node.name for node in reversed(topology.nodes)}
    nodes = {first[image]: image.name for image in lacking.values()}
    command.build(project, folder, list(nodes), BuildProgress(nodes, report).line)


def prepared(
    docker: Docker, topology: Topology, bundle: Bundle, folder: Path, report: Report
) -> dict[str, Image]:
    """The images that are yet to be built, by their tags, with all that their building needs: the
    base image, and in ``folder`` what is fetched from elsewhere. Raises ``BringUpFailed``."""
    lacking = missing(docker, topology, bundle)
    if not lacking:
        return {}
    report.stage("build the images")
    profile = topology.profile
    source = profile.registry.reference("debian", versions.DEBIAN)
    base_image.ensure(docker, profile.images, report.detail, source=source)
    tags = {image_tag(bundle, image): image for image in topology.built_images}
    for tag in lacking:
        _fetch(context_of(folder, tags[tag]), report)
    return {tag: tags[tag] for tag in lacking}


def context_of(folder: Path, image: Image) -> Path:
    """What an image is built from, in a bundle's folder."""
    return folder / "images" / image.name


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
