"""Replicas: what all tiers share whose nodes come and go under load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import Field

from sdctl.app import bounds
from sdctl.components.settings import Cores, Count, Settings, within
from sdctl.foundation.errors import Problem


class ReplicaSettings(Settings):
    """Settings of a tier of replicas, none of which keeps anything."""

    scales_by = "replicas"
    tier: ClassVar[str]
    """Whose settings they are."""

    replicas: Count = within(2, bounds.REPLICAS)
    """How many of them."""
    cpu_request: Cores = Field(0.25, ge=0.01, le=64)
    """The CPU that one of them is meant to use: the 100% of `sdctl autoscale --target-cpu`. It
    limits nothing."""
    autoscale_max: Count = Field(0, ge=0, le=bounds.REPLICAS.most)
    """Of a stack on a cluster: the most replicas that its own autoscaler may make, as CPU asks for.
    0: it has none. On one machine `sdctl autoscale` does it."""
    autoscale_min: Count = within(1, bounds.REPLICAS)
    """The fewest replicas that this autoscaler leaves."""
    autoscale_cpu: Count = Field(80, ge=1, le=1000)
    """The percentage of `cpu_request` that this autoscaler aims at."""

    def conflicts(self, others: Mapping[str, Settings]) -> Iterator[Problem]:
        """The fewest are no more than the most."""
        if self.autoscale_max and self.autoscale_min > self.autoscale_max:
            yield Problem(
                f"{self.tier}.autoscale_min",
                f"{self.autoscale_min} is more than autoscale_max ({self.autoscale_max})",
            )
