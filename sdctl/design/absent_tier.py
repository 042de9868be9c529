"""A tier that a stack has not: which profile has it, and the error that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from sdctl.foundation import assets
from sdctl.foundation.errors import NoSuchTarget, no_such
from sdctl.foundation.nearest import guess

_NOTHING: Mapping[str, str] = MappingProxyType({})


def no_tier(
    name: str,
    tiers: Iterable[str],
    nodes: Iterable[str] = (),
    left_out: Mapping[str, str] = _NOTHING,
) -> NoSuchTarget:
    """The error for what is no tier of a stack; with ``nodes``, one of them may be named as well.
    ``left_out``: what this machine cannot have, and why. One that another profile has is off, and
    the error says where it is on. The order is the same wherever it is said: tiers before nodes,
    each by the alphabet."""
    there, named = sorted(set(tiers)), sorted(set(nodes))
    off = _tier_of(name)
    if off is None or off in there:
        error = no_such("tier or node" if named else "tier", name, [*there, *named])
        if (called := _called(name)) in there:
            error.hint = guess([called]) + error.hint
        return error
    whose = "" if off == name else f"{name} is of the tier {off}, which is off. "
    known = f"There is: {', '.join(there)}."
    return NoSuchTarget(
        f"this stack has no {'tier' if off == name else 'node'} {name}",
        hint=f"{whose}{how_to_have(off, left_out)} {known}",
    )


def how_to_have(tier: str, left_out: Mapping[str, str] = _NOTHING) -> str:
    """In a sentence, why a known tier is off, or which profiles have it."""
    if why := _left_out(tier, left_out):
        return f"It is left out here: {why}."
    having = _having(tier)
    if not having:
        return "A profile of your own can have it, in its `tiers`."
    if len(having) == 1:
        return f"The profile {having[0]} has it."
    return f"The profiles {', '.join(having[:-1])} and {having[-1]} have it."


def _left_out(tier: str, left_out: Mapping[str, str]) -> str:
    """Of several servers side by side each is left out by its own name."""
    from sdctl.components.component import every_component

    servers = [component.name for component in every_component() if component.tier == tier]
    whys = dict.fromkeys(left_out[name] for name in (tier, *servers) if name in left_out)
    return "; ".join(whys)


def _called(name: str) -> str:
    """The tier that is meant by a server's name, or by what people call it; else empty."""
    from sdctl.components.component import every_component

    said = name.casefold()
    return next((c.tier for c in every_component() if said in (c.name, *c.called)), "")


def _tier_of(name: str) -> str | None:
    """The tier that is called so, or has a node of this name; None: no component makes one."""
    from sdctl.components.component import every_component

    stem, _, number = name.rpartition("-")
    made_of = stem if number.isdecimal() else None
    found = (c.tier for c in every_component() if c.tier == name or c.name == made_of)
    return next(found, None)


def _having(tier: str) -> list[str]:
    """Of the profiles that come with sdctl, the usual one first."""
    from sdctl.design import plain_yaml
    from sdctl.design.profile import DEFAULT, names

    def tiers(name: str) -> list[str]:
        document = plain_yaml.read(plain_yaml.text_of(assets.profiles() / f"{name}.yaml"))
        return list(document.value["tiers"])

    return sorted((name for name in names() if tier in tiers(name)), key=DEFAULT.__ne__)
