"""Every pinned vendor image, in one place, and where they are pulled from. What is built from
Debian's packages follows Debian."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, field_validator

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
_REFERENCE = re.compile(r"[a-z0-9][a-z0-9._/:@-]*(:[\w][\w.-]*)?")


class Registry(BaseModel):
    """A profile's section ``registry``: where vendor images, and Debian's, are pulled from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mirror: str = ""
    """Host and prefix of a registry that has them all at their own paths; Docker Hub's official
    ones below ``library/``."""
    images: Mapping[str, str] = Field(default_factory=dict)
    """One image's whole reference by its component (or ``debian``): a private tag. Wins over
    ``mirror``."""

    @field_validator("mirror")
    @classmethod
    def _place(cls, value: str) -> str:
        value = value.rstrip("/")
        if value and not _REFERENCE.fullmatch(value):
            raise ValueError("must be a host and a prefix, such as registry.example.org/mirror")
        return value

    @field_validator("images")
    @classmethod
    def _references(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for name, reference in value.items():
            if not _REFERENCE.fullmatch(reference):
                raise ValueError(f"{reference!r} of {name} is no image's reference")
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
