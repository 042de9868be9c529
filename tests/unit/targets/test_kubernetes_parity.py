"""What becomes of each setting on a cluster: the page says it of all, and what it says is so."""

from __future__ import annotations

import functools
import itertools
import json
from pathlib import Path

import pytest

from sdctl.components.component import Component, all_components
from sdctl.components.node import Node
from sdctl.design import another_value, profile_keys
from sdctl.foundation.errors import InvalidProfile
from sdctl.targets.kubernetes import names, parity
from sdctl.targets.kubernetes.bundle import objects
from sdctl.targets.kubernetes.target import KubernetesTarget
from sdctl.targets.rendering import Names, files_of
from tests.unit.targets.kubernetes_objects import SPACE, topology_of

PAGE = Path(__file__).parents[3] / "docs" / "kubernetes.md"
ABILITIES = KubernetesTarget.abilities
# dashboards are long files: they are rendered where they are looked at, and nowhere else
_PLAIN = "tiers=" + ",".join(sorted({*all_components()} - {"dashboards"}))
SHAPES: tuple[tuple[str, ...], ...] = (
    (_PLAIN, "app.autoscale.max=9", "worker.autoscale.max=9"),
    (_PLAIN, "documents.server=mongodb", "search.server=elasticsearch"),
    ("search.server=elasticsearch",),
    ("search.server=elasticsearch", "dashboards.servers=grafana,kibana"),
)
"""Between them, every setting is of use."""
VALUES = {
    "database.retry_timeout": "4s",
    "documents.retry_timeout": "4s",
    "lb.timeout": "8s",
    "dashboards.servers": "kibana",
}
"""Where another value must be chosen with care, as other settings must agree with it."""


def test_whatever_a_component_says_of_a_node_must_have_a_fate() -> None:
    assert parity.NODE.keys() == set(Node.__dataclass_fields__)


def test_every_key_of_a_profile_must_have_a_fate() -> None:
    sections = {
        f"{section}.{field}"
        for section, model in profile_keys.SECTIONS.items()
        for field in model.model_fields
    }
    assert parity.PROFILE.keys() == {*profile_keys.KEYS, *sections}


def test_what_is_different_or_refused_must_say_why() -> None:
    fates = (*parity.NODE.values(), *parity.SETTINGS.values(), *parity.PROFILE.values())
    for fate in fates:
        assert fate.why or fate.how == "carried"


def test_the_page_must_say_what_becomes_of_the_settings(request: pytest.FixtureRequest) -> None:
    text = "\n".join(parity.table(all_components(), KubernetesTarget.abilities)) + "\n"
    head, _, table = PAGE.read_text().partition(f"{parity.HEAD}\n")
    if request.config.getoption("--update-golden"):
        PAGE.write_text(head + text)
        return
    assert f"{parity.HEAD}\n{table}" == text, "pytest --update-golden writes it anew"


def test_the_table_must_name_each_setting_that_is_not_carried_as_it_is_and_no_other() -> None:
    *rows, others = parity.table(all_components(), KubernetesTarget.abilities)
    [refused] = [row for row in rows if "`collector.memory`" in row]
    assert "| refused | a cluster cannot" in refused
    [limit] = [row for row in rows if row.startswith("| `memory` of ")]
    assert "cache" in limit
    assert "collector" not in limit, "its tier is refused"
    assert not any("eviction" in row for row in rows)
    assert others == "| all others | carried | |"


@functools.cache
def on_the_cluster(*changes: str) -> str:
    """All that a cluster is told of a stack, but for the note of what it was made from."""
    topology = topology_of("standard", *changes)
    made = objects(topology, files_of(topology, Names(domain=SPACE.domain)), SPACE, expose="")
    for workload in made["statefulsets"]:
        about = workload["spec"]["template"]["metadata"]["annotations"]
        for note in (names.SPEC, names.SETTINGS):
            about.pop(note, None)
    return json.dumps(made, sort_keys=True)


def is_told(tier: str, component: Component, setting: str) -> bool:
    """Whether another value makes anything another on the cluster, in one of the shapes."""
    key, field = f"{tier}.{setting}", component.settings.model_fields[setting]
    values = [VALUES[key]] if key in VALUES else [*another_value.others(field)]
    for shape, value in itertools.product(SHAPES, values):
        try:
            if on_the_cluster(*shape, f"{key}={value}") != on_the_cluster(*shape):
                return True
        except InvalidProfile:  # it does not go with this shape
            continue
    return False


@pytest.mark.parametrize("tier", sorted(all_components()))
def test_whatever_is_said_to_be_carried_must_be_told_to_the_cluster(tier: str) -> None:
    component = all_components()[tier]
    for setting in component.settings.model_fields:
        if parity.of_setting(component, setting, ABILITIES).how == "carried":
            assert is_told(tier, component, setting), f"{tier}.{setting} changes nothing there"
