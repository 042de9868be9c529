"""The command that makes a stack of this form from nothing: after a `down` nothing else knows its
profile, its port, its settings, and where it was."""

from __future__ import annotations

import shlex

from sdctl.components.variant import AUTO
from sdctl.design import setting_texts
from sdctl.design.profile import Profile
from sdctl.design.validation import shipped
from sdctl.foundation.own_command import typed
from sdctl.targets import placement


def up_anew(stack: str, profile: Profile, *changes: str, before: Profile | None = None) -> str:
    """``sdctl up lite --set gateway.port=18780 --set database.volume_size=256mb``: the profile,
    where it was put, what is set besides what the profile says itself, and the ``changes``.
    ``before``: what the stack is made from now, where that is another profile. What is set in it is
    kept, such as its port, for all that both have; how many nodes a tier has is for the new one."""
    said = {change.partition("=")[0]: change for change in changes}
    settings = {**_kept(before, profile), **_set(profile), **said}
    # what the file of a user's own profile says is not known here
    name = profile.name if shipped(profile) else f"{profile.name}.yaml"
    words = [word for setting in settings.values() for word in ("--set", setting)]
    return typed(shlex.join(["up", name, *_placed(stack), *words]), stack)


def _kept(before: Profile | None, now: Profile) -> dict[str, str]:
    """What is set in another profile and says nothing of how many nodes there are."""
    return {
        path: change
        for path, change in (_set(before) if before is not None else {}).items()
        if (tier := path.partition(".")[0]) in now.settings
        and now.settings[tier].model_copy(update={path.partition(".")[2]: 0}).count
        == now.settings[tier].count
    }


def _placed(stack: str) -> tuple[str, ...]:
    """What was said of its target, as options."""
    if (there := placement.read(stack)) is None:
        return ()
    said = {"target": there.target, **there.options}
    return tuple(word for key, value in said.items() if value for word in (f"--{key}", value))


def _set(profile: Profile) -> dict[str, str]:
    """By its path each setting that is another than the profile's own, as ``--set`` takes it."""
    usual, found = shipped(profile), dict[str, str]()
    if usual is None:
        return found
    if profile.images != usual.images:
        found["images"] = f"images={profile.images}"
    for tier, section in profile.settings.items():
        if tier not in usual.settings:
            continue
        for name, field in type(section).model_fields.items():
            own = getattr(usual.settings[tier], name)
            value = getattr(section, name)
            if own not in (value, AUTO):  # what was left open was decided, not set
                path = f"{tier}.{name}"
                found[path] = f"{path}={setting_texts.text_of(field, value)}"
    return found
