"""What is told of settings must be what they are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from sdctl.components.component import Component
from sdctl.components.versions import Registry
from sdctl.design import profile, profile_keys, setting_texts, settings_page, validation
from sdctl.terminal import profiles as view

PAGE = Path(__file__).parents[3] / "docs" / "settings.md"
Components = Mapping[str, Component]


def test_the_page_must_be_what_the_settings_say(
    components: Components, request: pytest.FixtureRequest
) -> None:
    text = settings_page.page(components)
    if request.config.getoption("--update-golden"):
        PAGE.write_text(text)
    assert PAGE.read_text() == text, "pytest --update-golden writes it anew"


def test_the_example_of_a_profile_must_be_one(tmp_path: Path) -> None:
    [example] = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    path = tmp_path / "mine.yaml"
    path.write_text(example)
    assert validation.load(str(path)).tiers == validation.load("lite").tiers


def test_every_setting_must_have_bounds(components: Components) -> None:
    """Open ends are where a value is taken that breaks later."""
    for tier, component in components.items():
        for name, field in component.settings.model_fields.items():
            allowed = setting_texts.allowed_of(field)
            assert "a whole number" not in allowed, (tier, name)
            assert "a number" not in allowed, (tier, name)
            assert "a size" not in allowed, (tier, name)
            assert "a value" not in allowed, (tier, name)
    assert set(map(setting_texts.allowed_of, Registry.model_fields.values())) == {
        "text",
        "names, each with a text",
    }


@pytest.mark.parametrize("name", profile.names())
def test_a_shown_profile_must_be_one_that_can_be_brought_up(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.yaml"
    shown = view.page(validation.load(name))
    path.write_text(shown)
    assert validation.load(str(path)) == validation.load(name)
    assert "memory: 192mb" in shown
    assert "ttl: 1m " in shown
    assert "# 4mb … 256gb" in shown


def test_what_is_shown_must_be_read_as_the_same_again(tmp_path: Path) -> None:
    changes = (
        "description=a: 'b' # c",
        "worker.retry_delays=[10ms, 1.5s, 7d]",
        "registry.images={mongodb: 'x.y:5000/z:1'}",
        "cache.max_memory=4097kb",
        "gateway.timeout=61s",
        "dashboards.servers=[grafana]",
        "images=local",
    )
    changed = validation.load("standard", [*changes, "images.load=a 'b' {image} # c"])
    path = tmp_path / "standard.yaml"
    path.write_text(view.page(changed))
    assert validation.load(str(path)) == changed


def test_the_numbers_of_nodes_must_be_those_that_up_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda tool: f"/usr/bin/{tool}")
    standard = validation.load("standard")
    said, without, offered = view.counts(standard)
    assert any("grafana is left out" in line for line in said.said)
    assert (without, offered) == (29, 31)
    assert view.how_many(standard) == "29 nodes, 31 with a registry"
    assert view.how_many(validation.load("lite")) == "14 nodes"
    only_local = validation.load("standard", ["images=local"])
    assert view.how_many(only_local) == "29 nodes"


def test_every_key_that_may_be_set_must_be_in_the_page_and_in_a_shown_profile(
    components: Components,
) -> None:
    page, shown = settings_page.page(components), view.page(validation.load("lite"))
    for key in profile_keys.WRITABLE:
        assert f"| `{key}` |" in page or f"\n## {key}\n" in page
        assert f"\n{key}:" in shown
    for section, model in profile_keys.SECTIONS.items():
        for name in model.model_fields:
            assert f"| `{name}` |" in page.partition(f"\n## {section}\n")[2]
            assert f"\n  {name}: " in shown.partition(f"\n{section}:")[2]
