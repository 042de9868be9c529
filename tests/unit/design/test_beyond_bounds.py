"""Of every setting, one beyond its bounds is refused, and so is nothing at all. Spaces around it
and the shown form of its unit change nothing."""

from __future__ import annotations

import pytest
from annotated_types import Ge, Le
from refusals import refused

from sdctl.components.component import all_components
from sdctl.design import setting_texts, validation
from tests.bounds import settings_at

FIELDS = {
    f"{tier}.{name}": field
    for tier, component in all_components().items()
    for name, field in component.settings.model_fields.items()
}


@pytest.mark.parametrize(
    ("kind", "way", "told"), [(Ge, -1, "too little"), (Le, 1, "too much")], ids=["least", "most"]
)
def test_one_beyond_a_bound_must_be_refused_with_what_is_allowed(
    kind: type[Ge] | type[Le], way: int, told: str
) -> None:
    beyond = {}
    for path, field in FIELDS.items():
        if (bound := setting_texts.bound(field, kind)) is not None:
            step = way if isinstance(bound, int) else way * 0.001
            beyond[path] = setting_texts.text_of(field, bound + step)
    assert len(beyond) > 80
    found = refused(*(f"{path}={text}" for path, text in beyond.items()))
    for path, text in beyond.items():
        # what is less than nothing is no size and no duration at all
        assert f"{told}; allowed is" in found[path] or text.startswith("-")


@pytest.mark.parametrize("blank", ["", "  ", "\t"])
def test_nothing_must_be_refused_for_every_setting(blank: str) -> None:
    found = refused(*(f"{path}={blank}" for path in FIELDS))
    assert set(FIELDS) <= set(found)


@pytest.mark.parametrize("end", ["least", "greatest"])
def test_spaces_and_the_shown_unit_must_mean_the_same(end: str) -> None:
    plain = settings_at(end)
    loaded = validation.load("standard", plain)
    spaced = [change.replace("=", "= ") + " " for change in plain]
    assert validation.load("standard", spaced) == loaded
    shown = [change.replace("mb", " MiB").replace("gb", " GiB") for change in plain]
    assert validation.load("standard", shown) == loaded
    assert shown != plain
