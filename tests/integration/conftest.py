"""What the tests with real tools share: the images that they run in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from sdctl.design import validation
from sdctl.targets import dotenv
from sdctl.targets.bundle import image_tag
from sdctl.targets.bundle_folder import write as write_bundle
from sdctl.targets.compose import images as made
from sdctl.targets.compose.bundle import render
from sdctl.targets.compose.docker import Docker
from sdctl.targets.target import Report
from tests.integration.yard import Yard, fenced
from tests.stacks import docker_answers


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The tag of every image by its name; built when missing."""
    if not docker_answers():
        pytest.skip("no Docker daemon answers; `make integration` starts one")
    from sdctl.components.component import all_components
    from sdctl.design.topology import expand

    components = all_components()
    topology = expand("check", validation.load("standard"), components)
    bundle = render(topology)
    folder = tmp_path_factory.mktemp("bundle")
    write_bundle(folder, bundle.files)
    dotenv.write(folder, topology.secrets, {})
    tags = {image.name: image_tag(bundle, image) for image in topology.images}
    made.ensure(Docker(), topology, bundle, folder, "check", Report(print, print, print))
    return tags


@pytest.fixture
def yard(images: Mapping[str, str], tmp_path: Path) -> Iterator[Yard]:
    with fenced(images, tmp_path) as made:
        yield made
