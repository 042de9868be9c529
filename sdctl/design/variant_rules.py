"""Which of several components is a tier: an ordered table. The first rule that holds decides."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sdctl.components.component import Component
from sdctl.design.profile import ImageMode


@dataclass(frozen=True, kw_only=True)
class Choice:
    """All that is known when it is decided. What costs a question is asked when a rule needs it."""

    variants: tuple[Component, ...]
    """Those that can be it here: they fit to what other tiers are. Empty: none does."""
    misfit: str
    """What they would need, where none fits."""
    images: ImageMode
    """What the profile asks for."""
    running: Collection[str]
    """The names of the components that run already."""
    is_offered: Callable[[Component], bool]
    """Whether a registry offers a component's image."""
    is_installed: Callable[[str], bool]
    """Whether this machine has a command."""

    @property
    def vendor(self) -> Component | None:
        """The one whose image can only be had from a registry."""
        return next((variant for variant in self.variants if variant.registry), None)

    @property
    def local(self) -> Component | None:
        """The one whose image is built here."""
        return next((variant for variant in self.variants if not variant.registry), None)

    @property
    def runs(self) -> Component | None:
        """The one that runs already."""
        return next((variant for variant in self.variants if variant.name in self.running), None)

    @property
    def missing_tools(self) -> str:
        """What this machine lacks to build the local one; empty: nothing."""
        tools = self.local.tools if self.local else ()
        return " and ".join(tool for tool in tools if not self.is_installed(tool))

    @property
    def offered(self) -> bool:
        """Whether a registry offers the vendor's image."""
        return self.vendor is not None and self.is_offered(self.vendor)

    @property
    def instead(self) -> str:
        """Why not the vendor's, where that could be it."""
        return f", as no registry offers the image of {self.vendor.name}" if self.vendor else ""


Found = tuple[Component | None, str]
"""A component, and why it; or None, and why none."""


@dataclass(frozen=True)
class Rule:
    """When it holds, what it chooses, and why that is said to people."""

    when: Callable[[Choice], object]
    then: Callable[[Choice], Component | None]
    why: Callable[[Choice], str]


def _none(choice: Choice) -> None:
    """Leaves it out."""


def _local(choice: Choice) -> Component | None:
    return choice.local


def _vendor(choice: Choice) -> Component | None:
    return choice.vendor


RULES = (
    Rule(
        when=lambda c: not c.variants,
        then=_none,
        why=lambda c: f"it needs {c.misfit}",
    ),
    Rule(
        when=lambda c: c.images == "auto" and c.runs,
        then=lambda c: c.runs,
        why=lambda c: "as it runs already",
    ),
    Rule(
        when=lambda c: c.images == "registry" and c.vendor,
        then=_vendor,
        why=lambda c: "as images=registry asks",
    ),
    Rule(
        when=lambda c: c.missing_tools and (c.images == "local" or c.vendor is None),
        then=_none,
        why=lambda c: f"to build its image this machine needs {c.missing_tools}",
    ),
    Rule(
        when=lambda c: c.images == "local" and c.local,
        then=_local,
        why=lambda c: "as images=local asks",
    ),
    Rule(
        when=lambda c: c.images == "local",
        then=_none,
        why=lambda c: "it has no image that is built here",
    ),
    Rule(
        when=lambda c: c.offered,
        then=_vendor,
        why=lambda c: "a registry offers it",
    ),
    Rule(
        when=lambda c: c.missing_tools,
        then=_none,
        why=lambda c: (
            f"no registry offers its image, and to build one it needs {c.missing_tools} here"
        ),
    ),
    Rule(
        when=lambda c: c.local,
        then=_local,
        why=lambda c: f"built here{c.instead}",
    ),
    Rule(
        when=lambda c: True,
        then=_none,
        why=lambda c: "no registry offers its image",
    ),
)


def decide(choice: Choice) -> Found:
    """What the first rule that holds says."""
    rule = next(rule for rule in RULES if rule.when(choice))
    return rule.then(choice), rule.why(choice)
