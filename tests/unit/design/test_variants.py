"""What is a tier where several components can be, and what is left out."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from pathlib import Path

import pytest

from sdctl.components.component import all_components
from sdctl.components.node import ALL_ABILITIES
from sdctl.design import validation, variants
from sdctl.design.profile import Profile
from sdctl.design.tier_components import components_of
from sdctl.design.topology import expand
from sdctl.foundation.errors import InvalidProfile

SHARED = """
from typing import Literal
from sdctl.components.component import Component
from sdctl.components.layout import Layout
from sdctl.components.settings import Settings, Size
from sdctl.components.node import Image

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
    return validation.validate("p", {"tiers": ["cellar", "shelf"]}, overrides)


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
    assert components_of(resolved.profile)["cellar"].name == "vendor"


def test_without_a_registry_ours_must_stand_in_and_the_rest_be_left_out() -> None:
    resolved = resolve(made(), (), lambda reference: False)
    assert server(resolved) == "ours"
    assert resolved.profile.tiers == ("cellar",)
    assert resolved.said == (
        "cellar: ours, built here, as no registry offers the image of vendor",
        "shelf is left out: no registry offers its image",
    )
    assert resolved.profile.left_out == {"shelf": "no registry offers its image"}


@pytest.mark.parametrize("profile", ["lite", "standard", "ha"])
def test_no_tier_may_stay_without_what_it_needs(profile: str) -> None:
    """Also where what it needs goes for want of a third."""
    whole = validation.load(profile)
    for gone in whole.tiers:
        left = variants.without(whole, {gone: "x"})
        assert set(left.tiers) | set(left.left_out) == set(whole.tiers)
        for tier in left.tiers:
            assert set(all_components()[tier].needs) <= set(left.tiers), (gone, tier)


def test_what_was_left_out_must_be_remembered_until_it_is_there() -> None:
    first = resolve(made(), (), lambda reference: False).profile
    again = resolve(first, {"ours"}, lambda reference: False)
    assert again.profile.left_out == first.left_out
    back = dataclasses.replace(made(), left_out=first.left_out)
    assert resolve(back, {"ours"}, lambda reference: True).profile.left_out == {}


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


def test_what_the_target_cannot_do_must_leave_out_the_tiers_that_require_it() -> None:
    able = ALL_ABILITIES - {"logs of all nodes", "usage of all nodes", "processes of all nodes"}
    chosen = validation.load("standard", ["images=registry"])
    resolved = variants.resolve(chosen, (), pytest.fail, abilities=able)
    why = {
        "collector": "what runs this stack cannot show the logs of all nodes",
        "containers": "what runs this stack cannot show the usage of all nodes",
        "fencing": "what runs this stack cannot show the processes of all nodes",
    }
    assert resolved.profile.left_out == why
    assert set(chosen.tiers) - set(resolved.profile.tiers) == set(why)
    assert {f"{tier} is left out: {why[tier]}" for tier in why} <= set(resolved.said)


@pytest.mark.parametrize(
    ("overrides", "there"),
    [
        ((), True),
        (("database.fencing=none",), True),
        (("documents.fencing=none",), True),
        (("database.fencing=none", "documents.fencing=none"), False),
        (("database.fencing=none", "documents.server=mongodb"), False),
    ],
)
def test_what_has_nobody_to_fence_must_be_left_out(overrides: tuple[str, ...], there: bool) -> None:
    chosen = validation.load("standard", ["images=local", *overrides])
    resolved = variants.resolve(chosen, (), pytest.fail, lambda tool: True)
    assert ("fencing" in resolved.profile.tiers) is there
    assert resolved.profile.left_out.get("fencing") == (
        None if there else "no tier's `fencing` is `confirmed`"
    )


BESIDE = (
    SHARED.replace('server: Literal["auto", "vendor", "ours"]', "servers: Any")
    .replace("from typing import Literal", "from typing import Any")
    .replace("cellar", "wall")
    + """
COMPONENT = Component(name="NAME", tier="wall", summary="", settings=Cellar,
                      nodes=made("NAME", "NAME:1"), server="NAME", registry=True, beside=True,
                      works_with=WORKS)
"""
)


@pytest.fixture
def wall(tmp_path: Path) -> None:
    """A tier of two components side by side; the second is for the vendor's cellar alone."""
    for name, works in (("clock", "{}"), ("painting", '{"cellar": "vendor"}')):
        text = BESIDE.replace("NAME", name).replace("WORKS", works)
        (tmp_path / "components" / f"{name}.py").write_text(text)


def on_the_wall(*overrides: str) -> Profile:
    return validation.validate("p", {"tiers": ["wall", "cellar"]}, overrides)


@pytest.mark.usefixtures("wall")
def test_what_stands_side_by_side_must_be_all_that_can_be_had() -> None:
    resolved = resolve(on_the_wall(), (), lambda reference: True)
    assert [part.name for part in components_of(resolved.profile)["wall"].parts] == [
        "clock",
        "painting",
    ]
    topology = expand("s", resolved.profile)
    assert [node.name for node in topology.tiers["wall"]] == ["clock-1", "painting-1"]
    clock = resolve(on_the_wall(), (), lambda reference: reference != "painting:1")
    assert [e.name for e in components_of(clock.profile)["wall"].parts] == ["clock"]
    assert "painting is left out: no registry offers its image" in clock.said
    none = resolve(on_the_wall("images=local"), (), pytest.fail)
    assert none.profile.tiers == ("cellar",)


@pytest.mark.usefixtures("wall")
def test_what_works_with_one_server_alone_must_not_stand_beside_another() -> None:
    resolved = resolve(on_the_wall("cellar.server=ours"), (), lambda reference: True)
    assert [e.name for e in components_of(resolved.profile)["wall"].parts] == ["clock"]
    assert resolved.said == ("painting is left out: it needs cellar.server=vendor",)
    with pytest.raises(InvalidProfile) as error:
        on_the_wall("cellar.server=ours", "wall.servers=[clock, painting]")
    assert [(problem.path, problem.message) for problem in error.value.problems] == [
        ("wall.server", "painting works with cellar.server=vendor alone")
    ]


def test_a_mirror_and_private_tags_must_be_what_is_asked_for_and_pulled() -> None:
    asked = []

    def offered(reference: str) -> bool:
        asked.append(reference)
        return True

    chosen = made(
        "registry.mirror=r.example.org:5000/hub/", "registry.images={shelf: mine/shelf:2}"
    )
    resolved = resolve(chosen, (), offered)
    assert asked == ["r.example.org:5000/hub/library/vendor:1.2.3", "mine/shelf:2"]
    topology = expand("s", resolved.profile)
    assert [node.image.reference for node in topology.nodes] == asked
    again = validation.validate("p", resolved.profile.to_json())
    assert again.to_json() == resolved.profile.to_json()


def test_images_must_be_forced_against_what_runs() -> None:
    assert server(resolve(made("images=registry"), {"ours"}, pytest.fail)) == "vendor"
    assert server(resolve(made("images=local"), {"vendor"}, pytest.fail)) == "ours"


def test_a_bad_registry_must_be_told_with_every_path() -> None:
    with pytest.raises(InvalidProfile) as error:
        made("registry={mirror: 'not a place', images: {vender: 'x:1'}, images2: {}}")
    assert {problem.path for problem in error.value.problems} == {
        "registry.mirror",
        "registry.images2",
        "registry.images.vender",
    }
    with pytest.raises(InvalidProfile) as unknown:
        made("registry.images={vender: 'x:1'}")
    assert [problem.path for problem in unknown.value.problems] == ["registry.images.vender"]


def test_nothing_must_be_said_of_a_tier_that_the_profile_does_not_have() -> None:
    running = {"ferretdb", "opensearch", "rsyslog"}
    found = variants.resolve(validation.load("lite"), running, lambda image: False)
    assert (found.said, dict(found.profile.left_out)) == ((), {})
