"""Replicas: what all tiers share whose nodes come and go under load."""

from __future__ import annotations

from pydantic import Field

from sdctl.app import bounds
from sdctl.components.settings import Cores, Count, Settings, within


class ReplicaSettings(Settings):
    """Settings of a tier of replicas, none of which keeps anything."""

    scales_by = "replicas"

    replicas: Count = within(2, bounds.REPLICAS)
    """How many of them."""
    cpu_request: Cores = Field(0.25, ge=0.01, le=64)
    """The CPU that one of them is meant to use: the 100 % of `sdctl autoscale --target-cpu`. It
    limits nothing."""
