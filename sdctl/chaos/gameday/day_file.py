"""A game day's file → a GameDay, or every problem at once, each with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from sdctl.chaos.gameday.day_figures import DAY, STEADY
from sdctl.chaos.gameday.day_values import moment, one_line, place, window, workload
from sdctl.chaos.gameday.game_day import GameDay, Part, SteadyState
from sdctl.components.component import all_components
from sdctl.design import validation
from sdctl.design.plain_yaml import Document
from sdctl.design.profile import DEFAULT
from sdctl.design.yaml_files import names_in, read_file
from sdctl.faults.fault import Fault, all_faults
from sdctl.faults.from_texts import made
from sdctl.foundation import assets, units
from sdctl.foundation.errors import WHOLE, BadOption, InvalidProfile, Problem
from sdctl.foundation.nearest import meant
from sdctl.foundation.units import count, shown
from sdctl.load import assertions
from sdctl.load.assertions import Assertion, Grammar, NotAsserted
from sdctl.load.schedule import constant

T = TypeVar("T")
_KEYS = ("description", "seed", "variants", "load", "steady", "faults", "assert")
_LOAD = ("rps", "workload")
_STEADY = ("for", "assert")
_MOST = 50


def names() -> tuple[str, ...]:
    """The game days that come with sdctl."""
    return names_in(assets.game_days())


def load(name: str) -> GameDay:
    """The game day ``name`` (one that comes with sdctl, or a path to a YAML file). Nothing is asked
    and nothing is touched.

    Raises ``InvalidProfile`` with every problem, or ``NoSuchTarget`` for an unknown name.
    """
    stem, document = read_file(name, "game day", assets.game_days())
    reader = _Reader(document)
    day = reader.day(stem)
    if reader.problems or day is None:
        raise InvalidProfile(
            name,
            sorted(reader.problems, key=lambda found: (found.line, found)),
            hint="Nothing was broken. `sdctl explain game day` shows what can be in it, "
            "and `sdctl chaos list` the faults.",
        )
    return day


class _Reader:
    """Reads on where something is wrong, so that all of it is told."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems = list(document.problems)
        self._components = all_components()

    def day(self, name: str) -> GameDay | None:
        raw = self._document.value
        if not isinstance(raw, dict):
            if not self.problems:
                self._problem(WHOLE, "the file is empty" if raw is None
                              else "the top level must be a mapping")  # fmt: skip
            return None
        self._known(raw, "", _KEYS)
        load_, steady = self._section(raw, "load", _LOAD), self._section(raw, "steady", _STEADY)
        rps = self._value(load_, "load.rps", 100.0, self._rate)
        return GameDay(
            name=name,
            description=self._value(raw, "description", "", one_line),
            seed=self._value(raw, "seed", 0, count),
            rps=rps,
            workload=self._value(load_, "load.workload", None, workload),
            variants=tuple(self._variants(raw)),
            steady=SteadyState(
                for_s=self._value(steady, "steady.for", SteadyState.for_s, window),
                assertions=tuple(self._assertions(steady, "steady.assert", STEADY)),
            ),
            parts=tuple(sorted(self._parts(raw), key=lambda part: part.at_s)),
            assertions=tuple(self._assertions(raw, "assert", DAY)),
        )

    def _variants(self, raw: Mapping[str, Any]) -> Iterator[str]:
        given = raw.get("variants")
        if given is None:
            return
        if not isinstance(given, list) or len(given) < 2:
            said = "must be a list of two settings or more, each as tier.setting=value"
            self._problem("variants", said)
            return
        for number, text in enumerate(given):
            try:
                validation.load(DEFAULT, [text if isinstance(text, str) else ""])
            except InvalidProfile as error:
                for problem in error.problems:
                    said = f"{shown(given[number])}: {problem.message}"
                    self._problem(f"variants.{number}", said)
            else:
                yield text

    def _parts(self, raw: Mapping[str, Any]) -> Iterator[Part]:
        listed = raw.get("faults")
        if not isinstance(listed, list) or not listed:
            self._problem("faults", "must be a list of faults, each as `- fault: kill-leader`")
            return
        if len(listed) > _MOST:
            self._problem("faults", f"{len(listed)} faults, more than {_MOST}")
            return
        for number, entry in enumerate(listed):
            part = self._part(entry, f"faults.{number}")
            if part is not None:
                yield part

    def _part(self, entry: Any, path: str) -> Part | None:
        known = all_faults()
        if not isinstance(entry, dict) or not isinstance(entry.get("fault"), str):
            self._problem(path, "must have a kind, such as `fault: kill-leader`")
            return None
        at_s = self._value(entry, f"{path}.at", 0.0, moment)
        kind = entry["fault"]
        if kind not in known:
            self._problem(f"{path}.fault", f"no such fault {shown(kind)}{meant(kind, known)}")
            return None
        options = {name: value for name, value in entry.items() if name not in ("fault", "at")}
        fault = self._fault(known[kind], options, path)
        return None if fault is None else Part(at_s=at_s, fault=fault)

    def _fault(self, kind: type[Fault], options: Mapping[str, Any], path: str) -> Fault | None:
        fault, wrong = made(kind, options)
        for name, message in wrong.items():
            self._problem(f"{path}.{name}", message)
        errors = [*fault.wrong(self._components)]
        for error in errors:
            # in the file's words, and with the line of the option where the file has it
            given = error.option in options
            where, told = (f"{path}.{error.option}" if given else path), error.message
            if isinstance(error, BadOption):
                told = error.problem if given else f"{error.option} {error.problem}"
            self._problem(where, f"{told}. {error.hint}" if error.hint else told)
        return None if wrong or errors else fault

    def _assertions(
        self, raw: Mapping[str, Any], path: str, grammar: Grammar
    ) -> Iterator[Assertion]:
        given = raw.get("assert")
        if given is None:
            return
        if not isinstance(given, list):
            self._problem(path, "must be a list, such as [rto<5s, lost=0]")
            return
        told = False
        for number, text in enumerate(given):
            try:
                yield assertions.parse(text if isinstance(text, str) else "", grammar)
            except NotAsserted as error:
                # what is allowed is long: once is enough
                self._problem(f"{path}.{number}", error.said if told else str(error))
                told = True

    def _section(self, raw: Mapping[str, Any], name: str, keys: tuple[str, ...]) -> dict[str, Any]:
        section = raw.get(name)
        if section is None:
            return {}
        if not isinstance(section, dict):
            self._problem(name, f"must be a mapping of {', '.join(keys)}")
            return {}
        self._known(section, f"{name}.", keys)
        return section

    def _known(self, section: Mapping[str, Any], before: str, keys: tuple[str, ...]) -> None:
        for key in section:
            if key not in keys:
                self._problem(f"{before}{key}", f"no such setting{meant(key, keys)}")

    def _value(
        self, section: Mapping[str, Any], path: str, default: T, convert: Callable[[Any], T]
    ) -> T:
        given = section.get(path.rpartition(".")[2])
        if given is None:
            return default
        try:
            return convert(given)
        except ValueError as error:
            self._problem(path, str(error))
            return default

    def _problem(self, path: str, message: str) -> None:
        self.problems.append(Problem(place(path), message, self._document.line(path)))

    def _rate(self, given: Any) -> float:
        try:
            rate = units.number(given)
        except ValueError:
            raise ValueError(f"not a rate: {shown(given)} (write 100)") from None
        return constant(rate, 1.0).peak_rps
