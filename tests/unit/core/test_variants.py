"""What is a tier where several components can be, and what is left out."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from sdctl import profile, variants
from sdctl.components.component import all_components
from sdctl.profile import Profile

SHARED = """
from typing import Literal
from sdctl.components.component import Component, Layout
from sdctl.settings import Settings, Size
from sdctl.topology import Image

class Cellar(Settings):
    memory: Size = 16 * 1024**2
    server: Literal["auto", "vendor", "ours"] = "auto"

def made(name, reference=None):
    image = Image(name=name, reference=reference)
    return lambda settings, plan: Layout(
        component=name, tier="cellar", settings=settings, image=image, networks=("data",)
    ).expand()
"""
OURS = (
    SHARED
    + """
COMPONENT = Component(name="ours", tier="cellar", summary="", settings=Cellar,
                      nodes=made("ours"), server="ours", tools=("anvil", "hammer"))
"""
)
VENDOR = (
    SHARED
    + """
COMPONENT = Component(name="vendor", tier="cellar", summary="", settings=Cellar,
                      nodes=made("vendor", "vendor:1.2.3"), server="vendor", registry=True)
"""
)
SHELF = (
    SHARED.replace("server:", "label:")
    + """
COMPONENT = Component(name="shelf", tier="shelf", summary="", settings=Cellar,
                      nodes=made("shelf", "shelf:1"), registry=True, needs=("cellar",))
"""
)


@pytest.fixture(autouse=True)
def cellar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "components").mkdir()
    for name, text in {"ours": OURS, "vendor": VENDOR, "shelf": SHELF}.items():
        (tmp_path / "components" / f"{name}.py").write_text(text)
    monkeypatch.setenv("SDCTL_PLUGINS", str(tmp_path))


def made(*overrides: str) -> Profile:
    return profile.validate("p", {"tiers": ["cellar", "shelf"]}, all_components(), overrides)


def resolve(
    chosen: Profile,
    running: Collection[str],
    offered: variants.Offered,
    installed: variants.Installed = lambda tool: True,
) -> variants.Resolved:
    return variants.resolve(chosen, running, offered, installed)


def server(resolved: variants.Resolved) -> str:
    return str(resolved.profile.settings["cellar"].server)  # type: ignore[attr-defined]


def test_a_registry_that_offers_the_image_must_win() -> None:
    asked = []

    def offered(reference: str) -> bool:
        asked.append(reference)
        return True

    resolved = resolve(made(), (), offered)
    assert server(resolved) == "vendor"
    assert asked == ["vendor:1.2.3", "shelf:1"]
    assert resolved.said == ("cellar: vendor, a registry offers it",)
    assert variants.components_of(resolved.profile)["cellar"].name == "vendor"


def test_without_a_registry_ours_must_stand_in_and_the_rest_be_left_out() -> None:
    resolved = resolve(made(), (), lambda reference: False)
    assert server(resolved) == "ours"
    assert resolved.profile.tiers == ("cellar",)
    assert resolved.said == (
        "cellar: ours, built here; no registry offers its image (vendor)",
        "shelf is left out: no registry offers its image",
    )


def test_what_runs_already_must_stay() -> None:
    resolved = resolve(made(), {"ours"}, lambda reference: True)
    assert server(resolved) == "ours"


def test_what_is_named_must_not_be_asked_for() -> None:
    resolved = resolve(made("cellar.server=vendor", "tiers=cellar"), (), pytest.fail)
    assert server(resolved) == "vendor"
    assert resolved.said == ()


def test_images_local_and_registry_must_force_it() -> None:
    assert server(resolve(made("images=local"), (), pytest.fail)) == "ours"
    forced = resolve(made("images=registry"), (), pytest.fail)
    assert server(forced) == "vendor"
    assert "shelf" in forced.profile.tiers


def test_a_tier_must_go_with_what_it_needs() -> None:
    chosen = made("images=local")
    assert resolve(chosen, (), pytest.fail).profile.tiers == ("cellar",)


@pytest.mark.parametrize("images", ["auto", "local"])
def test_a_tier_that_cannot_be_built_here_must_be_left_out_and_say_what_it_needs(
    images: str,
) -> None:
    resolved = resolve(made(f"images={images}"), (), lambda _: False, lambda tool: tool != "hammer")
    assert resolved.profile.tiers == ()
    assert "hammer" in resolved.said[0]
    assert "anvil" not in resolved.said[0]


def test_what_a_registry_offers_must_need_no_tool() -> None:
    assert server(resolve(made(), (), lambda _: True, lambda _: False)) == "vendor"
