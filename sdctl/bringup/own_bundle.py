"""A bundle that is run without sdctl: whose project it is, and everything in it that its images
need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sdctl.components.component import every_component
from sdctl.design import variants
from sdctl.design.profile import Profile
from sdctl.design.topology import Topology, expand
from sdctl.foundation.errors import BringUpFailed
from sdctl.foundation.places import real
from sdctl.state.stack import Stack
from sdctl.targets import bundle_folder, dotenv
from sdctl.targets.bundle import Bundle
from sdctl.targets.bundle_form import BundleForm
from sdctl.targets.compose import fetched

README = "README.md"


@dataclass(frozen=True)
class Identity:
    """Whose project a bundle is."""

    form: BundleForm
    project: str
    stack: str
    """The name in its labels, as of a stack."""
    secrets: Mapping[str, str]
    """What is known before it is written."""
    said: str
    """For people."""


def identity(form: BundleForm, place: Path, named: Stack | None) -> Identity:
    """A project of its own, called as its folder is; or of the stack that the user ``named``, then
    with that stack's secrets if it has any here: it would meet what runs."""
    kept = dotenv.read(place)
    if named is None:
        name = form.own_project(real(place))
        have = "with the passwords it had" if kept else "with passwords of its own"
        return Identity(
            form,
            name,
            name,
            kept,
            f"they run as the project {name}, apart from the stacks of sdctl, {have}",
        )
    secrets = named.secrets()
    have = "and carries its passwords" if secrets else "which has no passwords here yet"
    said = f"it is the stack {named.name}, {have}"
    return Identity(form, form.project_of(named.name), named.name, {**kept, **secrets}, said)


def bundle_of(profile: Profile, whose: Identity) -> tuple[Topology, Bundle]:
    """What is to be written, with a page that says what it is."""
    topology = expand(whose.stack, profile)
    bundle = whose.form.render_as(topology, whose.project)
    about = {README: whose.form.readme(topology, whose.project)}
    return topology, replace(bundle, files={**about, **bundle.files})


def write(
    place: Path, profile: Profile, whose: Identity, say: Callable[[str], None]
) -> tuple[Profile, Bundle]:
    """Write the bundle with what its images need from elsewhere. Both as they were written: without
    the tiers of images for which that could not be had, which the profile names. Raises
    ``UsageError`` where the bundle may not go there."""
    topology, bundle = bundle_of(profile, whose)
    bundle_folder.check(place, bundle.files)
    # first: this makes the folder one that render made
    bundle_folder.write(place, bundle.files)
    dotenv.write(place, topology.secrets, whose.secrets)
    left: dict[str, str] = {}
    can_be_left_out = {component.name for component in every_component() if component.tools}
    for image in fetched.images(bundle.files):
        try:
            fetched.ensure(place / "images" / image, say)
        except BringUpFailed as error:
            made_of = {
                node.component: node.tier for node in topology.nodes if node.image.name == image
            }
            if not made_of.keys() <= can_be_left_out:
                raise
            why = error.details[-1] if error.details else error.message
            left |= dict.fromkeys(made_of.values(), why)
    if not left:
        return profile, bundle
    fewer = variants.without(profile, left)
    _, bundle = bundle_of(fewer, whose)
    bundle_folder.write(place, bundle.files)
    return replace(fewer, left_out={**profile.left_out, **fewer.left_out}), bundle
