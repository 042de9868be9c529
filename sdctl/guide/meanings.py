"""Every word that sdctl shows, and what it means: collected from those who own the words."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sdctl.app.contract import ORDERS
from sdctl.chaos.gameday import day_file
from sdctl.components.component import Component, every_component
from sdctl.design import another_value, profile, profile_keys, setting_texts, validation
from sdctl.faults.fault import all_faults
from sdctl.foundation import assets
from sdctl.guide.answer_headers import MEANINGS
from sdctl.guide.meaning import Meaning
from sdctl.guide.word import glossaries
from sdctl.state.fact_label import label
from sdctl.workloads.workload import all_workloads

PROFILES, TIERS, FAULTS, WORKLOADS = "profiles", "tiers", "faults", "workloads"
GAME_DAYS = "game days"
LESSONS = "what a fault predicts"
HEADERS = "headers of an answer (curl)"
FIGURES, SETTINGS = "status: figures of a node", "settings"


def meanings() -> tuple[Meaning, ...]:
    """All of them, group by group."""
    return _with(assets.plugin_roots())


@cache
def _with(roots: tuple[Path, ...]) -> tuple[Meaning, ...]:
    """Those with the plug-ins of these folders: each folder's are read once in a process."""
    owned = (
        _profiles(), _tiers(), _faults(), _workloads(), _game_days(), _glossaries(), _headers(),
        _figures(), _settings(),
    )  # fmt: skip
    return tuple(itertools.chain.from_iterable(owned))


def _profiles() -> Iterator[Meaning]:
    for name in profile.names():
        told = validation.load(name)
        yield Meaning(
            word=name,
            where=PROFILES,
            text="A profile says which tiers a stack has, and with which settings. "
            f"This one: {told.description}.",
            facts={"tiers": ", ".join(told.tiers)},
            example=f"sdctl up {name}",
        )


def _tiers() -> Iterator[Meaning]:
    for component in sorted(every_component(), key=lambda component: component.tier):
        # a plug-in may explain nothing
        if told := component.explained or f"It {component.summary}.":
            yield Meaning(
                word=component.tier,
                where=TIERS,
                text=told,
                also=(component.name,) if component.name != component.tier else (),
                facts=_of_tier(component),
                # docs/measured.md is made with what needs no registry
                measured=(component.tier,) if component.leads and not component.registry else (),
                example=f"sdctl inspect {component.tier}",
            )


def _of_tier(component: Component) -> dict[str, str]:
    facts = {"is": component.summary}
    if component.needs:
        facts["needs"] = ", ".join(component.needs)
    settings: Any = component.settings
    band = component.predict(settings(), "kill") if component.predict else None
    if band is not None:
        facts["a new leader"] = (
            f"{band.low_s:g} to {band.high_s:g} s after a kill, by the default settings: {band.why}"
        )
    return facts


def _faults() -> Iterator[Meaning]:
    for kind, fault in all_faults().items():
        yield Meaning(
            word=kind,
            where=FAULTS,
            text=_flat(fault.__doc__),
            facts={"does": fault.summary},
            measured=fault.measured,
            example=fault.example,
        )
    shown: dict[tuple[str, str], dict[str, None]] = {}
    for kind, fault in all_faults().items():
        for name, text in fault.figures.items():
            shown.setdefault((name, text), {})[kind] = None
    for (name, text), kinds in sorted(shown.items()):
        yield Meaning(word=name, where=LESSONS, text=text, facts={"of": ", ".join(kinds)})


def _workloads() -> Iterator[Meaning]:
    for name, workload in all_workloads().items():
        yield Meaning(
            word=name,
            where=WORKLOADS,
            text=_flat(workload.__doc__),
            facts={"sends": workload.summary},
            example=getattr(workload, "example", f"sdctl load --workload {name}"),
        )


def _game_days() -> Iterator[Meaning]:
    for name in day_file.names():
        told = day_file.load(name).description
        yield Meaning(
            word=name,
            where=GAME_DAYS,
            text=f"A game day that comes with sdctl: {told}.",
            example=f"sdctl chaos run {name}",
        )


def _glossaries() -> Iterator[Meaning]:
    for glossary in sorted(glossaries().values(), key=lambda glossary: glossary.where.lower()):
        for word in glossary.words:
            yield Meaning(
                word=word.name,
                where=glossary.where,
                text=word.text,
                also=word.also,
                measured=word.measured,
            )


def _headers() -> Iterator[Meaning]:
    for name, text in MEANINGS.items():
        said = f"{text[0].upper()}{text[1:]}."
        yield Meaning(word=name, where=HEADERS, text=said, example=f"sdctl curl GET {ORDERS}")


def _figures() -> Iterator[Meaning]:
    """A figure that means the same in several tiers is explained once."""
    tiers: dict[tuple[str, str], dict[str, None]] = {}
    names: dict[tuple[str, str], dict[str, None]] = {}
    for component in every_component():
        for name, text in component.figures.items():
            tiers.setdefault((label(name), text), {})[component.tier] = None
            names.setdefault((label(name), text), {})[name] = None
    for (word, text), where in sorted(tiers.items()):
        yield Meaning(
            word=word,
            where=FIGURES,
            text=text,
            also=tuple(name for name in names[word, text] if name != word),
            facts={"shown for the tiers": ", ".join(where)},
            example="sdctl status",
        )


def _settings() -> Iterator[Meaning]:
    for name, key in profile_keys.KEYS.items():
        yield Meaning(
            word=name,
            where=SETTINGS,
            text=key.text,
            facts={"allowed": key.allowed, "default": key.default},
            example=f"sdctl up --set {name}={key.example}" if key.example else "",
        )
    sections: dict[str, Any] = {c.tier: c.settings for c in every_component()}
    sections |= profile_keys.SECTIONS
    for section, model in sorted(sections.items()):
        notes = setting_texts.notes(model)
        for name, setting in model.model_fields.items():
            default = setting_texts.text_of(setting, setting.get_default(call_default_factory=True))
            path = f"{section}.{name}"
            yield Meaning(
                word=path,
                where=SETTINGS,
                text=notes.get(name, ""),
                also=(name,),
                facts={"allowed": setting_texts.in_words(setting), "default": default or "empty"},
                others=tuple(another_value.others(setting)),
            )


def _flat(text: str | None) -> str:
    return " ".join(inspect.cleandoc(text or "").split()).replace("``", "`")
