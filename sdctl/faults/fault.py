"""The contract: what a fault is. Each file beside this one defines one ``FAULT``, a frozen
dataclass whose fields are its options on the command line.

A fault decides, and does nothing: ``plan`` and ``heal`` return operations.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sdctl.faults.ending import Ending, UntilWritesRecover
from sdctl.foundation import plugins

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.components.node import Ability
    from sdctl.design.profile import Profile
    from sdctl.faults.fault_plan import FaultPlan
    from sdctl.faults.teaching import Before, Prediction
    from sdctl.foundation.errors import SdctlError
    from sdctl.state.snapshot import Snapshot
    from sdctl.targets.operations import Exec, Op
    from sdctl.targets.target import Output

Ask = Callable[["Exec"], "Output"]
"""Runs a command inside a node that changes nothing there; what it printed."""


class Fault:
    """The base of every fault. Subclasses are frozen dataclasses; fields are made by ``option``.

    A subclass's own text is shown to people, as help and by `sdctl explain`: three plain sentences.
    """

    kind: ClassVar[str]
    summary: ClassVar[str]
    requires: ClassVar[Ability | None] = None
    """What a target must be able to do for it, where not every target is."""
    example: ClassVar[str] = ""
    """A command line that does it."""
    measured: ClassVar[tuple[str, ...]] = ()
    """Words of the figures of docs/measured.md that belong to it, see ``guide/measured.py``."""
    ending: ClassVar[Ending] = UntilWritesRecover()
    """What ends it. One that no other fault has stands in the fault's own file."""
    leaves_writes: ClassVar[bool] = False
    """Whether it neither stops writes nor slows them, whatever its nodes do: so a time that is
    predicted of another fault beside it still is."""
    ends_by_itself: ClassVar[bool] = False
    """Whether it is over at its end also where nobody undoes it, as its end stands beside it."""
    figures: ClassVar[Mapping[str, str]] = {}
    """What it predicts (``expects``), each figure with its meaning in at most three sentences."""
    next_step: ClassVar[str] = ""
    """What a reader of its verdict does next, in one sentence: ``Try `sdctl …`: …``."""

    def wrong(self, components: Mapping[str, Component]) -> Iterable[SdctlError]:
        """All that no stack could do, each as the error that says so: ``BadOption``,
        ``UsageError`` or ``NoSuchTarget``. Without a stack."""
        return ()

    def check(self, components: Mapping[str, Component]) -> None:
        """Raises the first of what is ``wrong``. Nothing was done by then."""
        for error in self.wrong(components):
            error.hint = error.hint or "Nothing was done."
            raise error

    @classmethod
    def lacking(cls, profile: Profile) -> str:
        """What a stack that is made of this profile lacks, so that it can be done nowhere in it;
        empty: nothing."""
        return ""

    def pinned(self, snapshot: Snapshot, components: Mapping[str, Component], ask: Ask) -> Self:
        """This fault with what is left to chance chosen, and with what it takes to undo it read
        from the nodes. So it is written down before it begins."""
        return self

    def plan(self, snapshot: Snapshot, components: Mapping[str, Component]) -> FaultPlan:
        """What to do in this stack. Raises ``NoSuchTarget`` or ``UsageError``; touches nothing."""
        raise NotImplementedError

    def at_once(
        self, plan: FaultPlan, snapshot: Snapshot, components: Mapping[str, Component]
    ) -> FaultPlan:
        """The plan as it is carried out, where it tells what was so just before: the load of the
        baseline has run since it was made."""
        return plan

    def expects(self, before: Before) -> Iterable[Prediction]:
        """What the settings that run predict of it, said before it begins."""
        return ()

    def heal(self, snapshot: Snapshot, target: str) -> tuple[Op, ...]:
        """What undoes it, given what is there by then. Harmless when there is nothing to undo."""
        raise NotImplementedError

    @property
    def asked(self) -> str:
        """Its arguments, as they are typed: ``database:leader rest``."""
        given = [field.name for field in fields_of(type(self)) if field.metadata["argument"]]
        return " ".join(str(value) for name in given if (value := getattr(self, name)))

    @property
    def advice(self) -> str:
        """What follows from this very fault, where that is more than ``next_step``."""
        return self.next_step

    def params(self) -> dict[str, Any]:
        """The fields, as they are written down: ``type(self)(**params)`` is this fault again."""
        return {field.name: getattr(self, field.name) for field in _fields(type(self))}


def fields_of(fault: type[Fault]) -> tuple[dataclasses.Field[Any], ...]:
    """A fault's options, in order."""
    return tuple(field for field in _fields(fault) if not field.metadata.get("recorded"))


def _fields(fault: type[Fault]) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(fault)  # type: ignore[arg-type]  # every subclass is a dataclass


def recorded() -> Any:
    """A mapping that is no option of a fault: ``pinned`` fills it, and the record keeps it."""
    return dataclasses.field(default_factory=dict, metadata={"help": "", "recorded": True})


def option(
    default: Any,
    help_: str,
    *,
    argument: bool = False,
    parse: Any = None,
    write: Any = None,
    value: str = "",
) -> Any:
    """A field of a fault that is also an option (or the argument) of its command.

    ``parse`` turns the text of the command line into the value; its ``ValueError`` is shown.
    ``write`` turns a value into such a text, where it is no duration or share. An option whose
    default is ``None`` need not be given. ``value``: what its value is called in the help, such as
    ``GROUP``, where ``parse`` does not say it.
    """
    return dataclasses.field(
        default=default,
        metadata={
            "help": help_,
            "argument": argument,
            "parse": parse,
            "write": write,
            "value": value,
        },
    )


_BESIDES = (
    "advice", "effect", "ending", "fault", "fault_plan", "from_texts", "heirs", "promises",
    "selector", "selector_words", "teaching",
)  # fmt: skip
"""Files beside this one that are no fault."""


def _kind(_: str, fault: type[Fault]) -> str:
    return fault.kind


def all_faults() -> dict[str, type[Fault]]:
    """Every known fault by kind (``kill-leader``), in the order of the kinds."""
    found = plugins.discover("sdctl.faults", "FAULT", besides=_BESIDES, fits=_fits, called=_kind)
    return dict(sorted((fault.kind, fault) for fault in found.values()))


def stops_writes(kind: str) -> bool:
    """Whether the question about faults of this kind is for how long writes stop. Of one that no
    file here is about (any more) it is."""
    fault = all_faults().get(kind)
    return fault is None or fault.ending.stops_writes


def disturbing(kinds: Mapping[str, str]) -> dict[str, str]:
    """Of faults, by id, with their kinds: those that may stop or slow writes, or of which no file
    here is about (any more)."""
    known = all_faults()
    return {id_: kind for id_, kind in kinds.items()
            if kind not in known or not known[kind].leaves_writes}  # fmt: skip


def impossible(
    abilities: Collection[Ability],
    unable: Mapping[Ability, str],
    profile: Profile | None = None,
) -> dict[str, str]:
    """Pure: by kind, the faults that a target with these abilities cannot do, and why; also those
    of which a stack of this ``profile`` has nothing to hit (None: nobody knows its profile)."""
    found = {}
    for kind, fault in all_faults().items():
        need = fault.requires
        if need is not None and need not in abilities:
            found[kind] = unable.get(need, f"what runs this stack cannot {need} a node")
        elif profile is not None and (lacks := fault.lacking(profile)):
            found[kind] = lacks
    return found


def _fits(value: Any) -> None:
    if not (isinstance(value, type) and issubclass(value, Fault)):
        raise TypeError("its FAULT is no Fault (sdctl/faults/fault.py)")
    _ = value.kind, value.summary
    for field in _fields(value):
        if "help" not in field.metadata:
            raise TypeError(f"its field {field.name} is not made by option() or recorded()")
