"""How a stack is written down for a cluster: what plain ``kubectl apply -k`` needs."""

from __future__ import annotations

from functools import partial

from sdctl.targets.bundle_form import BundleForm
from sdctl.targets.kubernetes.bundle import render, render_plain
from sdctl.targets.kubernetes.names import Space, namespace_of, own_namespace
from sdctl.targets.kubernetes.network import Expose
from sdctl.targets.kubernetes.readme import readme


def form_of(space: Space, expose: Expose) -> BundleForm:
    """That of a stack in this namespace, reached from outside in this way."""
    return BundleForm(
        main="statefulsets.yaml",
        project_of=namespace_of,
        own_project=own_namespace,
        render=partial(render, space=space, expose=expose),
        render_as=render_plain,
        readme=readme,
    )
