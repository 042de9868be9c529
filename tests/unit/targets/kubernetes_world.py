"""A cluster as far as what is beside a stack's pods needs one."""

from __future__ import annotations

from collections.abc import Mapping

from sdctl.foundation.errors import TargetRefused
from tests.unit.targets.kubernetes_objects import SPACE, Object


class World:
    """A cluster that has these objects, each of a kind."""

    context = "theirs"
    namespace = SPACE.namespace

    def __init__(self, *there: Object, refuses: bool = False) -> None:
        self._there = there
        self._refuses = refuses

    def patch(self, kind: str, name: str, change: Object) -> None:
        [one] = [one for one in self.list(kind) if one["metadata"]["name"] == name]
        one["spec"] |= change["spec"]

    def list(self, kind: str, labels: Mapping[str, str] | None = None) -> list[Object]:
        if self._refuses and kind == "IngressClass":
            raise TargetRefused("forbidden")
        return [
            one
            for one in self._there
            if one["kind"] == kind
            and (labels or {}).items() <= one["metadata"].get("labels", {}).items()
        ]

    def get(self, kind: str, name: str) -> Object | None:
        if self._refuses:
            raise TargetRefused("forbidden")
        found = [one for one in self.list(kind) if one["metadata"]["name"] == name]
        return found[0] if found else None
