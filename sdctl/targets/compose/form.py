"""A bundle for plain Compose."""

from __future__ import annotations

from sdctl.targets.bundle_form import BundleForm
from sdctl.targets.compose.bundle import render
from sdctl.targets.compose.labels import own_project, project
from sdctl.targets.compose.readme import readme

FORM = BundleForm(
    main="compose.yml",
    project_of=project,
    own_project=own_project,
    render=render,
    render_as=render,
    readme=readme,
)
