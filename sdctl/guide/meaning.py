"""What a word means in one place where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sdctl.foundation import own_command
from sdctl.guide import measured


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """Of one word, in one place."""

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
    others: tuple[str, ...] = ()
    """What else a setting can be; of these ``example`` shall be one that goes with all others."""

    def to_json(self) -> dict[str, object]:
        """As in ``sdctl explain --json``."""
        return {
            "word": self.word,
            "where": self.where,
            "text": self.text,
            "also": list(self.also),
            **{name.replace(" ", "_"): said for name, said in self.facts.items()},
            "measured": measured.found(self.measured),
            "example": own_command.example(self.example) or None,
        }
