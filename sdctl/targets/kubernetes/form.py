"""A bundle for plain kubectl."""

from __future__ import annotations

from sdctl.targets.bundle_form import BundleForm
from sdctl.targets.kubernetes.bundle import render_plain
from sdctl.targets.kubernetes.names import namespace_of, own_namespace
from sdctl.targets.kubernetes.readme import readme

FORM = BundleForm(
    main="statefulsets.yaml",
    project_of=namespace_of,
    own_project=own_namespace,
    render=render_plain,
    readme=readme,
)
