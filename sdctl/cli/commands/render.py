"""`sdctl render`: the bundle, usable with plain Docker Compose or kubectl."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sdctl.cli.context import Context
from sdctl.cli.stack_options import PROFILE, SET

if TYPE_CHECKING:
    from sdctl.bringup.own_bundle import Identity
    from sdctl.design.profile import Profile
    from sdctl.targets.target import Target


def render(
    ctx: typer.Context,
    profile: PROFILE = None,
    out: Annotated[
        str | None,
        typer.Option("-o", "--out", metavar="FOLDER", help="The folder to write into."),
    ] = None,
    set_: SET = None,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="compose|kubernetes", help="What is to run the stack.", show_default="compose"
        ),
    ] = None,
) -> None:
    """Write the files of a stack, for Docker Compose or kubectl alone.

    Without -o, only the file that says what runs is printed. Without a profile it is standard; with
    --stack NAME it is what that stack was made from, with its port and its settings.

      sdctl render lite -o ./bundle && cd bundle && docker compose up
      sdctl render lite --target kubernetes -o b && kubectl apply -k b
    """
    from sdctl.bringup import foresight, own_bundle
    from sdctl.design import agreement, validation, variants
    from sdctl.targets import bundle_folder, dotenv
    from sdctl.targets.opening import open_target
    from sdctl.targets.placement import Placement
    from sdctl.terminal import left_out

    context: Context = ctx.obj
    engine = open_target(context.stack.name, None if target is None else Placement(target))
    changes = set_ or []
    chosen = variants.able(_asked(context, profile, changes), engine.abilities)
    validation.heeded(chosen, changes)
    topology = agreement.agreed(context.stack.name, chosen)
    for unused in foresight.unused(chosen, engine.abilities):
        context.screen.tell(f"warning: {unused}")
    if others := _differ(context, target, chosen, changes):
        context.screen.tell(
            f"warning: the stack {context.stack.name} has other settings, and this bundle would "
            f"change them: {', '.join(others)}. Without a profile the bundle is as the stack"
        )
    if out is None:
        bundle = engine.form.render(topology)
        if context.screen.json:
            context.screen.print_json({"folder": None, "files": bundle.files})
        else:
            print(bundle.files[engine.form.main], end="")
        return
    chosen = validation.heeded(_decided(context, engine, chosen), changes)
    place = Path(out)
    whose = _owner(context, engine, place)
    _, bundle = own_bundle.bundle_of(chosen, whose)
    bundle_folder.check(place, bundle.files)
    if not context.dry_run:
        with (
            bundle_folder.alone(place),
            context.screen.working("fetching what images are made of"),
        ):
            # once more: another render may have written its passwords there just now
            whose = _owner(context, engine, place)
            chosen, bundle = own_bundle.write(place, chosen, whose, lambda line: None)
    files = sorted([*bundle.files, dotenv.NAME, bundle_folder.MARKER])
    if context.screen.json:
        value = {"folder": out, "files": files, "project": whose.project}
        context.screen.print_json({**value, "left_out": dict(chosen.left_out)})
        return
    would = "would be " if context.dry_run else ""
    context.screen.tell(f"{len(files)} files {would}in {out}: {whose.said}")
    if not context.dry_run:
        context.screen.tell(f"{place / own_bundle.README} says how to start and how to remove it")
    for line in left_out.lines(chosen.left_out):
        context.screen.tell(line)


def _asked(context: Context, profile: str | None, changes: list[str]) -> Profile:
    """Without a profile, that of the stack that the user named, else the usual one."""
    from sdctl.design import validation
    from sdctl.design.profile import DEFAULT
    from sdctl.state import wanted

    like = wanted.profile(context.stack.name, changes) if context.named and not profile else None
    return like or validation.load(profile or DEFAULT, changes)


def _differ(context: Context, target: str | None, chosen: Profile, changes: list[str]) -> list[str]:
    """What was set for the stack that the user named, and the bundle has otherwise. A bundle for
    another target changes nothing of that stack."""
    from sdctl.bringup import foresight
    from sdctl.design import validation
    from sdctl.state import wanted
    from sdctl.targets import opening

    if target not in (None, opening.kept(context.stack.name).target):
        return []
    has = wanted.profile(context.stack.name) if context.named else None
    said = [change.partition("=")[0].strip() for change in changes]
    return foresight.put_back(has, validation.shipped(has), chosen, said)


def _owner(context: Context, engine: Target, place: Path) -> Identity:
    """Whose the bundle will be."""
    from sdctl.bringup import own_bundle

    return own_bundle.identity(engine.form, place, context.stack if context.named else None)


def _decided(context: Context, engine: Target, profile: Profile) -> Profile:
    """What is open in the profile, decided as `up` does. Where nobody can say what registries offer
    it stays open, which means whatever they would."""
    from sdctl.design import agreement, variants
    from sdctl.foundation.errors import TargetUnavailable

    try:
        resolved = variants.resolve(profile, (), engine.offers, abilities=engine.abilities)
    except TargetUnavailable as error:
        context.screen.tell(f"{error.message}: images are taken to be as registries have them")
        return profile
    agreement.agreed(context.stack.name, resolved.profile)  # does it still agree with itself?
    return resolved.profile


COMMAND = render
