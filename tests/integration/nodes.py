"""Nodes on a yard that are as in a stack."""

from __future__ import annotations

from sdctl.components.node import Secret
from sdctl.design.topology import Topology
from sdctl.foundation import certificate
from sdctl.targets.compose.bundle import render
from tests.integration.yard import Yard
from tests.stacks import docker

CERTIFICATE = certificate.make(("etcd-1",))


def run(yard: Yard, topology: Topology, name: str) -> None:
    """Start one, with secrets of the test's."""
    node = topology.node(name)
    env = {
        name: (CERTIFICATE if value.kind == "certificate" else "x" * 20)
        if isinstance(value, Secret)
        else value
        for name, value in node.env.items()
    }
    yard.run(name, node.image.name, **env)


def configured(yard: Yard, topology: Topology, name: str, **changes: str) -> None:
    """Write its files, with some text in place of another."""
    config = yard.folder / name
    config.mkdir(mode=0o755, exist_ok=True)
    for path, text in render(topology).files.items():
        if path.startswith(f"config/{topology.node(name).component}/"):
            for old, new in changes.items():
                text = text.replace(old, new)
            (config / path.rpartition("/")[2]).write_text(text)
            (config / path.rpartition("/")[2]).chmod(0o644)


def killed(yard: Yard, topology: Topology, name: str) -> None:
    """It is, and started again as it should be."""
    docker("kill", f"{yard.network}-{name}")
    configured(yard, topology, name)
    docker("start", f"{yard.network}-{name}")


def said(yard: Yard, name: str, command: str) -> str:
    """What a shell in the node says."""
    words = (f"{yard.network}-{name}", "sh", "-c", f"{command} 2>&1 || true")
    return "\n".join(docker("exec", *words))


def asked(yard: Yard, name: str, query: str) -> str:
    """What a node of the database answers."""
    return said(yard, name, f'psql -U postgres -h /var/run/postgresql -d sdctl -Atc "{query}"')
