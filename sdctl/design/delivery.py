"""How images come to a cluster: a profile's ``images.push`` and ``images.load``. Where a stack runs
on this machine, they are where they are built."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sdctl.foundation.units import shown

FROM = "from"
"""The key of the mode, where ``images`` is a mapping."""
PLACE = "{image}"
_PLACE_TO_PUSH = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*/?"
)
"""A host, its port, and the parts of a repository's name, as the OCI distribution specification has
them."""


class Delivery(BaseModel):
    """At most one of both."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    push: str = Field(default="", examples=["registry.example.org/me"])
    """Host and prefix of a registry that images are pushed to and the cluster pulls from."""
    load: str = Field(default="", examples=["my-loader {image}"])
    """The command that brings an image to the cluster, with `{image}` for its name."""

    @field_validator("push")
    @classmethod
    def _is_a_place(cls, value: str) -> str:
        if value and not _PLACE_TO_PUSH.fullmatch(value):
            raise ValueError(f"{shown(value)} is no HOST[:PORT]/PREFIX, such as ghcr.io/me")
        return value

    @field_validator("load")
    @classmethod
    def _names_the_image(cls, value: str) -> str:
        if value and PLACE not in value:
            raise ValueError(f"{shown(value)} has no {PLACE}, which is where the image's name goes")
        return value

    def name(self, tag: str) -> str:
        """Pure: an image's name in the cluster."""
        return f"{self.push.rstrip('/')}/{tag}" if self.push else tag


def spread(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Pure: a raw profile whose ``images`` is a mapping: ``--set images.push=`` is set in one."""
    images = raw.get("images")
    return {**raw, "images": {FROM: images}} if isinstance(images, str) else dict(raw)


def joined(mode: str, delivery: Delivery) -> Any:
    """Pure: what stands under ``images``: the mode alone, where there is no more to say."""
    said = {key: value for key, value in delivery.model_dump().items() if value}
    return {FROM: mode, **said} if said else mode
