"""The README of a rendered bundle: what the folder is, and how plain Compose starts it."""

from __future__ import annotations

from sdctl.components.versions import DEBIAN
from sdctl.design.topology import Topology
from sdctl.targets import dotenv


def readme(topology: Topology, project: str) -> str:
    """Pure: Markdown. It names no secret."""
    profile = topology.profile
    tiers = "\n".join(
        f"| {tier} | {', '.join(node.name for node in nodes)} |"
        for tier, nodes in topology.tiers.items()
    )
    return f"""# {project}

A system of {len(topology.nodes)} containers for Docker Compose, made by `sdctl render` from the
profile {profile.name}: {profile.description}. It runs without sdctl.

## Start, use, stop

Docker with Compose v2 is all it takes. Run the commands in this folder:

    docker compose up --detach     # the first time it builds the images, which takes minutes
{_first_request(topology)}
This stops it. The data stay, unless you add `--volumes`:

    docker compose down

The images are built from `{DEBIAN}`. Where no registry can be reached, it must be there already
(`docker pull {DEBIAN}` elsewhere, then `docker save` and `docker load`).

## What is in here

| file | what it is |
|---|---|
| `compose.yml` | the containers, networks and volumes |
| `config/` | what each kind of container reads; it is mounted |
| `images/` | what each image is built from |
| `{dotenv.NAME}` | the passwords and the API key. Do not share it |

| tier | containers |
|---|---|
{tiers}

The same `sdctl render` into this folder writes these files anew, and passwords stay. If you changed
one of them, it refuses and overwrites nothing.
"""


def _first_request(topology: Topology) -> str:
    gateway = topology.profile.settings.get("gateway")
    if gateway is None:
        return ""
    variable = dotenv.secret_variable("api_key")
    return f"""
It is ready when this answers 202:

    key=$(sed -n 's/^{variable}=//p' {dotenv.NAME})
    curl -i http://127.0.0.1:{getattr(gateway, "port", 8080)}/v1/orders -H "X-API-Key: $key" \\
      -d '{{"user_id": "ann", "item": "book", "quantity": 1}}'
"""
