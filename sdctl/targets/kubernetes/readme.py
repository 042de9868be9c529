"""The README of a rendered bundle: what the folder is, and how plain kubectl starts it."""

from __future__ import annotations

from sdctl.components.node import EDGE
from sdctl.design.topology import Topology
from sdctl.targets import dotenv
from sdctl.targets.bundle import image_tag
from sdctl.targets.kubernetes.bundle import render_plain


def readme(topology: Topology, namespace: str) -> str:
    """Pure: Markdown. It names no secret."""
    profile = topology.profile
    tiers = "\n".join(
        f"| {tier} | {', '.join(node.name for node in nodes)} |"
        for tier, nodes in topology.tiers.items()
    )
    bundle = render_plain(topology, namespace)
    images = "\n".join(
        f"    docker build -t {image_tag(bundle, image)} images/{image.name}"
        for image in topology.built_images
    )
    return f"""# {namespace}

A system of {len(topology.nodes)} pods for Kubernetes, made by `sdctl render --target kubernetes`
from the profile {profile.name}: {profile.description}. It runs without sdctl, in the namespace
{namespace}.

## Images

The cluster does not build them. Build them, then bring them to its nodes (`kind load docker-image`,
`k3d image import`, `minikube image load`, or a registry: then change the names in
`statefulsets.yaml`):

{images}

## Start, use, stop

    kubectl apply -k .
    kubectl --namespace {namespace} get pods --watch
{_first_request(topology, namespace)}
This removes everything, the data too:

    kubectl delete -k .

## What is in here

| file | what it is |
|---|---|
| `kustomization.yaml` | what there is, and the Secret that is made of `{dotenv.NAME}` |
| `*.yaml` | the objects, one file for each kind |
| `images/` | what each image is built from |
| `{dotenv.NAME}` | the passwords and the API key. Do not share it |

| tier | pods |
|---|---|
{tiers}

The same `sdctl render` into this folder writes these files anew, and passwords stay. If you changed
one of them, it refuses and overwrites nothing.
"""


def _first_request(topology: Topology, namespace: str) -> str:
    entrance = next((node for node in topology.nodes if EDGE in node.networks), None)
    if entrance is None:
        return ""
    variable = dotenv.secret_variable("api_key")
    number = entrance.port("http").number
    return f"""
All are ready within two minutes. In another window, open the way in:

    kubectl --namespace {namespace} port-forward service/{entrance.component} 8080:{number}

It works when this answers 202:

    key=$(sed -n 's/^{variable}=//p' {dotenv.NAME})
    curl -i http://127.0.0.1:8080/v1/orders -H "X-API-Key: $key" \\
      -d '{{"user_id": "ann", "item": "book", "quantity": 1}}'
"""
