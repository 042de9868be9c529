"""What else is in a cluster: others label what is theirs in the same way, and it stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sdctl.foundation.errors import TargetRefused, UsageError
from sdctl.targets.kubernetes import answers, making
from sdctl.targets.kubernetes.bundle import render
from tests.unit.targets.kubernetes_objects import SPACE, Object, topology_of


class World:
    """A cluster that does what it is told."""

    def __init__(self, *there: Object) -> None:
        self.there = list(there)

    def list(self, kind: str, labels: Mapping[str, str] | None = None) -> list[Object]:
        return [
            one
            for one in self.there
            if one["kind"] == kind
            and (labels or {}).items() <= one["metadata"].get("labels", {}).items()
        ]

    def get(self, kind: str, name: str) -> Object | None:
        found = [one for one in self.list(kind) if one["metadata"]["name"] == name]
        return found[0] if found else None

    def apply(self, document: Object) -> None:
        made = {**document["metadata"], "resourceVersion": "1"}
        self.delete(document["kind"], made["name"])
        self.there.append({**document, "metadata": made})

    def delete(self, kind: str, name: str, grace_s: int | None = None) -> None:
        self.there = [
            one for one in self.there if (one["kind"], one["metadata"]["name"]) != (kind, name)
        ]


def theirs(kind: str, name: str) -> Object:
    """Of a release of Helm's that has the stack's name."""
    labels = {"app.kubernetes.io/instance": "sdctl", "app.kubernetes.io/managed-by": "Helm",
              "app.kubernetes.io/name": "redis"}  # fmt: skip
    return {"kind": kind, "metadata": {"name": name, "labels": labels}}


def standing(profile: str = "lite") -> list[Object]:
    bundle = render(topology_of(profile), SPACE)
    return making.documents(bundle, {"owner": "ab12"}, SPACE)


def test_what_another_made_must_stay_when_a_stack_is_made_and_removed() -> None:
    kinds = ("StatefulSet", "Pod", "Service", "Secret", "ConfigMap", "PersistentVolumeClaim")
    others = [theirs(kind, "shop") for kind in kinds]
    world: Any = World(*others)
    making.make(world, standing(), SPACE, {})
    assert making.remove(world, SPACE, keep_data=False)
    assert world.there == others


def test_no_policy_or_service_of_a_stack_may_pick_what_another_made() -> None:
    selectors = [
        one["spec"][word].get("matchLabels", one["spec"][word])
        for one in standing("standard")
        for word in ("podSelector", "selector")
        if word in one.get("spec", {})
    ]
    labels = theirs("Pod", "redis-1")["metadata"]["labels"]
    assert selectors
    assert not [picked for picked in selectors if picked.items() <= labels.items()]


def test_a_stack_of_the_same_name_in_another_namespace_must_keep_its_priority_class() -> None:
    another = {
        "kind": "PriorityClass",
        "metadata": {"name": "another-background", "labels": SPACE.labels()},
    }
    world: Any = World(another)
    making.make(world, standing("standard"), SPACE, {})
    assert len(world.list("PriorityClass")) == 2
    making.remove(world, SPACE, keep_data=False)
    assert world.there == [another]


def test_who_may_not_see_priority_classes_must_be_able_to_remove_a_stack_all_the_same() -> None:
    class Forbidden(World):
        def list(self, kind: str, labels: Mapping[str, str] | None = None) -> list[Object]:
            if kind == "PriorityClass":
                raise TargetRefused("Kubernetes refused: forbidden")
            return super().list(kind, labels)

    world: Any = Forbidden()
    making.make(world, standing(), SPACE, {})
    making.remove(world, SPACE, keep_data=False)
    assert world.there == []


@pytest.mark.parametrize(("kind", "name"), [("Secret", "secrets"), ("Service", "redis")])
def test_what_another_made_must_not_become_the_stacks(kind: str, name: str) -> None:
    world: Any = World(theirs(kind, name), theirs("Secret", "shop"))
    with pytest.raises(UsageError) as refused:
        making.check(world, standing(), SPACE)
    assert refused.value.details == (f"{kind.lower()}/{name}",)
    world.delete(kind, name)
    making.check(world, standing(), SPACE)
    making.make(world, standing(), SPACE, {})
    making.check(world, standing(), SPACE)  # its own
    assert answers.owner(world.get(kind, name), SPACE.stack) == "ab12"
