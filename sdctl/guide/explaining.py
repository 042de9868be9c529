"""Every word that sdctl shows, and what it means: collected from those who own the words."""

from __future__ import annotations

import difflib
import inspect
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sdctl.app.contract import ORDERS
from sdctl.components.component import Component, every_component
from sdctl.components.versions import Registry
from sdctl.design import manual, overrides
from sdctl.faults.fault import all_faults
from sdctl.foundation.errors import NoSuchTarget
from sdctl.guide import measured
from sdctl.guide.answer_headers import MEANINGS
from sdctl.guide.word import glossaries
from sdctl.state.fact_label import label
from sdctl.workloads.workload import all_workloads

TIERS, FAULTS, WORKLOADS = "tiers", "faults", "workloads"
LESSONS = "what a fault predicts"
HEADERS = "headers of an answer (curl)"
FIGURES, SETTINGS = "status: figures of a node", "settings"
_NEAREST = 5


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a word means in one place where it is shown."""

    word: str
    where: str
    """The group in the list of words."""
    text: str
    also: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else is known, by name: what a setting can be, what the settings predict."""
    measured: tuple[str, ...] = ()
    """Words of the figures that were measured, see ``measured.py``."""
    example: str = ""

    def to_json(self) -> dict[str, object]:
        """As in ``sdctl explain --json``."""
        return {
            "word": self.word,
            "where": self.where,
            "text": self.text,
            "also": list(self.also),
            **{name.replace(" ", "_"): said for name, said in self.facts.items()},
            "measured": measured.found(self.measured),
            "example": self.example or None,
        }


def meanings() -> list[Meaning]:
    """All of them, group by group."""
    owned = (_tiers(), _faults(), _workloads(), _glossaries(), _headers(), _figures(), _settings())
    return [*itertools.chain.from_iterable(owned)]


def groups() -> dict[str, list[str]]:
    """The words by where they are shown, each once."""
    found: dict[str, dict[str, None]] = {}
    for meaning in meanings():
        found.setdefault(meaning.where, {})[meaning.word] = None
    return {where: list(words) for where, words in found.items()}


def words() -> list[str]:
    """Every word that can be asked for, as it is shown."""
    return list(dict.fromkeys(meaning.word for meaning in meanings()))


def find(word: str) -> list[Meaning]:
    """What a word means, in every place where it is shown. Raises ``NoSuchTarget`` with the
    nearest words that there are."""
    wanted, everything = _key(word), meanings()
    # as it may be written: more than one of it, or just one, or a setting's two words with a dot
    path = _key(overrides.path_of(wanted))
    for written in (wanted, wanted.removesuffix("s"), f"{wanted}s", path):
        if exact := [meaning for meaning in everything if written in _keys(meaning)]:
            return _merged(exact)
    known = {key: meaning.word for meaning in everything for key in _keys(meaning)}
    near = [key for key in known if len(wanted) > 2 and wanted in key]
    near += difflib.get_close_matches(wanted, known, n=_NEAREST, cutoff=0.6)
    nearest = list(dict.fromkeys(known[key] for key in near))[:_NEAREST]
    near_it = f"Near it: {', '.join(nearest)}. " if nearest else ""
    raise NoSuchTarget(
        f"there is no word {word!r} to explain", hint=f"{near_it}`sdctl explain` lists all words."
    )


def _merged(found: list[Meaning]) -> list[Meaning]:
    """Settings of several tiers that say the same, such as ``expose``, are one."""
    alike: dict[tuple[str, ...], list[Meaning]] = {}
    for meaning in found:
        of = meaning.word if meaning.where != SETTINGS else ""
        key = (of, meaning.where, meaning.text, *meaning.facts.values())
        alike.setdefault(key, []).append(meaning)
    return [_one(group) for group in alike.values()]


def _one(group: list[Meaning]) -> Meaning:
    first, *others = group
    if not others:
        return first
    tiers = ", ".join(meaning.word.partition(".")[0] for meaning in group)
    return replace(first, word=first.also[0], facts={"of": tiers, **first.facts})


def _keys(meaning: Meaning) -> set[str]:
    return set(map(_key, (meaning.word, *meaning.also)))


def _key(word: str) -> str:
    """However it is written: ``Lag_bytes`` as ``lag bytes``."""
    return re.sub(r"[\s_-]+", " ", word.strip(" :'\"`").casefold())


def _tiers() -> Iterator[Meaning]:
    for component in sorted(every_component(), key=lambda component: component.tier):
        if component.explained:
            yield Meaning(
                word=component.tier,
                where=TIERS,
                text=component.explained,
                also=(component.name,) if component.name != component.tier else (),
                facts=_of_tier(component),
                measured=(component.tier,) if component.leads else (),
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
            example=f"sdctl load --workload {name}",
        )


def _glossaries() -> Iterator[Meaning]:
    for glossary in glossaries().values():
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
            also=tuple(names[word, text]),
            facts={"shown of": ", ".join(where)},
            example="sdctl status",
        )


def _settings() -> Iterator[Meaning]:
    sections: dict[str, Any] = {c.tier: c.settings for c in every_component()}
    sections["registry"] = Registry
    for section, model in sorted(sections.items()):
        notes = manual.notes(model)
        for name, setting in model.model_fields.items():
            default = manual.text_of(setting, setting.get_default(call_default_factory=True))
            path = f"{section}.{name}"
            yield Meaning(
                word=path,
                where=SETTINGS,
                text=notes.get(name, ""),
                also=(name,),
                facts={"allowed": manual.in_words(setting), "default": default or "empty"},
                example=f"sdctl up --set {path}={default}" if default else "",
            )


def _flat(text: str | None) -> str:
    return " ".join(inspect.cleandoc(text or "").split()).replace("``", "`")


def sentences(text: str) -> int:
    """How many there are."""
    return len(re.findall(r"[.?!](?:\s|$)", text))


def missing(labels: Iterable[str]) -> list[str]:
    """Those that no meaning explains."""
    known = {key for meaning in meanings() for key in _keys(meaning)}
    return [name for name in labels if _key(name) not in known]
