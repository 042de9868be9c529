"""The table of `sdctl selftest`."""

from __future__ import annotations

from sdctl.guide.word import Glossary, Word

GLOSSARY = Glossary(
    where="the table of selftest",
    words=(
        Word(
            name="check",
            text="One of `sdctl`'s own checkers, tried on systems whose right answer is known.",
        ),
        Word(
            name="variant",
            text="How the check was done. A variant with `!` has a mistake put in on purpose, and "
            "the check must find it.",
        ),
        Word(
            name="got",
            text="What the check came to. The column before it says what was expected.",
        ),
    ),
)
