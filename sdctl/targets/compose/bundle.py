"""Topology → the bundle of a stack: what plain ``docker compose up`` needs.

    compose.yml                 every node, ready for Docker Compose
    config/…, images/…          see ``targets/rendering.py``

The secrets stand in a ``.env`` file beside it (see ``dotenv.py``).
"""

from __future__ import annotations

from sdctl.design.topology import Topology
from sdctl.targets.bundle import Bundle
from sdctl.targets.compose import document
from sdctl.targets.compose.labels import LABEL
from sdctl.targets.compose.labels import project as project_of
from sdctl.targets.rendering import Names, files_of


def render(topology: Topology, project: str | None = None) -> Bundle:
    """The bundle of a topology, as the Compose project of its stack or one of another name. Raises
    ``TemplateFailed`` with file, line and name."""
    files = files_of(topology, Names())
    project = project or project_of(topology.stack)
    services = document.services(topology, Bundle(files), project)
    files["compose.yml"] = document.document(topology, services, project)
    specs = {name: service["labels"][f"{LABEL}spec"] for name, service in services.items()}
    return Bundle(files, specs)
