"""Every pinned vendor image, in one place, and where they are pulled from. What is built from
Debian's packages follows Debian."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sdctl.foundation.units import shown

GRAFANA = "grafana/grafana:12.4.4"
"""Dashboards. Files that provision it mean the same to 11 and 12."""
MONGODB = "mongo:8.0.29"
"""Documents. The tags `8` and `latest` still resolve and are frozen at a line that was dropped."""
_ELASTIC = "9.4.5"
"""One release of all three: Kibana wants the version of its Elasticsearch."""
ELASTICSEARCH = f"docker.elastic.co/elasticsearch/elasticsearch:{_ELASTIC}"
LOGSTASH = f"docker.elastic.co/logstash/logstash:{_ELASTIC}"
KIBANA = f"docker.elastic.co/kibana/kibana:{_ELASTIC}"
DEBIAN = "debian:trixie-slim"
"""What all that is built here is built on; made here where it cannot be pulled."""

# https://github.com/distribution/reference: a first part with a dot or a port is a host
_HOST = re.compile(r"(localhost|[^/]*[.:][^/]*)/")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_PLACE = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]{{1,5}})?"
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_MIRROR = re.compile(rf"{_PLACE}(?:/{_PART})*")
_REFERENCE = re.compile(
    rf"(?:{_PLACE}/)?{_PART}(?:/{_PART})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?"
    r"(?:@sha256:[0-9a-f]{64})?"
)
_LONGEST = 255


class Registry(BaseModel):
    """A profile's section ``registry``: where vendor images, and Debian's, are pulled from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mirror: str = Field(default="", examples=["registry.example.org/mirror"])
    """Host and prefix of a registry that has them all at their own paths; Docker Hub's official
    ones below ``library/``."""
    images: Mapping[str, str] = Field(default_factory=dict)
    """One image's whole reference by its component (or ``debian``): a private tag. Wins over
    ``mirror``."""

    @field_validator("mirror", mode="before")
    @classmethod
    def _none(cls, value: object) -> object:
        return "" if value is None else value

    @field_validator("mirror")
    @classmethod
    def _place(cls, value: str) -> str:
        value = value.rstrip("/")
        if value and (len(value) > _LONGEST or not _MIRROR.fullmatch(value)):
            raise ValueError(
                f"{shown(value)} is no host and prefix, such as registry.example.org/mirror"
            )
        return value

    @field_validator("images")
    @classmethod
    def _references(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, reference in value.items():
            if len(reference) > _LONGEST or not _REFERENCE.fullmatch(reference):
                raise ValueError(
                    f"{shown(reference)} of {name} is no image's reference, such as mongo:8.0.29"
                )
        return value

    def reference(self, name: str, vendors: str) -> str:
        """Pure: what is pulled for the image ``name``, which its vendor calls ``vendors``."""
        if name in self.images:
            return self.images[name]
        if not self.mirror:
            return vendors
        if _HOST.match(vendors):
            return f"{self.mirror}/{_HOST.sub('', vendors, count=1)}"
        return f"{self.mirror}/{vendors if '/' in vendors else f'library/{vendors}'}"
