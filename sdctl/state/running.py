"""A stack as it runs: what it was made from, what it is now, and the way in. Each answer is as of
now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sdctl.foundation.errors import InvalidProfile, NoSuchTarget, NotReady, UsageError
from sdctl.state import fault_records, merging, observation, wanted
from sdctl.state.snapshot import Snapshot
from sdctl.state.stack import Stack
from sdctl.targets.target import Instance, Target

if TYPE_CHECKING:
    from sdctl.components.component import Component
    from sdctl.design.profile import Profile
    from sdctl.design.topology import Topology


@dataclass(frozen=True)
class Running:
    """A stack, by the engine that runs it."""

    engine: Target
    stack: Stack

    def components(self) -> dict[str, Component]:
        """Every known component, by tier: of several that can be a tier, the one that runs."""
        from sdctl.components.component import all_components

        return all_components({node.component for node in self.engine.nodes()})

    def nodes(self) -> Sequence[Instance]:
        """What there is of it. Raises ``NoSuchTarget`` when there is nothing."""
        return observation.present(self.engine, self.stack.name)

    def profile(self, overrides: tuple[str, ...] = ()) -> Profile:
        """The profile that the stack was made from, with ``overrides``."""
        from sdctl.design import profile, validation

        nodes = self.nodes()
        name = merging.profile_of(nodes) or profile.DEFAULT
        raw = merging.settings_of(nodes)
        missing = wanted.missing(self.engine, self.stack.name, nodes)
        counted = elastic_counts(raw["tiers"], self.components(), (*nodes, *missing))
        sections = {tier: {**raw.get(tier, {}), **count} for tier, count in counted.items()}
        left_out, made_of = merging.left_out_of(nodes), {**raw, **sections}
        try:
            found = validation.validate(name, made_of, (), left_out)
        except InvalidProfile as error:
            raise merging.unsaid(
                "the running stack was made from settings that this sdctl does not know: "
                f"{error.details[0]}"
            ) from None
        if overrides:
            found = validation.validate(name, made_of, overrides, left_out)
        return replace(found, left_out=left_out)

    def profile_or_none(self) -> Profile | None:
        """The same; None where there is no stack, or none that says it."""
        try:
            return self.profile()
        except (NoSuchTarget, NotReady):
            return None

    def kept_profile(self) -> Profile | None:
        """Of a stack that is down and whose data are kept: the profile that they were made with.
        None where there are none, or nobody knows it."""
        return wanted.profile(self.stack.name) if observation.keeps_data(self.engine) else None

    def usual_profile(self, overrides: tuple[str, ...] = ()) -> Profile:
        """The profile that is meant where none is named, with ``overrides``: the one that runs,
        else the one that the stack was to be last, else the one that everybody begins with."""
        from sdctl.design import profile, validation

        try:
            return self.profile(overrides)
        except NoSuchTarget:
            kept = wanted.profile(self.stack.name, overrides)
            return kept or validation.load(profile.DEFAULT, overrides)

    def must_be_known(self) -> None:
        """Raises ``NoSuchTarget`` where the stack's data are there and nobody knows with which
        profile they were made: the usual one is never put on somebody's data."""
        known = wanted.of(self.stack.name) is not None or self.engine.nodes()
        if not known and observation.keeps_data(self.engine):
            raise observation.is_down(self.stack.name)

    def topology(self) -> Topology:
        """Its nodes, as the profile says."""
        from sdctl.design import agreement

        return agreement.agreed(self.stack.name, self.profile())

    def snapshot(self) -> Snapshot:
        """The stack as it is now, with the faults that are on."""
        faults = [record.to_json() for record in fault_records.active(self.stack)]
        return observation.snapshot(self.engine, self.stack, faults=faults)

    def addresses(self) -> dict[str, Any]:
        """Where a user reaches it, as in ``sdctl env --json``."""
        outside = [f"http://{place}" for place in self.engine.entrances]
        return {**self._addresses(), "outside_urls": outside}

    def _addresses(self) -> dict[str, Any]:
        """Those on this machine."""
        from sdctl.state import addresses

        return addresses.addresses(self.topology(), self.stack.secrets(), self.engine.host)

    def way_in(self) -> tuple[str, Mapping[str, str]]:
        """The gateway's address, and the headers that let a request in. Raises ``UsageError``
        without a gateway."""
        from sdctl.state import addresses

        url = self._addresses()["gateway_url"]
        if url is None:
            raise UsageError(
                "the stack has no gateway to send load to",
                hint="Put gateway into the profile's tiers.",
            )
        return url, addresses.api_key(self.stack.secrets())


def elastic_counts(
    tiers: Iterable[str], components: Mapping[str, Component], nodes: Iterable[Instance]
) -> dict[str, dict[str, int]]:
    """Pure: the count of each elastic tier, as the setting that says it: up to its last node. One
    in between that somebody removed by hand is still one of them."""
    found = {}
    for tier in tiers:
        settings = components[tier].settings if tier in components else None
        numbers = (node.node.rpartition("-")[2] for node in nodes if node.tier == tier)
        last = [int(number) for number in numbers if number.isdecimal()]
        if settings is not None and settings.autoscales_by and settings.scales_by and last:
            found[tier] = {settings.scales_by: max(last)}
    return found
